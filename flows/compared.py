"""Two decisions of a month side by side on a terminal; cases by their number, never by a name."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tasks.qualify.compare import Effect
from tasks.store.records import Cycle

MOST = 20
ROWS_OF = {"time_ledger": "rows of the time ledger"}


def print_differences(console: Console, cycle: Cycle, rows: dict[str, int], found: pd.DataFrame) -> None:
    """One line when the month came out the same; else the cells that differ, the first of them."""
    head = f"{cycle.practice_id} · {cycle.month} · revision {cycle.revision}"
    if found.empty:
        counts = ", ".join(f"{count:,} {ROWS_OF.get(name, name.replace('_', ' '))}" for name, count in rows.items())
        by = f"rulebook {cycle.digests.rulebook}"
        console.print(f"[green]✓[/] {head}: the same to the last byte ({counts}; {by})", highlight=False)
        return
    console.print(f"[red]✗[/] {head}: {len(found):,} cells came out otherwise than stored", highlight=False)
    table = Table()
    for name in found.columns:
        table.add_column(name)
    for row in found.head(MOST).itertuples(index=False):
        table.add_row(*(escape(str(value)) for value in row))
    console.print(table, highlight=False)
    _more(console, len(found), "cells")


def print_effect(console: Console, cycle: Cycle, title: str, effect: Effect) -> None:
    """Outcomes, codes, dollars and shares before and after, then the cases decided otherwise, the first of them."""
    head = f"{cycle.practice_id} · {cycle.month} · revision {cycle.revision}: {title}"
    table = Table(title=escape(head), title_justify="left")
    table.add_column("")
    for name in ("", "before", "after", "change"):
        table.add_column(name, justify="right" if name else "left")
    _section(table, "Patients", effect.outcomes, _count)
    _section(table, "Units", effect.codes, _count)
    rates = effect.amounts.index.str.startswith("lines")
    _section(table, "Dollars", effect.amounts[~rates], _dollars)
    _section(table, "Amounts", effect.amounts[rates], _count)
    console.print(table, highlight=False)
    shares = effect.shares
    console.print(
        f"Patients whose share rises: {shares['more']:,} (by {_dollars(shares['most_more_cents'])} at most); "
        f"falls: {shares['less']:,} (by {_dollars(shares['most_less_cents'])} at most).",
        highlight=False,
    )
    _cases(console, effect.cases)


def _section(table: Table, heading: str, rows: pd.DataFrame, text: Any) -> None:
    for number, (name, row) in enumerate(rows.iterrows()):
        before, after = int(row["before"]), int(row["after"])
        change = "" if before == after else ("+" if after > before else "-") + text(abs(after - before))
        label = str(name).replace("_", " ")
        table.add_row(f"[bold]{heading}[/]" if not number else "", label, text(before), text(after), change)
    table.add_section()


def _cases(console: Console, cases: pd.DataFrame) -> None:
    if cases.empty:
        console.print("Nobody is decided otherwise.", highlight=False)
        return
    table = Table(title=f"{len(cases):,} patients decided otherwise", title_justify="left")
    for name in ("case", "outcome", "codes", "expected", "share", "why"):
        table.add_column(name, no_wrap=name == "case")
    for row in cases.head(MOST).to_dict("records"):
        why = row["reason_after"] if _said(row["reason_after"]) else row["reason_before"]
        table.add_row(
            str(row["case_number"]) if _said(row["case_number"]) else "no number yet",
            _both(row, "outcome", _text),
            _both(row, "codes", _text),
            _both(row, "expected_cents", _dollars),
            _both(row, "coinsurance_cents", _dollars),
            _text(why) if _said(why) else "",
        )
    console.print(table, highlight=False)
    _more(console, len(cases), "patients")


def _both(row: dict[Any, Any], field: str, text: Any) -> str:
    before, after = (text(row[f"{field}_{side}"]) if _said(row[f"{field}_{side}"]) else "none" for side in SIDES)
    return before if before == after else f"{before} → {after}"


SIDES = ("before", "after")


def _more(console: Console, count: int, what: str) -> None:
    if count > MOST:
        console.print(f"and {count - MOST:,} {what} more", highlight=False)


def _said(value: Any) -> bool:
    return not pd.isna(value) and value != ""


def _text(value: Any) -> str:
    return escape(str(value).replace("_", " "))


def _count(number: int) -> str:
    return f"{number:,}"


def _dollars(cents: Any) -> str:
    return f"${int(cents) / 100:,.2f}"
