"""Working on a practice's cases: where they stand today, and one move or determination recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from sqlalchemy.engine import Connection

from config.case_settings import CaseSettings, case_settings
from config.contract import inputs
from config.errors import InputError
from config.frames import empty
from config.month import Month
from config.settings import PracticeSettings, practice_settings
from tasks.route import qmb_shares
from tasks.route.calls import TIME_GIVEN, untimed
from tasks.route.cases import Standing, standing
from tasks.route.determinations import OPTION_OF, Determination
from tasks.route.guards import Known, checked
from tasks.route.machine import GIVES_UP, REDUCTIONS, Case, Move
from tasks.route.people import known_staff, nobody_named
from tasks.route.work import Work, as_row, moves_by_case, on_record
from tasks.store import case_work
from tasks.store.store import Store


@dataclass(frozen=True)
class Desk:
    """A practice's cases as they stand today, with what they rest on; `numbers` are the case numbers by patient."""

    store: Store
    practice_id: str
    today: date
    settings: PracticeSettings
    tables: dict[str, pd.DataFrame]
    numbers: pd.Series
    work: Work
    standing: Standing

    def case(self, number: str) -> tuple[Case, Known]:
        """The case and what is known of its patient; InputError when there is none of that number."""
        case = self.standing.cases.get(number)
        if case is None:
            raise InputError(f"{number} is no co-pay case of practice {self.practice_id}; see copay_cases.csv.")
        return case, self.standing.known.get(number, Known(number))

    def row(self, number: str) -> dict[str, Any]:
        """The case's row of the contract; empty when it is over since long."""
        rows = self.standing.frame[self.standing.frame["case_number"] == number]
        return {} if rows.empty else {str(name): value for name, value in rows.iloc[0].items()}


def open_desk(
    store: Store, practice_id: str, today: date, balances: pd.DataFrame | None = None, settings: Path | None = None
) -> Desk:
    """The practice's cases as they stand today, by the tables of its last decided month; InputError before any."""
    with store.reading() as connection:
        tables = case_work.last_tables(connection, practice_id, today)
    if not tables:
        raise InputError(f"Practice {practice_id} has no decided month in this database; run a month first.")
    for name in case_work.NEEDED:
        tables.setdefault(name, empty(inputs()[name]))
    ids = tables["patients"]["patient_id"]
    numbers = pd.Series(store.known_case_numbers(practice_id, ids).to_numpy(), index=ids.to_numpy()).dropna()
    numbers = numbers[~numbers.index.duplicated()]
    own = practice_settings(practice_id, settings), case_settings(practice_id, settings)
    return _look(store, practice_id, today, tables, numbers, *own, balances)


def looked_at_again(desk: Desk) -> Desk:
    """The same desk by the moves, determinations and cases on record now; no month is read again."""
    work = desk.work.settings, desk.work.balances, desk.work.barred
    return _look(desk.store, desk.practice_id, desk.today, desk.tables, desk.numbers, desk.settings, *work)


def _look(
    store: Store,
    practice_id: str,
    today: date,
    tables: dict[str, pd.DataFrame],
    numbers: pd.Series,
    settings: PracticeSettings,
    of_cases: CaseSettings,
    balances: pd.DataFrame | None,
    barred: Mapping[str, frozenset[str]] | None = None,
) -> Desk:
    with store.reading() as connection:
        work = on_record(connection, practice_id, of_cases, balances, barred)
        known = case_work.known(connection, practice_id)
    open_cases = known[known["state"] == "open"]
    found = standing(tables, numbers, settings, Month.of(today), today, open_cases, work)
    return Desk(store, practice_id, today, settings, tables, numbers, work, found)


def keep(desk: Desk, cases: pd.DataFrame | None = None) -> int:
    """What follows from answers and payments is recorded as moves, and the cases stand as they do; how many moves."""
    now = datetime.now(UTC)
    with desk.store.writing() as connection:
        case_work.alone(connection, desk.practice_id)
        added = record(connection, desk.practice_id, desk.standing.new, now)
        frame = desk.standing.frame if cases is None else cases
        case_work.put_cases(connection, desk.practice_id, str(Month.of(desk.today)), frame, now)
    return added


