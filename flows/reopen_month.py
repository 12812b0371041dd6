"""A released month opened again: who did it and why, a new revision, and only what differs goes out."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.errors import InputError
from config.month import Month
from flows import parameters as ask
from flows.approval import answered_since, approval_asked
from flows.board import show_board
from flows.monthly_cycle import monthly_cycle
from tasks.progress import no_cell_in_errors
from tasks.store import month_life
from tasks.store.identities import known_identities
from tasks.store.step import Place, open_place


@flow(name="reopen-month", flow_run_name="reopen {month} of {practice}", validate_parameters=True)
def reopen_month(
    practice: ask.OnePractice,
    month: ask.OneMonth,
    reason: ask.Reason,
    reviewer: ask.Reviewer,
    settings: ask.SettingsFile = "",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    source: ask.SourceOrNone = "",
) -> list[dict[str, Any]]:
    """Open a signed-off, released or closed month again; with a `source` it is run at once, otherwise by the next run.

    That run makes a new revision, whatever comes out. Until somebody signs it off no claim of the month goes out; then
    only the difference does. `reason` names no patient: Prefect keeps what is typed here.
    """
    service_month = Month.parse(month)
    if done := answered_since(out, database, settings, reviewer):
        return [done]
    place = open_place(out, database, settings, reviewer)
    reopen(place, practice, service_month, reason, reviewer)
    show_board(place, service_month)
    if not source:
        return []
    results = monthly_cycle(month, source, practice, out, database, settings, prepared_by=reviewer)
    return [approval_asked(place, service_month, one, None) for one in results]


@task(name="open the month again", cache_policy=NO_CACHE)
def reopen(place: Place, practice_id: str, month: Month, reason: str, reviewer: str) -> None:
    """The month is reopened, with who and why; InputError where it is not signed off, or a patient is named."""
    if not reason.strip() or not reviewer.strip():
        raise InputError("Say why the month is opened again (--reason TEXT) and who does it (--by NAME).")
    with no_cell_in_errors(), place.store.writing() as connection:
        known_identities(connection, practice_id).refuse("--reason", reason)
        last = month_life.last_move(connection, practice_id, str(month))
        done = (last.state, last.moved_by, last.reason) if last else None
        if done != (month_life.REOPENED, reviewer, reason):  # begun again, it is open already
            month_life.move(connection, practice_id, month, month_life.REOPENED, reviewer, reason)
