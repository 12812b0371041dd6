"""Where every practice's months stand, on the terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.errors import InputError
from config.month import Month
from flows.listing import print_rows
from tasks.send.board import due_of
from tasks.store.day import today_of
from tasks.store.month_life import OPEN, WORDS
from tasks.store.status import EVERY, MonthStatus, beside, statuses
from tasks.store.store import open_store

HEADS = ("Practice", "Month", "State", "Revision", "Since", "By", "Signed off", "Due", "Last run")


def print_status(
    console: Console, database: str, practice: str | None, month: Month | None, settings: Path | None
) -> None:
    """A row a practice and month; of a single one also every move and the steps of its last run.

    InputError where nothing is known of what was asked for.
    """
    store = open_store(database)
    try:
        with store.reading() as connection:
            found = statuses(connection, practice, month)
            days = {one.practice_id: today_of(connection, one.practice_id) for one in found}
            others = beside(connection, found[0].practice_id, EVERY) if len(found) == 1 else []
    finally:
        store.close()
    if not found:
        what = f" of {practice or 'any practice'}{f', {month}' if month else ''}"
        raise InputError(f"Nothing was run{what} in this database yet; run a month first.")
    print_rows(console, "Months", HEADS, [_cells(one, settings, days[one.practice_id]) for one in found], 3, ())
    if len(found) == 1:
        _print_one(console, found[0])
        for one in others:
            said = f"last {one.kind} {one.ended_at:%Y-%m-%d %H:%M} UTC  {one.seconds:.1f} s, {one.rows:,} rows"
            console.print(said, highlight=False, markup=False, soft_wrap=True)


def _cells(one: MonthStatus, settings: Path | None, today: date) -> tuple[str, ...]:
    last = one.last
    state = last.state if last else OPEN
    signed = f"{one.signed.moved_by}, {one.signed.moved_at:%Y-%m-%d}" if one.signed else ""
    ran = f"{one.ran_at:%Y-%m-%d %H:%M}, {sum(step.seconds for step in one.steps):.0f} s" if one.ran_at else ""
    since = f"{last.moved_at:%Y-%m-%d %H:%M}" if last else ""
    due = due_of(state, one.practice_id, Month.parse(one.month), settings, today)
    revision = str(last.revision) if last and last.revision else ""
    by = last.moved_by if last else ""
    return (one.practice_id, one.month, f"{WORDS[state]}{one.now}", revision, since, by, signed, due, ran)


def _print_one(console: Console, one: MonthStatus) -> None:
    for move in one.moves:
        why = f": {move.reason}" if move.reason else ""
        said = (
            f"{move.moved_at:%Y-%m-%d %H:%M} UTC  revision {move.revision}  {WORDS[move.state]}, {move.moved_by}{why}"
        )
        console.print(said, highlight=False, markup=False, soft_wrap=True)
    if one.steps:
        table = Table("Step", "Seconds", "Rows", box=None, pad_edge=False)
        for step in one.steps:
            table.add_row(step.step, f"{step.seconds:.1f}", f"{step.rows:,}")
        console.print(table, highlight=False, markup=False)
