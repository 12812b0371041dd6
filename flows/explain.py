"""One patient-month on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.month import Month
from tasks.send.audit_packet import write_private
from tasks.send.case import case_view, render_case
from tasks.send.words import capital, owner, plain
from tasks.store.store import open_store

OUTCOMES = {
    "bill": "[green]Bill[/]",
    "hold": "[yellow]Hold[/]",
    "short": "[blue]Short of minutes[/]",
    "not_billable": "[red]Not billable[/]",
}


def explain_case(
    console: Console, case: str, month: Month | None, practice_id: str | None, database: str, html: Path | None = None
) -> Path | None:
    """Print verdict, codes, minutes, candidates and findings program by program; or write them as a page, its path."""
    store = open_store(database)
    try:
        found = store.explain(case, practice_id, month)
    finally:
        store.close()
    view = case_view(found)
    if html:
        write_private(html, render_case(view))
        return html
    head = f"{view['case_number'] or case} · {view['practice_id']} · {view['month']}"
    console.print(f"[bold]{escape(head)}[/]", highlight=False)
    for row in view["programs"]:
        _program(console, row)
    _minutes(console, view["time"])
    _set_aside(console, view["set_aside"])
    console.print(f"Rules: fingerprint {view['digest']}", highlight=False)
    return None


def _program(console: Console, row: dict[str, Any]) -> None:
    codes = f": {row['codes']}" if row["codes"] else ""
    missing = f"; {row['missing']}" if row["missing"] else ""
    console.print(f"[bold]{row['name']}[/] {OUTCOMES[row['outcome']]}{codes}{missing}", highlight=False)
    if row["reason"]:
        console.print(f"  Decided by the rule [bold]{plain(row['reason'])}[/]", highlight=False)
    if row["service_date"]:
        console.print(f"  Date of service {row['service_date']}: {row['why_that_day']}", highlight=False)
    if row["amounts"]:
        amounts = capital("; ".join(f"{label} {amount}" for label, amount in row["amounts"]))
        console.print(f"  {amounts} ({row['basis']})" if row["basis"] else f"  {amounts}", highlight=False)
    for one in row["candidates"]:
        mark = "[green]✓[/]" if one["chosen"] else "·"
        said = f"{one['family']}: {one['codes']}, {one['minutes']} min, {one['expected']}: {one['why']}"
        console.print(f"  {mark} {escape(said)}", highlight=False)
    for one in row["findings"]:
        head = f"  [bold]{plain(one['rule'])}[/] ({plain(one['outcome'])}): {escape(one['words'])}."
        console.print(head, highlight=False)
        if one["numbers"]:
            console.print(f"    {one['numbers']}", highlight=False, markup=False)
        if one["fix"]:
            prevents = f" Prevents {one['denial']}." if one["denial"] else ""
            fix = f"    {owner(one['owner']).capitalize()}: {one['fix']}.{prevents}"
            console.print(fix, highlight=False, markup=False)
        console.print(f"    [dim]{one['confidence']}: {escape(one['source'])}[/]", highlight=False)


def _minutes(console: Console, rows: list[dict[str, str]]) -> None:
    table = Table(title="Time", title_justify="left")
    for name in ("what became of it", "program", "whose", "minutes:seconds", "parts"):
        table.add_column(name, justify="right" if name in ("minutes:seconds", "parts") else "left")
    for row in rows:
        table.add_row(row["disposition"], row["program"], row["whose"], row["length"], row["entries"])
    console.print(table, highlight=False)


def _set_aside(console: Console, rows: list[dict[str, str]]) -> None:
    for row in rows:
        said = escape(f"{row['where']}: {row['words']} ({row['reason']}).")
        console.print(f"[bold]Also set aside[/]: {said}", highlight=False)
        console.print(f"  {owner(row['owner']).capitalize()}: {row['fix']}.", highlight=False, markup=False)
