"""A month signed off: whoever does it answers for the revision, and its claims may go out."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
from rich.console import Console

from config.errors import InputError
from config.month import Month
from tasks.send.month_end import compose_release
from tasks.store import claims as stored
from tasks.store.day import today_of
from tasks.store.outbox import put_daily
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store


def sign_off_month(console: Console, database: str, month: Month, practice_id: str, name: str) -> None:
    """The latest revision of the month is signed off by that name, and it is said; billing's notice waits.

    A second time changes nothing.
    """
    if not name.strip():
        raise InputError("Say who signs off: --by NAME.")
    store = open_store(database)
    try:
        cycle = store.latest(practice_id, month)
        if cycle is None:
            raise InputError(f"There is no decided {month} of practice {practice_id} in this database; run it first.")
        lines, now = store.frame("claim_lines", cycle), datetime.now(UTC)
        practice = _practice(store, cycle)
        with store.writing() as connection:
            known, today = stored.signed(connection, cycle), today_of(connection, practice_id)
            signed = stored.sign(connection, cycle, name.strip(), now)
            if known is None:
                put_daily(connection, [compose_release(cycle, practice, lines, signed.signed_by, today)])
    finally:
        store.close()
    head = f"{practice_id} · {month} · revision {cycle.revision}"
    when = f"{signed.signed_at:%Y-%m-%d %H:%M} UTC"
    console.print(f"{head}: signed off by {signed.signed_by}, {when}", highlight=False, markup=False, soft_wrap=True)
    cases = lines["case_number"].nunique()
    said = f"{cases:,} patients with {len(lines):,} claim lines; ccm claims --month {month} writes the claims."
    console.print(said, highlight=False, markup=False, soft_wrap=True)


def _practice(store: Store, cycle: Cycle) -> dict[str, str]:
    """Name and address of the practice as the month has them; empty where nothing was kept of it."""
    kept = store.kept_table(cycle, "practices")
    row = {} if kept is None or kept.empty else kept.iloc[0]
    names = ("practice_name", "billing_email")
    return {name: str(row[name]) for name in names if name in row and not pd.isna(row[name])}
