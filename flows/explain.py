"""One patient-month on one screen."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from config.month import Month
from tasks.store.store import open_store

OUTCOMES = {
    "bill": "[green]Bill[/]",
    "hold": "[yellow]Hold[/]",
    "short": "[blue]Short of minutes[/]",
    "not_billable": "[red]Not billable[/]",
}


def explain_case(
    console: Console, case: str, month: Month | None, practice_id: str | None, database: str, html=None
) -> None:
    """Print verdict, codes, minutes by disposition, findings with source and remedy, and the candidates not chosen."""
    found = open_store(database).explain(case, practice_id, month)
    for row in found["decisions"].to_dict("records"):
        _verdict(console, row)
    _minutes(console, found["time_ledger"])
    _candidates(console, found["candidates"])
    _findings(console, found["findings"])


def _verdict(console: Console, row: dict[Any, Any]) -> None:
    head = f"{row['case_number']} · {row['practice_id']} · {row['month']}"
    codes = f": {row['codes']}" if _said(row["codes"]) else ""
    console.print(f"[bold]{head}[/]\n{OUTCOMES[row['outcome']]}{codes}", highlight=False)
    if _said(row["reason"]):
        console.print(f"Decided by the rule [bold]{row['reason']}[/]", highlight=False)
    if _said(row["service_date"]):
        text = "the day the last unit's threshold was met"
        console.print(f"Date of service {row['service_date']:%Y-%m-%d}, {text}", highlight=False)
    if _said(row["expected_cents"]):
        share = int(row["coinsurance_cents"]) / 100
        sure = row["amount_confidence"]
        console.print(
            f"Expected {int(row['expected_cents']) / 100:.2f} US$, of it the patient's share {share:.2f} "
            f"(national amount, before locality and deductible; {sure})",
            highlight=False,
        )
    if _said(row["minutes_missing"]):
        console.print(f"{row['minutes_missing']} minutes missing to the next unit", highlight=False)
    console.print(f"Rules: fingerprint {row['rulebook_digest']}\n", highlight=False)


def _minutes(console: Console, ledger: pd.DataFrame) -> None:
    totals = ledger.groupby(["disposition", "performer_class"], observed=True)["seconds"].agg(["sum", "size"])
    table = Table(title="Time", title_justify="left")
    for name in ("what became of it", "whose", "minutes:seconds", "entries"):
        table.add_column(name, justify="right" if name in ("minutes:seconds", "entries") else "left")
    for (disposition, performer), row in totals.iterrows():
        minutes, seconds = divmod(int(row["sum"]), 60)
        table.add_row(plain(disposition), plain(performer), f"{minutes}:{seconds:02d}", str(row["size"]))
    console.print(table, highlight=False)


def _candidates(console: Console, candidates: pd.DataFrame) -> None:
    if candidates.empty:
        return
    table = Table(title="What the minutes would carry", title_justify="left")
    for name in ("family", "codes", "minutes", "expected", "why"):
        table.add_column(name)
    for row in candidates.to_dict("records"):
        amount = f"{int(row['expected_cents']) / 100:.2f}" if _said(row["expected_cents"]) else "not loaded"
        mark = "[green]✓[/] " if row["chosen"] else "  "
        table.add_row(mark + row["family"], row["codes"], str(row["minutes"]), amount, str(row["why"]))
    console.print(table, highlight=False)


def _findings(console: Console, findings: pd.DataFrame) -> None:
    for row in findings.to_dict("records"):
        console.print(f"[bold]{plain(row['rule'])}[/] ({plain(row['outcome'])}): {row['words']}.", highlight=False)
        if _said(row["numbers"]):
            console.print(f"  {row['numbers']}", highlight=False, markup=False)
        if _said(row["fix"]):
            console.print(f"  {plain(row['owner']).capitalize()}: {row['fix']}.", highlight=False, markup=False)
        prevents = f"  Prevents {row['denial']}." if _said(row["denial"]) else ""
        console.print(f"  [dim]{row['confidence']}: {row['source']}[/]{prevents}", highlight=False)


def plain(name: Any) -> str:
    """A name of the program in plain words."""
    return str(name).replace("_", " ")


def _said(value: Any) -> bool:
    return not pd.isna(value) and value != ""
