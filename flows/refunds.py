"""The command that records a refund; like cli.py it calls what does it and holds no logic."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.options import Out, named


def refund(
    claim: Annotated[str, typer.Argument(help="Claim number, as in overpayments.csv.")],
    amount: Annotated[str, typer.Option(help="What went back, in dollars, as 47.42.")],
    reference: Annotated[str, typer.Option(help="Check or transfer; the same one again changes nothing.")],
    day: Annotated[str, typer.Option("--date", help="Day it went out, as 2026-12-01.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Who records it; without it, the user of this computer.")
    ] = None,
    out: Out = Path("out"),
    database: Annotated[str | None, typer.Option(envvar="CCM_DATABASE_URL", help="Database URL.")] = None,
) -> None:
    """Record a refund of an overpayment: its case is closed once all of it came back."""
    from flows.one_refund import record
    from tasks.store.engine import database_of

    name = named(by)
    record(Console(), database or database_of(out), claim, amount, day, reference, name, datetime.now(UTC))


def add_to(app: typer.Typer) -> None:
    """The command is among those of `ccm`."""
    app.command()(refund)
