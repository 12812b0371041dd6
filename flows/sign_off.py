"""A month signed off: whoever does it answers for the revision, and its claims may go out."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from config.errors import InputError
from config.month import Month
from tasks.store import claims as stored
from tasks.store.store import open_store


def sign_off_month(console: Console, database: str, month: Month, practice_id: str, name: str) -> None:
    """The latest revision of the month is signed off by that name, and it is said; a second time changes nothing."""
    if not name.strip():
        raise InputError("Say who signs off: --by NAME.")
    store = open_store(database)
    try:
        cycle = store.latest(practice_id, month)
        if cycle is None:
            raise InputError(f"There is no decided {month} of practice {practice_id} in this database; run it first.")
        with store.writing() as connection:
            signed = stored.sign(connection, cycle, name.strip(), datetime.now(UTC))
        lines = store.frame("claim_lines", cycle)
    finally:
        store.close()
    head = f"{practice_id} · {month} · revision {cycle.revision}"
    when = f"{signed.signed_at:%Y-%m-%d %H:%M} UTC"
    console.print(f"{head}: signed off by {signed.signed_by}, {when}", highlight=False, markup=False, soft_wrap=True)
    cases = lines["case_number"].nunique()
    said = f"{cases:,} patients with {len(lines):,} claim lines; ccm claims --month {month} writes the claims."
    console.print(said, highlight=False, markup=False, soft_wrap=True)
