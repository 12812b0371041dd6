"""What is left of a Qualified Medicare Beneficiary's share, on the terminal: by month, with what billing did."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.table import Table

from config.errors import InputError
from tasks.route.desk import Desk, answer_share, nobody_named
from tasks.route.qmb_shares import LEFT, ShareLeft
from tasks.send.words import dollars, plain


def has_shares(desk: Desk, number: str) -> bool:
    """Whether anything of the patient's share is left, or was answered for."""
    left = any(one.case_number == number for one in desk.standing.shares)
    return left or bool(desk.work.qmb_shares.get(number))


def answer_one(desk: Desk, number: str, answer: str, month: str, by: str, note: str, day: date) -> None:
    """What billing did with the share of a month is on record; InputError where nothing is left of it."""
    left = [one.month for one in desk.standing.shares if one.case_number == number]
    month = month.strip() or (left[0] if len(left) == 1 else "")
    if not by.strip():
        raise InputError("Say who did it, by staff identifier: --by S1.")
    if not month:
        which = f"; left is something of {', '.join(left)}" if left else ""
        raise InputError(f"{number}: say of which month with --month, as 2026-10{which}.")
    if day > desk.today:
        raise InputError(f"{day} is in the future; correct --date.")
    nobody_named(desk.tables, ("--by", by), ("--note", note))
    try:
        answer_share(desk, number, month, answer, day, by.strip(), note, "--by")
    except InputError as error:
        raise InputError(f"{number}: {error}") from error


def show_shares(console: Console, desk: Desk, number: str) -> None:
    """Each month of which something is left, with the next step and its day, and what was done with it before."""
    mine = [one for one in desk.standing.shares if one.case_number == number]
    if mine:
        console.print(_left_table(mine))
    done = desk.work.qmb_shares.get(number, [])
    if done:
        table = Table(title="What billing did with them", title_justify="left")
        for heading in ("Day", "Month", "What", "Of", "By"):
            table.add_column(heading)
        for move in done:
            how = f"{plain(move.reason)} {plain(move.note)}".strip()
            table.add_row(str(move.day), move.option, how, dollars(move.cents), move.by)
        console.print(table)
    if mine:
        words = f"ccm case {number} {mine[0].answer} --month {mine[0].month} --by S1"
        console.print(f"  Nobody asks the patient for it. Recorded with: {words}", markup=False, highlight=False)


def _left_table(mine: list[ShareLeft]) -> Table:
    table = Table(title="Share of a Qualified Medicare Beneficiary that is left", title_justify="left")
    for heading in ("Month", "Left", "Stands", "By", "Next"):
        table.add_column(heading)
    for one in mine:
        late = f"; overdue, with {one.escalated_to}" if one.escalated_to else ""
        stands = "left on a remittance" if one.stage == LEFT else plain(one.stage)
        table.add_row(one.month, dollars(one.cents), stands, f"{one.due} (billing{late})", one.step)
    return table
