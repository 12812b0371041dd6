"""The command about requests for records; like cli.py it calls what does it and holds no logic."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.errors import InputError
from flows.options import Database, Out, Practice, named
from flows.typed import day_of


def records(
    claim: Annotated[str | None, typer.Argument(help="Claim number; without it, what is on record.")] = None,
    asked: Annotated[str | None, typer.Option(help="Day of the payer's letter, as 2026-11-20.")] = None,
    due: Annotated[str | None, typer.Option(help="Last day, where the letter names one.")] = None,
    answered: Annotated[str | None, typer.Option(help="Day on which the records were sent.")] = None,
    note: Annotated[str, typer.Option(help="A word about it, without names.")] = "",
    by: Annotated[
        str | None, typer.Option("--by", help="Who records it; without it, the user of this computer.")
    ] = None,
    practice: Practice = None,
    out: Out = Path("out"),
    database: Database = None,
) -> None:
    """Record that a payer asked for a claim's records, or that they were sent; or list such requests."""
    from flows.record_requests import record, show
    from tasks.store.engine import database_of

    where, who = database or database_of(out), named(by)
    days = [day_of(text, name) for text, name in ((asked, "--asked"), (due, "--due"), (answered, "--answered"))]
    if claim is None:
        if any(days):
            raise InputError("Name the claim that the payer asks about, as in claims_sent.csv.")
        show(Console(), where, practice)
    else:
        record(Console(), where, claim, days[0], days[1], days[2], note, who, datetime.now(UTC))


def add_to(app: typer.Typer) -> None:
    """The command is among those of `ccm`."""
    app.command()(records)
