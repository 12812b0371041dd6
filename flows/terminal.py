"""What a person at the terminal sees: each step as it runs, then one table. No patient data."""

from __future__ import annotations

import logging
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table


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
            self.console.print(f"  [dim]{text}[/]", highlight=False)


def summary_table(summary: dict[str, Any]) -> Table:
    """The month of one practice in a table: patients, minutes, rows, money, cases, messages."""
    table = Table(title=f"{summary['practice_id']} · {summary['month']} · revision {summary['revision']}", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for heading, rows in summary["sections"]:
        table.add_section()
        for number, (label, value) in enumerate(rows):
            table.add_row(f"[bold]{heading}[/]  {label}" if number == 0 else f"{' ' * len(heading)}  {label}", value)
    return table
