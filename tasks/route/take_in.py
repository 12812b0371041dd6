"""A co-pay worklist that was filled in: each answered line taken in, known already, or refused with one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from config.errors import InputError
from tasks.route import qmb_shares
from tasks.route.calls import NO_TIME, untimed, without_time
from tasks.route.desk import Desk, answer_share, cents_of, determine, do, time_call
from tasks.route.determining import DETERMINED, by_column, of_line
from tasks.route.people import as_on_file, known_staff, nobody_named
from tasks.route.readback import Answer
from tasks.route.worklist import moves_for

BY_WORKLIST = "worklist"
ASKED = f"{NO_TIME}; write answer_date as YYYY-MM-DD HH:MM and hand the list in again."
WHO = ("answered_by", "second_by", "proof_seen_by")  # columns of people


@dataclass(frozen=True)
class Taken:
    """What became of one answered line: taken, known already, or refused with one sentence.

    A line that was taken, or known, says why where something is asked about it all the same.
    """

    line: int
    case_number: str
    state: str
    why: str = ""


def take_in(desk: Desk, answers: Iterable[Answer]) -> list[Taken]:
    """Each answered line in its turn: a line that is refused says why, and the others are taken all the same.

    The same file again changes nothing. A line of an older list is refused once the case has moved.
    """
    found = []
    moved: set[str] = set()
    for answer in answers:
        number = answer.case_number
        try:
            found.append(Taken(answer.line, number, *_take(desk, answer, moved)))
        except InputError as error:
            why = by_column(str(error).removeprefix(f"{number}: "))
            found.append(Taken(answer.line, number, "refused", why))
    return found


def _take(desk: Desk, answer: Answer, moved: set[str]) -> tuple[str, str]:
    """What became of the line, and what is asked about it all the same."""
    revision, day = answer.read(desk.today)
    number, answer = answer.case_number, _as_on_file(desk.tables, answer)
    if answer.month or answer.answer in qmb_shares.ANSWERS:
        return _take_share(desk, answer, day), ""
    case, known = desk.case(number)
    row = desk.row(number)
    source = f"{BY_WORKLIST}:{revision}:{answer.answer}:{day}"
    recorded = {move.source for move in desk.work.moves.get(number, [])}
    if source in recorded or (f"{source}:offered" in recorded and answer.answer == "offered"):
        return _again(desk, answer, day, known.zone, source)
    if f"said:{day}:{answer.answer}" in recorded:
        return "known", ""
    option = answer.option or str(row.get("option") or "")
    determined = None
    if answer.answer == DETERMINED:
        determined = of_line(desk, answer, day, option)
        if determined.source in recorded:
            return "known", ""
    if number in moved:
        raise InputError("an earlier line of this list has moved the case; answer again on a new list.")
    if revision != case.moves:
        raise InputError(
            f"the list is stale: the case was at {revision} when it was written and is at {case.moves} now; "
            "answer again on a new list, which ccm outreach writes."
        )
    for name in WHO:
        known_staff(desk.tables, name, getattr(answer, name))
    if desk.tables["staff"].empty:  # with staff on file it is an identifier of theirs
        nobody_named(desk.tables, *((name, getattr(answer, name)) for name in WHO))
    if determined:
        determine(desk, determined)
        moved.add(number)
        return "taken", ""
    cents = answer.cents()
    if cents is None:
        cents = cents_of(answer.answer, row, known, day)
    at, by = answer.moment(known.zone), answer.answered_by
    moves = moves_for(answer.answer, case, day, by, answer.note_code, option, cents, source)
    do(desk, number, moves, at)
    moved.add(number)
    return "taken", ASKED if without_time(moves, at) else ""


def _again(desk: Desk, answer: Answer, day: date, zone: str, source: str) -> tuple[str, str]:
    """A line that was taken before: with the time of a call that had none, it gives that; else nothing changes."""
    number, at = answer.case_number, answer.moment(zone)
    if not untimed(desk.work.calls.get(number, ()), day, source):
        return "known", ""
    if at is None:
        return "known", ASKED
    known_staff(desk.tables, "answered_by", answer.answered_by)
    time_call(desk, number, day, at, answer.answered_by, source)
    return "taken", ""


def _as_on_file(tables: Mapping[str, pd.DataFrame], answer: Answer) -> Answer:
    """The answer with each person as the practice's tables write them; who is unknown, as written."""
    by, second, seen = (as_on_file(tables, getattr(answer, name)) for name in WHO)
    return replace(answer, answered_by=by, second_by=second, proof_seen_by=seen)


def _take_share(desk: Desk, answer: Answer, day: date) -> str:
    """What billing did with a Qualified Medicare Beneficiary's share of a month is on record."""
    number, month = answer.case_number, answer.month
    if answer.answer not in qmb_shares.ANSWERS:
        raise InputError(f"the line of {month} takes {' or '.join(qmb_shares.ANSWERS)} alone.")
    if not month:
        raise InputError(f"'{answer.answer}' belongs on a line with a month; write it there.")
    return answer_share(desk, number, month, answer.answer, day, answer.answered_by, answer.note_code, "answered_by")
