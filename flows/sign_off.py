"""A month signed off: whoever does it answers for the revision, and its claims may go out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from config.errors import InputError
from config.message_settings import message_settings
from config.month import Month
from flows.signed_said import say_signed
from tasks.send.month_end import compose_release
from tasks.send.stakeholders import compose_figures, figures_of
from tasks.store import claims as stored
from tasks.store.day import today_of
from tasks.store.outbox import of_sign_off, put_daily
from tasks.store.practice import practice_row
from tasks.store.store import open_store


def sign_off_month(
    console: Console, database: str, month: Month, practice_id: str, name: str, settings: Path | None = None
) -> None:
    """The latest revision of the month is signed off by that name, and it is said.

    Billing's notice waits in the outbox, and the month's figures for quality and board where the settings have an
    address of theirs. A second time changes nothing.
    """
    if not name.strip():
        raise InputError("Say who signs off: --by NAME.")
    messages = message_settings(practice_id, settings)
    store, begun = open_store(database), datetime.now(UTC)
    try:
        cycle = store.latest(practice_id, month)
        if cycle is None:
            raise InputError(f"There is no decided {month} of practice {practice_id} in this database; run it first.")
        lines, now = store.frame("claim_lines", cycle), datetime.now(UTC)
        practice, figures = practice_row(store.kept_tables(cycle, "practices")), figures_of(store, cycle)
        with store.writing() as connection:
            known, today = stored.signed(connection, cycle), today_of(connection, practice_id)
            signed = stored.sign(connection, cycle, name.strip(), now)
            if known is None:
                release = compose_release(cycle, practice, lines, signed.signed_by, today, messages.templates)
                put_daily(connection, [release, *compose_figures(figures, messages, today)])
        with store.reading() as connection:
            told = of_sign_off(connection, cycle)
    finally:
        store.close()
    say_signed(console, cycle, signed, begun, lines, told)