def record(connection: Connection, practice_id: str, moves: dict[str, list[Move]] | Any, now: datetime) -> int:
    """The moves are on record; how many were not before."""
    rows = {number: [as_row(move) for move in several] for number, several in moves.items()}
    return case_work.add_moves(connection, practice_id, rows, now)


def do(
    desk: Desk,
    number: str,
    moves: Iterable[Move],
    at: datetime | None = None,
    determination: Determination | None = None,
) -> Case:
    """The case after these moves, which are on record; InputError, and nothing recorded, when one is refused."""
    moves = list(moves)
    case, known = desk.case(number)
    for move in moves:
        case = checked(case, move, known, desk.work.settings, at)
    now = datetime.now(UTC)
    with desk.store.writing() as connection:
        case_work.alone(connection, desk.practice_id)
        before = moves_by_case(case_work.moves(connection, desk.practice_id, number)).get(number, [])
        if len(before) != len(desk.work.moves.get(number, [])):
            raise InputError(f"{number}: somebody else has just changed it; look at it again.")
        record(connection, desk.practice_id, {number: desk.standing.new.get(number, [])}, now)
        record(connection, desk.practice_id, {number: moves}, now)
        if determination is not None:
            case_work.add_determination(connection, desk.practice_id, vars(determination), now)
        for move in moves:
            if move.what in ("attempt", "contact"):
                row = {"day": move.day, "at": at, "result": move.reason or move.what, "method": move.note}
                row |= {"case_number": number, "by": move.by, "source": move.source}
                case_work.add_attempt(connection, desk.practice_id, row, now)
    return case


def time_call(desk: Desk, number: str, day: date, at: datetime, by: str, source: str = "") -> None:
    """The time of the last call of that day that has none is on record, whether or not it lies in quiet hours.

    `source` says which call where it is known. InputError where none waits for its time.
    """
    mine = untimed(desk.work.calls.get(number, ()), day, source)
    if not mine:
        raise InputError(f"{number}: no call of {day} waits for its time; ccm case {number} shows its history.")
    call, now = mine[-1], datetime.now(UTC)
    row = {"case_number": number, "day": day, "at": at, "result": "time_given", "method": call.method, "by": by}
    with desk.store.writing() as connection:
        case_work.add_attempt(connection, desk.practice_id, row | {"source": call.source + TIME_GIVEN}, now)


def determine(desk: Desk, determination: Determination) -> None:
    """The determination is on record and a move of its case; InputError where the patient is not open to it."""
    one = determination
    move = Move(
        "determine", one.decided_date, one.source, reason="granted" if one.granted else "refused",
        option=OPTION_OF[one.kind], by=one.decided_by, cents=one.amount_cents if one.granted else 0,
    )  # fmt: skip
    do(desk, one.case_number, [move], determination=one)


def cents_of(outcome: str, row: dict[str, Any], known: Known, day: date) -> int:
    """The dollars that an outcome stands for where nobody says them: what is open, what is lowered, what goes back."""
    if outcome in REDUCTIONS:
        owed, holding = known.owed_cents, [one for one in known.determinations if one.holds_on(day)]
        return known.lowered_cents or owed * holding[-1].reduced_percent // 100 if holding else owed
    if outcome in GIVES_UP:
        return known.uncollectible_cents
    return int(row.get("refund_cents") or 0) if outcome == "refunded" else 0


def answer_share(
    desk: Desk, number: str, month: str, answer: str, day: date, by: str, note: str, place: str
) -> Literal["taken", "known"]:
    """What was done with that month's share is on record, by whom; `place` is where they are named.

    InputError where nothing of that month is left, or nobody of the practice did it.
    """
    before = [one for one in desk.work.qmb_shares.get(number, []) if one.option == month]
    if any(one.reason == answer and one.day == day for one in before):
        return "known"
    shares = [one for one in desk.standing.shares if (one.case_number, one.month) == (number, month)]
    if not shares:
        raise InputError("nothing of a Qualified Medicare Beneficiary's share of that month is left; leave it out.")
    by = known_staff(desk.tables, place, by)
    if desk.tables["staff"].empty:
        nobody_named(desk.tables, (place, by))
    move = qmb_shares.recording(shares[0], answer, day, by, note)
    with desk.store.writing() as connection:
        case_work.alone(connection, desk.practice_id)
        record(connection, desk.practice_id, {number: [move]}, datetime.now(UTC))
    return "taken"
