"""A released month opened again: who did it and why, a new revision, and only what differs goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.errors import InputError
from config.month import Month
from flows import parameters as ask
from flows.approval import answered_since, approval_asked, deployed_run
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
    run = deployed_run()
    reopen(place, practice, service_month, reason, reviewer, run.created if run else None)
    show_board(place, service_month)
    if not source:
        return []
    results = monthly_cycle(month, source, practice, out, database, settings, prepared_by=reviewer)
    return [approval_asked(place, service_month, one, None) for one in results]


@task(name="open the month again", cache_policy=NO_CACHE)
def reopen(
    place: Place, practice_id: str, month: Month, reason: str, reviewer: str, since: datetime | None = None
) -> None:
    """The month is reopened, with who and why; InputError where it is not signed off, or a patient is named.

    One that was opened so `since` then, when the run was asked for, is not opened again: the run was interrupted and
    begun again, and what became of the month meanwhile stands.
    """
    if not reason.strip() or not reviewer.strip():
        raise InputError("Say why the month is opened again (--reason TEXT) and who does it (--by NAME).")
    with no_cell_in_errors(), place.store.writing() as connection:
        known_identities(connection, practice_id).refuse("--reason", reason)
        moves = month_life.history(connection, practice_id, month)
        so = (month_life.REOPENED, reviewer.strip(), reason.strip())
        done = [one for one in moves if (one.state, one.moved_by, one.reason) == so]
        if not done or (done[-1] is not moves[-1] and (since is None or done[-1].moved_at < since)):
            month_life.move(connection, practice_id, month, month_life.REOPENED, reviewer, reason)
