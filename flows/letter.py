"""Letters, and scripts of calls, written for cases of stored months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from config.case_settings import case_settings
from config.errors import InputError
from config.letter_settings import letter_settings
from config.letters import LANGUAGES, OWES_NOTHING, VOICEMAIL, LetterFor, LetterRefusedError, language_note
from config.month import Month
from flows.letter_grounds import (
    ASKS,
    EXPLAIN,
    FROM_RECORD,
    NAMES_THE_PART,
    answer_day,
    asking,
    grounded,
    lowered_by,
    said_in_case,
    stopped,
)
from flows.one_case import desk_of
from flows.owed import Stored, share_of, stored_case, stored_month
from tasks.route.facts import has_sliding_schedule, payer_of, setting_of
from tasks.route.people import known_staff
from tasks.route.work import as_row, determinations_by_case, letter_written, letters_by_case, moves_by_case
from tasks.send.addressed import letter_for, not_to_the_dead
from tasks.send.letters import FOLDER, render_letter, render_voicemail, stands_there, write_letters
from tasks.store import case_work
from tasks.store.day import today_of
from tasks.store.store import Store, open_store

BEFORE_ANY_BILL = "welcome"
BY_OUTREACH = "outreach"


class Written(NamedTuple):
    """The files of a letter, and what to do where the patient does not read its language."""

    paths: list[Path]
    note: str


def write_letter(
    database: str,
    out: Path,
    case: str,
    kind: str,
    given: Mapping[str, Any],
    month: Month | None = None,
    practice: str | None = None,
    settings: Path | None = None,
    call: bool = False,
    settled: bool = False,
    by: str = "",
    recorder: str = "",
) -> Written:
    """The letter stands in the month's folder `letters` as PDF, HTML and text, and on record in the patient's case.

    `given` holds what is to be said of the matter itself (fields of LetterFor); what is on record fills in the rest,
    and nothing else may be typed in its place. `settled` says that every payer has answered, so that what is left is
    the patient's; it changes nothing for a Qualified Medicare Beneficiary. `by` is who writes it, else the `recorder`.
    LetterRefusedError when the letter may not go to this patient.
    """
    store = open_store(database)
    try:
        cycle, patient = stored_case(store, case, month, practice)
        with store.reading() as connection:
            today = today_of(connection, cycle.practice_id)
        found = stored_month(store, cycle, settings)
        by = known_staff(found.tables, "--by", by)
        share = _share(store, found, patient, kind, settled)
        if kind in FROM_RECORD and (share["owes"] not in OWES_NOTHING or kind == "refund"):
            desk = desk_of(store, cycle.practice_id, settings, today)
            given = grounded(desk, share, kind, given, today)
        with store.reading() as connection:
            recorded = case_work.moves(connection, cycle.practice_id, share["case_number"])
            determined = determinations_by_case(case_work.determined(connection, cycle.practice_id))
        moves = moves_by_case(recorded).get(share["case_number"], [])
        said = said_in_case(moves)
        if kind in NAMES_THE_PART:  # what payers left so far is the books' to say, whatever a month will cost
            asks = kind in EXPLAIN and share["owes"] not in OWES_NOTHING
            row = desk_of(store, cycle.practice_id, settings, today).row(share["case_number"]) if asks else {}
            ask = int(row.get("ask_cents") or 0)
            given = dict(given) | {"balance_cents": ask or None}
            share = _share(store, found, patient, kind, settled or ask > 0)
        given = dict(given) | lowered_by(determined.get(share["case_number"], []), kind, today)
        letter = _letter(found, share, kind, stopped(moves, kind) | given | {"said": said}, settings, today)
        files = render_voicemail(letter) if kind == VOICEMAIL else render_letter(letter, call)
        paths = write_letters(_folder(out, found), files)
        if not call and kind != VOICEMAIL:
            _keep(store, cycle.practice_id, letter, by or recorder)
        return Written(paths, _note(found, patient, letter))
    finally:
        store.close()


def write_due_letters(
    store: Store, practice_id: str, due: pd.DataFrame, settings: Path | None, out: Path
) -> tuple[list[Path], list[str]]:
    """The letters that are due (case_number, letter, ask_cents) stand in the folders of their months and on record.

    The paths of those written now, and a sentence for each letter that may not go or lacks something: the others are
    written all the same. One that stands there with the same words keeps the day on which it was written, as long as
    the day that it gives the patient is not over. What may be asked for is taken for settled.
    """
    months: dict[int, Stored] = {}
    paths, refused = [], []
    with store.reading() as connection:
        recorded, today = case_work.moves(connection, practice_id), today_of(connection, practice_id)
        determined = determinations_by_case(case_work.determined(connection, practice_id))
    moves, written = moves_by_case(recorded), letters_by_case(recorded)
    books = store.open_copay_cases(practice_id).set_index("case_number")["refund_cents"]
    days = case_settings(practice_id, settings)
    for row in due.to_dict("records"):
        number, kind = row["case_number"], row["letter"]
        try:
            cycle, patient = stored_case(store, number, None, practice_id)
            if cycle.id not in months:
                months[cycle.id] = stored_month(store, cycle, settings)
            found = months[cycle.id]
            cents = None if pd.isna(row["ask_cents"]) else int(row["ask_cents"])
            share = _share(store, found, patient, kind, bool(cents))
            back = books.get(number) if kind == "refund" else None
            mine = moves.get(number, [])
            given = {"said": said_in_case(mine), "refund_cents": int(back) if back else None} | stopped(mine, kind)
            before = [one for one in written.get(number, []) if one.reason == kind]
            if before and before[-1].by != BY_OUTREACH and answer_day(before[-1].day, days) >= today:
                continue  # a person has written it
            for day in dict.fromkeys([*(one.day for one in before[-1:]), today]):
                by_then = answer_day(day, days)
                if kind in ASKS and by_then < today:
                    continue
                more = asking(kind, cents, by_then) if kind in ASKS and cents else {}
                more |= {"balance_cents": cents} if kind in (*EXPLAIN, "refund") and cents else {}
                more |= lowered_by(determined.get(number, []), kind, day)
                letter = _letter(found, share, kind, given | more, settings, day)
                files, folder = render_letter(letter), _folder(out, found)
                if stands := stands_there(folder, files):
                    break
            if not stands:
                paths += write_letters(folder, files)
            if not (stands and before):
                _keep(store, practice_id, letter, BY_OUTREACH)
        except (InputError, LetterRefusedError) as error:
            refused.append(str(error))
    return paths, refused


def _folder(out: Path, found: Stored) -> Path:
    return out / found.cycle.practice_id / str(found.cycle.month) / FOLDER


def _share(store: Store, found: Stored, patient: str, kind: str, settled: bool) -> dict[str, Any]:
    share = share_of(store, found, patient, usual=kind == BEFORE_ANY_BILL)
    not_to_the_dead(kind, found.tables, share)  # before any other reason, of which a person would only try the next
    if settled and share["owes"] == "unknown":
        share["owes"] = "share"
    return share


def _letter(
    found: Stored, share: Mapping[str, Any], kind: str, given: Mapping[str, Any], settings: Path | None, day: date
) -> LetterFor:
    practice_id = found.cycle.practice_id
    deductible = found.terms.deductible if found.terms.site.deductible else None
    schedule = has_sliding_schedule(setting_of(found.tables), case_settings(practice_id, settings))
    return letter_for(
        "share_explained" if kind == VOICEMAIL else kind,
        found.tables,
        share,
        found.cycle.month,
        letter_settings(practice_id, settings),
        day,
        found.book.numbers["coinsurance_percent"],
        deductible.cents if deductible else None,
        {name: value for name, value in given.items() if value and name != "parts"}
        | {"sliding_schedule": schedule, "payer": payer_of(found.coverage, share["patient_id"])},
    )


def _keep(store: Store, practice_id: str, letter: LetterFor, by: str) -> None:
    """The letter is on record in the patient's case: kind, language, day and who, and nothing that it says."""
    move = letter_written(letter.kind, letter.language, letter.written, by)
    with store.writing() as connection:
        case_work.add_moves(connection, practice_id, {letter.case_number: [as_row(move)]}, datetime.now(UTC))


def _note(found: Stored, patient: str, letter: LetterFor) -> str:
    people = found.tables["patients"]
    reads = people.loc[(people["patient_id"] == patient).to_numpy(bool), "language"] if "language" in people else []
    written = next(iter(reads), None)
    if not isinstance(written, str) or not written.strip():
        here = LANGUAGES[letter.language]
        return f"No language is on file for this patient, so the letter is in {here}: ask, and record it"
    return language_note(written, letter.practice.languages, letter.language)
