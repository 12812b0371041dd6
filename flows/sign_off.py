"""A month signed off: whoever does it answers for the revision, and its claims may go out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from rich.console import Console

from config.approval import approval_settings
from config.by_hand import BY_HAND
from config.errors import InputError, PlaceError
from config.message_settings import message_settings
from config.month import Month
from flows.claims_ahead import ahead_said
from flows.listing import say
from flows.prefect_api import PrefectApi
from flows.signed_said import say_signed
from flows.waiting_runs import let_go
from tasks.claim.ahead import ahead
from tasks.claim.signed import undecided
from tasks.send.month_end import compose_release, month_end_of
from tasks.send.stakeholders import compose_figures, figures_of, too_few, wanted_by
from tasks.store import approvals, by_hand, month_life
from tasks.store import claims as stored
from tasks.store.claims import SignOff
from tasks.store.day import today_of
from tasks.store.outbox import of_sign_off, put_daily
from tasks.store.practice import practice_row
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store


def sign_off_month(
    console: Console,
    database: str,
    month: Month,
    practice_id: str,
    name: str,
    settings: Path | None = None,
    api: PrefectApi | None = None,
) -> None:
    """The latest revision of the month is signed off by that name, and it is said; runs that waited for it end.

    Billing's notice waits in the outbox, and the month's figures for quality and board where the settings have an
    address of theirs. A second time changes nothing.
    """
    store, begun = open_store(database), datetime.now(UTC)
    try:
        cycle, signed, lines = sign_off(store, month, practice_id, name, settings)
        with store.reading() as connection:
            told = of_sign_off(connection, cycle)
        small = _no_figures(store, cycle, settings)
        waited = _let_go(store, api, practice_id, month)
        claims = ahead_said(ahead(store, practice_id, month, settings))
    finally:
        store.close()
    say_signed(console, cycle, signed, begun, lines, told)
    for line in [*small, *waited, f"  {claims[0]}", *(f"    {line}" for line in claims[1:])]:
        say(console, line)


def _no_figures(store: Store, cycle: Cycle, settings: Path | None) -> list[str]:
    """That the audiences of the figures get none, where every count is too small to be told."""
    wanted = wanted_by(message_settings(cycle.practice_id, settings))
    found = figures_of(store, cycle) if wanted else None
    few = [name for name in wanted if found and too_few(found, name)]
    return [f"  {' and '.join(few)}: no figures are mailed, every count is too small to be told"] if few else []


def _let_go(store: Store, api: PrefectApi | None, practice_id: str, month: Month) -> list[str]:
    """What became of the runs that waited in Prefect; a server that does not answer takes nothing back."""
    with store.reading() as connection:
        asked = approvals.of_month(connection, practice_id, str(month))
    if not asked or api is None:
        return []
    try:
        return [f"  the run {name} waited for it and ends now" for name in let_go(store, api, practice_id, month)]
    except PlaceError as error:
        return [f"  {error} A run that waits there for this month ends by itself once it is back."]


def sign_off(
    store: Store, month: Month, practice_id: str, name: str, settings: Path | None, revision: int | None = None
) -> tuple[Cycle, SignOff, pd.DataFrame]:
    """The latest revision signed off, by whom, and its claim lines; what is to be told waits in the outbox.

    InputError where it may not be signed off, and where it is another revision than the one given.
    """
    if not name.strip():
        raise InputError("Say who signs off: --by NAME.")
    messages = message_settings(practice_id, settings)
    apart = approval_settings(practice_id, settings).other_than_preparer
    cycle = store.latest(practice_id, month)
    if cycle is None:
        raise InputError(undecided(store, practice_id, month))
    if revision not in (None, cycle.revision):
        raise InputError(f"{practice_id}, {month}: revision {cycle.revision} was decided in the meantime; look at it.")
    lines, now = store.frame("claim_lines", cycle), datetime.now(UTC)
    practice, figures = practice_row(store.kept_tables(cycle, "practices")), figures_of(store, cycle)
    counted, before = store.kept_table(cycle, BY_HAND), month_end_of(store, practice_id, month, settings).reopened
    with store.writing() as connection:
        refuse_unheeded(by_hand.recorded(connection, practice_id, str(month)), counted, month)
        if apart:
            month_life.refuse_preparer(connection, cycle, name)
        known, today = stored.signed(connection, cycle), today_of(connection, practice_id)
        signed = stored.sign(connection, cycle, name.strip(), now)
        if known is None:
            release = compose_release(cycle, practice, lines, signed.signed_by, today, messages.templates, before)
            put_daily(connection, [release, *compose_figures(figures, messages, today)])
    return cycle, signed, lines


def refuse_unheeded(recorded: pd.DataFrame, counted: pd.DataFrame | None, month: Month) -> None:
    """InputError where what stands decided by hand is not what the revision was decided from."""
    kept = recorded if counted is None and recorded.empty else counted
    if kept is None or not kept.reset_index(drop=True).astype("str").equals(recorded.astype("str")):
        raise InputError(f"Cases were decided by hand after {month} was run; run it again, then sign it off.")
