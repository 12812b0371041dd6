"""Letters, and scripts of calls, written for cases of stored months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from config.errors import InputError
from config.instalments import monthly_parts
from config.letter_settings import letter_settings
from config.letters import VOICEMAIL, LetterRefusedError
from config.month import Month
from flows.letter_grounds import grounds_hold
from flows.owed import Stored, share_of, stored_case, stored_month
from tasks.send.addressed import letter_for
from tasks.send.letters import FOLDER, render_letter, render_voicemail, stands_there, write_letters
from tasks.store.store import Store, open_store

BEFORE_ANY_BILL = "welcome"
PROPOSED_PARTS = 3


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
) -> list[Path]:
    """The letter stands in the month's folder `letters` as PDF, HTML and text; the paths.

    `given` holds what is to be said of the matter itself (fields of LetterFor). `settled` says that every payer has
    answered, so that what is left is the patient's; it changes nothing for a Qualified Medicare Beneficiary.
    LetterRefusedError when the letter may not go to this patient.
    """
    store = open_store(database)
    try:
        cycle, patient = stored_case(store, case, month, practice)
        found = stored_month(store, cycle, settings)
        files = _rendered(store, found, patient, kind, given, settings, call, settled)
        return write_letters(_folder(out, found), files)
    finally:
        store.close()


def write_due_letters(
    store: Store, practice_id: str, due: pd.DataFrame, settings: Path | None, out: Path
) -> tuple[list[Path], list[str]]:
    """The letters that are due (case_number, letter, due_date, ask_cents) stand in the folders of their months.

    The paths of those written now, and a sentence for each letter that may not go or lacks something: the others are
    written all the same. One that stands there with the same words keeps the day on which it was written.
    What may be asked for is taken for settled, and a plan of payment is proposed in so many monthly parts.
    """
    months: dict[int, Stored] = {}
    paths, refused = [], []
    for row in due.to_dict("records"):
        try:
            cycle, patient = stored_case(store, row["case_number"], None, practice_id)
            if cycle.id not in months:
                months[cycle.id] = stored_month(store, cycle, settings)
            found = months[cycle.id]
            cents = None if pd.isna(row["ask_cents"]) else int(row["ask_cents"])
            day = None if pd.isna(row["due_date"]) else pd.Timestamp(row["due_date"]).date()
            given: dict[str, Any] = {"balance_cents": cents, "due": day}
            if cents and day and row["letter"] == "payment_plan":
                given["payments"] = monthly_parts(cents, min(PROPOSED_PARTS, cents), day)
            files = _rendered(store, found, patient, row["letter"], given, settings, False, bool(cents), listed=True)
            folder = _folder(out, found)
            paths += [] if stands_there(folder, files) else write_letters(folder, files)
        except (InputError, LetterRefusedError) as error:
            refused.append(str(error))
    return paths, refused


def _folder(out: Path, found: Stored) -> Path:
    return out / found.cycle.practice_id / str(found.cycle.month) / FOLDER


def _rendered(
    store: Store, found: Stored, patient: str, kind: str, given: Mapping[str, Any], settings: Path | None, call: bool,
    settled: bool, listed: bool = False,
) -> dict[str, bytes]:  # fmt: skip
    practice_id = found.cycle.practice_id
    share = share_of(store, found, patient, usual=kind == BEFORE_ANY_BILL)
    if settled and share["owes"] == "unknown":
        share["owes"] = "share"
    cases = store.open_copay_cases(practice_id)
    options = cases.loc[(cases["patient_id"] == patient).to_numpy(bool), "option"].dropna().astype("str")
    deductible = found.terms.deductible if found.terms.site.deductible else None
    if not listed and share["owes"] != "never":  # who owes nothing is refused below, with the reason
        grounds_hold(store, practice_id, share, kind, given, cases)
    letter = letter_for(
        "share_explained" if kind == VOICEMAIL else kind,
        found.tables,
        share,
        found.cycle.month,
        letter_settings(practice_id, settings),
        date.today(),
        found.book.numbers["coinsurance_percent"],
        deductible.cents if deductible else None,
        {"options": tuple(options)} | {name: value for name, value in given.items() if value},
    )
    return render_voicemail(letter) if kind == VOICEMAIL else render_letter(letter, call)


def cents_of(text: str | None, name: str) -> int | None:
    """Dollars as people write them, in cents; InputError for anything else."""
    if text is None:
        return None
    whole, _, part = text.strip().removeprefix("$").replace(",", "").partition(".")
    if not whole.isdigit() or (part and not (part.isdigit() and len(part) == 2)):
        raise InputError(f"{name}: '{text}' is no amount; write it as 39.69.")
    return int(whole) * 100 + int(part or 0)
