"""Asking, answering, taking an answer, asking again: what people do to a query, each recorded once or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy.engine import Connection

from config.as_written import known_are, known_as, yes_or_no
from config.errors import InputError
from config.query_kinds import ANSWERS, Kind, kind_of, query_kinds
from tasks.query.free_text import free_text
from tasks.query.machine import Move, Query, after, stand
from tasks.store import case_work
from tasks.store import queries as stored
from tasks.store.store import Store

Case = Mapping[str, pd.DataFrame]
Places = Mapping[str, str]
AT_TERMINAL: Places = {"answer": "--answer", "detail": "--detail", "by": "--by", "on": "--date", "note": "--note",
                       "entry": "--entry", "question": "--question", "kind": "--about"}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """A query after what was done to it, and whether that is new."""

    practice_id: str
    query: Query
    new: bool


@dataclass(frozen=True)
class Told:
    """An answer as it was given."""

    answer: str
    detail: str
    by: str
    on: date | None
    note: str = ""


def all_queries(connection: Connection, practice_id: str) -> list[Query]:
    """Every query of the practice as it stands, by number."""
    moves = stored.moves(connection, practice_id)
    return [stand(row, moves.get(row["number"], [])) for row in stored.rows(connection, practice_id)]


def ask(
    store: Store, case: Case, kind: str, question: str, by: str, today: date, source: str = "", program: str = "",
    rule: str = "", entries: Sequence[str] = (), places: Places = AT_TERMINAL,
) -> Done:  # fmt: skip
    """The question about the case's month is on record under its number; one that is open already is not asked twice.

    `case` are the rows of the store about it. InputError, and nothing recorded, where it cannot be asked.
    """
    try:
        one = kind_of(kind)
    except InputError as error:
        raise InputError(f"{places['kind']}: {error}") from None
    if not by.strip():
        raise InputError(f"{places['by']}: say who asks.")
    if one.kind == "other" and not question.strip():
        raise InputError(f"{places['question']}: a question of the kind 'other' needs its own words.")
    if case["decisions"].empty:
        raise InputError("the case has no decision in that month, so there is nothing to clear up; name another month.")
    rule, program = _what_for(case, one, rule, program, places)
    decision = case["decisions"].iloc[0]
    practice_id, month = str(decision["practice_id"]), str(decision["month"])
    with store.reading() as connection:
        words = free_text(connection, practice_id, question, places["question"]) or one.asks
    about = ",".join(_about(case, one, program, entries, places, _staff(store, practice_id, today)))
    manager = "" if pd.isna(decision["care_manager_id"]) else str(decision["care_manager_id"])
    row = {"month": month, "case_number": str(decision["case_number"]), "program": program, "kind": one.kind}
    row |= {"rule": rule, "about": about}
    now = datetime.now(UTC)
    with store.writing() as connection:
        stored.alone(connection, practice_id)
        rows = {each["number"]: each for each in stored.rows(connection, practice_id)}
        for query in all_queries(connection, practice_id):
            same = all(getattr(query, name) == value for name, value in row.items())
            if (same and query.state != "closed") or (source and rows[query.number]["source"] == source):
                return Done(practice_id, query, new=False)
        made = row | {"asked_to": manager, "source": source or f"typed:{now.isoformat()}"}
        number = stored.add(connection, practice_id, made)
        move = Move("ask", today, "ask", by=by.strip(), words=words)
        stored.add_moves(connection, practice_id, number, [vars(move)], now)
    return Done(practice_id, stand(made | {"number": number}, [vars(move)]), new=True)


def answer(
    store: Store, number: int, practice_id: str | None, told: Told, today: date, of_round: int | None = None,
    places: Places = AT_TERMINAL,
) -> Done:  # fmt: skip
    """The answer is on record; the same again changes nothing, another one is refused while the first counts.

    `of_round` is how often the query had been asked when the list was written: an answer to an older question is stale.
    """
    with store.writing() as connection:
        practice_id = stored.practice_of(connection, number, practice_id)
        stored.alone(connection, practice_id)
        query = _one(connection, practice_id, number)
        if of_round is not None and of_round != query.round:
            raise InputError("the list is stale: it was asked again since; answer on a list written today.")
        told = _checked(connection, practice_id, query, told, today, places)
        same = (query.answer, query.detail, query.answered_by, query.answered, query.note)
        if query.counts and same == (told.answer, told.detail, told.by, told.on, told.note):
            return Done(practice_id, query, new=False)
        given = Move("answer", told.on or today, f"answer:{query.round}", told.by, told.answer, told.detail, told.note)
        moved = after(query, given)
        stored.add_moves(connection, practice_id, number, [vars(given)], datetime.now(UTC))
    return Done(practice_id, moved, new=True)


def move_by_hand(
    store: Store, number: int, practice_id: str | None, what: str, by: str, words: str, today: date
) -> Done:
    """Billing takes the answer as it is (which closes the query), asks again, or withdraws the question."""
    if not by.strip():
        raise InputError("--by: say who does it.")
    if what == "again" and not words.strip():
        raise InputError("--question: say what is still to be answered.")
    with store.writing() as connection:
        practice_id = stored.practice_of(connection, number, practice_id)
        words = free_text(connection, practice_id, words, "--question" if what == "again" else "--note")
        stored.alone(connection, practice_id)
        query = _one(connection, practice_id, number)
        made = [Move(what, today, f"{what}:{query.round}", by=by.strip(), words=words)]
        if what == "accept":
            made.append(Move("close", today, f"close:{query.round}", by=by.strip(), words=words or "taken as answered"))
        for move in made:
            query = after(query, move)
        stored.add_moves(connection, practice_id, number, map(vars, made), datetime.now(UTC))
    return Done(practice_id, query, new=True)


def line_source(month: str, cells: Mapping[str, str]) -> str:
    """What tells one line of the list of holds apart from another, and from the same of a later revision."""
    names = ("case_number", "program", "rule", "revision", "ask", "entries", "question")
    text = "\x1f".join([month, *(cells[name] for name in names)])
    return f"list:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _one(connection: Connection, practice_id: str, number: int) -> Query:
    return stand(
        stored.rows(connection, practice_id, number)[0], stored.moves(connection, practice_id, number).get(number, [])
    )


def _what_for(case: Case, kind: Kind, rule: str, program: str, places: Places) -> tuple[str, str]:
    """The finding that the question is to clear up, and its program; no finding where the kind asks about none.

    InputError where it does and the case meets none of them: its answer would change nothing.
    """
    decisions, findings = case["decisions"], case["findings"]
    if program and program not in set(decisions["program"]):
        raise InputError("the case has no such program in that month; leave it out.")
    if rule and rule not in set(findings["rule"]):
        raise InputError("the case does not meet that rule in that month; look at its findings again.")
    found = findings[findings["rule"].isin([rule] if rule else list(kind.rules))]
    found = found[found["program"] == program] if program else found
    held = found[(found["outcome"] == "hold").to_numpy(bool)]
    first = held if len(held) else found
    if len(first):
        return str(first["rule"].iloc[0]), program or str(first["program"].iloc[0])
    if kind.rules:
        raise InputError(
            f"{places['kind']}: nothing in that month waits for an answer of the kind '{kind.kind}' "
            f"({', '.join(kind.rules)}); see ccm explain, or ask a question of the kind 'other'."
        )
    return "", program or str(decisions["program"].iloc[0])


def _about(case: Case, kind: Kind, program: str, named: Sequence[str], places: Places, staff: set[str]) -> list[str]:
    """What it is about: time entries of the case, those that wait where none is named; or one of the staff."""
    if kind.about == "nothing":
        if named:
            raise InputError(
                f"{places['entry']}: a question of the kind '{kind.kind}' is about no entry; leave it out."
            )
        return []
    if kind.about == "staff":
        named = [known_as(one, staff) for one in named]
        if len(named) != 1 or named[0] not in staff:
            known = known_are(staff)
            raise InputError(
                f"{places['entry']}: name the member of staff by identifier, as in the staff list; {known}."
            )
        return named
    ledger = case["time_ledger"]
    theirs = set(ledger["entry_id"].astype("str"))
    if any(one not in theirs for one in named):
        raise InputError(f"{places['entry']}: that is no time entry of the case in that month; see time_ledger.csv.")
    if named:
        return sorted(set(named))
    if kind.kind == "note_approved":
        waits = ledger[(ledger["disposition"] == "unapproved") & (ledger["program"] == program)]
        if len(waits):
            return sorted(set(waits["entry_id"].astype("str")))
    raise InputError(f"{places['entry']}: name the time entry that it is about, as in time_ledger.csv.")


def _staff(store: Store, practice_id: str, today: date) -> set[str]:
    with store.reading() as connection:
        return people(connection, practice_id, today)[0]


def people(connection: Connection, practice_id: str, today: date) -> tuple[set[str], set[str]]:
    """The identifiers of the staff and of the practitioners, as of the last decided month."""
    tables = case_work.last_tables(connection, practice_id, today)
    if not tables:
        raise InputError(f"practice {practice_id} has no decided month in this database; run a month first.")
    staff = tables.get("staff", pd.DataFrame({"staff_id": []}))
    return set(staff["staff_id"].astype("str")), set(tables["practitioners"]["practitioner_id"].astype("str"))


def _checked(connection: Connection, practice_id: str, query: Query, told: Told, today: date, places: Places) -> Told:
    """The answer as it is kept; InputError naming all that is wrong with it, never quoting what stands there."""
    faults: list[str] = []
    said = yes_or_no(told.answer).replace(" ", "_")
    if said not in ANSWERS:
        faults.append(f"{places['answer']}: write one of {', '.join(ANSWERS)}")
    staff, practitioners = people(connection, practice_id, today)
    by = known_as(told.by, staff | practitioners)
    if by not in staff | practitioners:
        faults.append(
            f"{places['by']}: that identifier is in neither the staff nor the practitioners of practice {practice_id}; "
            f"{known_are(staff | practitioners)}"
        )
    if told.on is None:
        faults.append(f"{places['on']}: say when it was answered, as 2026-10-20")
    elif told.on > today:
        faults.append(f"{places['on']}: {told.on} is yet to come; write when it was answered")
    elif query.asked and told.on < query.asked:
        faults.append(f"{places['on']}: {told.on} is before it was asked ({query.asked}); correct it")
    detail, note = told.detail.strip(), ""
    try:
        detail = _detail(query_kinds()[query.kind], said, detail, practitioners, today, places["detail"])
    except InputError as error:
        faults.append(str(error).removesuffix("."))
    try:
        note = free_text(connection, practice_id, told.note, places["note"])
    except InputError as error:
        faults.append(str(error).removesuffix("."))
    if faults:
        raise InputError(f"{'; '.join(faults)}.")
    return Told(said, detail, by, told.on, note)


def _detail(kind: Kind, said: str, detail: str, practitioners: set[str], today: date, where: str) -> str:
    """What goes with the answer, as it is kept; an answer that is none is told elsewhere."""
    if said not in ANSWERS:
        return detail
    if kind.detail == "none" or said != "yes":
        if detail:
            raise InputError(f"{where}: nothing goes with that answer; leave it empty, a note has a place of its own.")
        return ""
    if kind.detail == "date":
        return _day(detail, where, today)
    if kind.detail == "practitioner":
        detail = known_as(detail, practitioners)
        if detail not in practitioners:
            known = known_are(practitioners)
            raise InputError(f"{where}: name the practitioner by identifier, as in the list of practitioners; {known}.")
    elif not (detail.isalpha() and len(detail) <= 12):
        raise InputError(f"{where}: write the licence or job in one word, as RN.")
    return detail


def _day(text: str, where: str, today: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: write the day as 2026-10-05.") from None
    if day > today:
        raise InputError(f"{where}: {day} is yet to come.")
    return str(day)
