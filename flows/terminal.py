"""What a person at the terminal sees: each step as it runs, then one table. No patient data."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from config.counted import plural
from tasks.progress import LOG

# What the month's folder has for whom, beside the report.
BESIDE = (
    "data_quality.html (what was set aside, and why), stakeholder.html (figures for those outside), codes.html (what "
    "this care setting may bill), superbill.csv (to bill), findings.csv (to mend), messages/ (who is told what)"
)


class StepLines(logging.Handler):
    """Draws the steps of a run: a spinner while one works, a line when it is done."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self.console = console
        self.status: Status | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Show the record; records without `state` are plain notes."""
        state = getattr(record, "state", "note")
        name = getattr(record, "step", "")
        if self.status is not None and state != "note":
            self.status.stop()
            self.status = None
        text = record.getMessage()
        if state == "started" and self.console.is_terminal:
            self.status = self.console.status(f"{name:<8} {text}")
            self.status.start()
        elif state == "done":
            self.console.print(f"[green]✓[/] [bold]{name:<8}[/] {text}", highlight=False)
        elif state == "failed":
            self.console.print(f"[red]✗[/] [bold]{name:<8}[/] {text}", highlight=False)
        elif state == "note":
            self.console.print(f"  [dim]{escape(text)}[/]", highlight=False, soft_wrap=True)


@contextmanager
def show_steps(console: Console) -> Iterator[None]:
    """Steps are drawn while inside."""
    lines = StepLines(console)
    LOG.addHandler(lines)
    try:
        yield
    finally:
        LOG.removeHandler(lines)
        if lines.status is not None:
            lines.status.stop()


def print_cycle(console: Console, summary: dict[str, Any]) -> None:
    """The month of one practice in a table, and what to open."""
    title = f"{summary['practice_id']} · {summary['month']} · revision {summary['revision']}"
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for heading, rows in summary["sections"]:
        for number, (label, value) in enumerate(rows):
            table.add_row(f"[bold]{heading}[/]" if number == 0 else "", label, value)
        table.add_section()
    console.print()
    console.print(table, highlight=False)
    if summary["changes"]:
        console.print(
            f"{plural(summary['changes'], 'change')} against the revision before: see changes.csv", highlight=False
        )
    elif not summary["new"]:
        console.print("Nothing changed since this revision was written.", highlight=False)
    console.print(f"Open {summary['report']}", highlight=False, soft_wrap=True)
    console.print(f"Beside it: {BESIDE}.", highlight=False, soft_wrap=True)


def print_claims(console: Console, summary: dict[str, Any]) -> None:
    """The claims of one practice's month: what went out now, what is held and why, what a person has to do."""
    console.print()
    title = f"{summary['practice_id']} · {summary['month']} · revision {summary['revision']}"
    console.print(f"[bold]{title}[/]", highlight=False)
    for name, count, cents in summary["new"]:
        console.print(f"  {name}: {plural(count, 'claim')}, ${cents / 100:,.2f} charged", highlight=False)
    if not summary["new"]:
        console.print("  Nothing new to send; every file that went out lies in the folder.", highlight=False)
    console.print(f"  {plural(summary['sent'], 'claim')} of this month sent in all: see claims.csv", highlight=False)
    if summary["held"]:
        console.print(
            f"  [yellow]{plural(summary['held'], 'claim')} held back[/]: see claim_holds.csv", highlight=False
        )
        for words, count in summary["needs"].items():
            console.print(f"    {count:,} · {words}", highlight=False, markup=False)
    if summary["corrections"]:
        total = sum(summary["corrections"].values())
        text = f"  [yellow]{plural(total, 'correction')} for a person[/]: see claim_corrections.csv"
        console.print(text, highlight=False)
        for action, count in summary["corrections"].items():
            console.print(f"    {count:,} · {action.replace('_', ' ')}", highlight=False)
    if summary["usage"] == "test":
        note = "The files call themselves tests, which nobody pays; set claims.usage to production once you may."
        console.print(f"  [yellow]{note}[/]", highlight=False, soft_wrap=True)
    console.print(f"Upload from {summary['folder']}", highlight=False, soft_wrap=True)


def print_watch(console: Console, summary: dict[str, Any]) -> None:
    """One practice's minutes watch in two lines."""
    near = f"{plural(summary['near'], 'patient')} can still reach a threshold"
    rest = f"{plural(summary['holds'], 'hold')} to fix, {plural(summary['changes'], 'change')} of stays and coverages"
    left = f"{plural(summary['days_left'], 'working day')} left"
    console.print(f"[bold]{summary['practice_id']}[/]: {near}; {rest}; {left}", highlight=False)
    if not summary["managers"]:
        console.print("  nobody has anything to do, so nobody is told", highlight=False)
        return
    console.print(f"Told {plural(summary['managers'], 'care manager')}; open {summary['told']}", highlight=False)


def print_outreach(console: Console, summary: dict[str, Any]) -> None:
    """One practice's day of co-pay cases in two lines."""
    said = f"{plural(summary['open'], 'open case')}, {summary['due']:,} due, {summary['escalated']:,} overdue"
    letters, alerts = plural(summary["letters"], "letter"), plural(summary["alerts"], "alert")
    console.print(f"[bold]{summary['practice_id']}[/]: {said}; {letters} due", highlight=False)
    if summary["letters_not_read"]:
        number = plural(summary["letters_not_read"], "letter")
        told = "in a language that the patient does not read[/]: see language_note in letters_due.csv"
        console.print(f"  [yellow]{number} {told}", highlight=False)
    if summary["alerts"]:
        console.print(f"  [yellow]{alerts} for compliance[/]: see compliance_alerts.csv", highlight=False)
    console.print(f"Open {summary['report']}", highlight=False, soft_wrap=True)


def print_finding(console: Console, what: str, state: str, words: str) -> None:
    """One line of `ccm doctor`."""
    mark = {"fine": "[green]✓[/]", "look": "[yellow]![/]"}.get(state, "[red]✗[/]")
    console.print(f"{mark} [bold]{what:<15}[/] {escape(words)}", highlight=False)
