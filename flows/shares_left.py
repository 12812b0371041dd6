"""What is left of a Qualified Medicare Beneficiary's share, on the terminal: by month, with what billing did."""

from __future__ import annotations

from datetime import date

from rich.console import Console

from config.errors import InputError
from tasks.route.desk import Desk, answer_share
from tasks.route.people import nobody_named
from tasks.route.qmb_shares import LEFT
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
        console.print("[bold]Left of a Qualified Medicare Beneficiary's share[/]: nobody asks the patient for it")
    for one in mine:
        late = f"; overdue, with {one.escalated_to}" if one.escalated_to else ""
        stands = "left on a remittance" if one.stage == LEFT else plain(one.stage)
        told = f"  {one.month}: {dollars(one.cents)} {stands}; next by {one.due} (billing{late})"
        console.print(told, markup=False, highlight=False)
        console.print(f"    {one.step}", markup=False, highlight=False)
    for move in desk.work.qmb_shares.get(number, []):
        done = f"{plain(move.reason)}, of {dollars(move.cents)}, by {move.by}"
        how = f" ({plain(move.note)})" if move.note else ""
        console.print(f"  {move.option}: {done} on {move.day}{how}", markup=False, highlight=False)
    if mine:
        words = f"ccm case {number} {mine[0].answer} --month {mine[0].month} --by S1"
        console.print(f"  Recorded with: {words}", markup=False, highlight=False)
