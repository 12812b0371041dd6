"""A released month closed: no run decides it again until somebody opens it."""

from __future__ import annotations

from rich.console import Console

from config.errors import InputError
from config.month import Month
from tasks.store import month_life
from tasks.store.identities import known_identities
from tasks.store.store import open_store


def close_month(console: Console, database: str, practice_id: str, month: Month, name: str, reason: str) -> None:
    """The month is closed, with who and why, and it is said; InputError where it is not released."""
    if not name.strip():
        raise InputError("Say who closes the month: --by NAME.")
    store = open_store(database)
    try:
        with store.writing() as connection:
            known_identities(connection, practice_id).refuse("--reason", reason)
            made = month_life.move(connection, practice_id, month, month_life.CLOSED, name, reason)
    finally:
        store.close()
    when = f"{made.moved_at:%Y-%m-%d %H:%M} UTC"
    said = f"{practice_id} · {month} · revision {made.revision}: closed by {made.moved_by}, {when}"
    console.print(said, highlight=False, markup=False, soft_wrap=True)
