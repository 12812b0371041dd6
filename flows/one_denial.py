"""One denial moved by hand, or traced to the error that a person found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from config.errors import InputError
from tasks.remit.trace import name_cause
from tasks.store.denials import mark
from tasks.store.identities import nobody_named
from tasks.store.store import open_store


def change(
    console: Console,
    database: str,
    claim: str,
    line: int,
    state: str | None,
    error: str | None,
    note: str,
    settings: Path | None = None,
) -> None:
    """The denial has the state, and its codes the error, that are given; what was done is printed."""
    if not state and not error:
        raise InputError("Say what to change: --state resent, or --error with a name of the table of errors.")
    store = open_store(database)
    try:
        with store.reading() as connection:
            nobody_named(connection, claim, note=note)
        if error:
            changed = name_cause(store, claim, line, error, None, settings)
            console.print(f"{changed:,} denials with these codes are traced to {error}.", highlight=False)
        if state:
            with store.writing() as connection:
                mark(connection, claim, line, state, note, datetime.now(UTC))
            console.print(f"Claim {claim}, line {line}: {state}.", highlight=False)
    finally:
        store.close()
