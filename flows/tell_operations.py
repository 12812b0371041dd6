"""A run that needs somebody: its automation calls this, and operations has a mail about it."""

from __future__ import annotations

import os

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import parameters as ask
from flows.late_runs import waits_its_turn
from flows.lost_runs import crashed_if_lost
from flows.prefect_api import PrefectApi
from flows.run_messages import put_message
from flows.waiting_runs import let_go_by_the_way, settled
from tasks.send.step import deliver_messages
from tasks.store import approvals
from tasks.store.step import Place, open_place


@flow(name="tell-operations", flow_run_name="{what}: {run}")
def tell_operations(
    run: ask.RunId,
    what: ask.Happened = "failed",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    settings: ask.SettingsFile = "",
) -> int:
    """Tell operations about a run, and the data's owner when the checks stopped it; nobody twice on one day.

    The message goes through the outbox as all others do. A run that waits for the approval of a month that is settled
    by now is told to nobody, it goes on to its end; nor is one that is late because others have their turn. One that is
    lost is crashed, and told as that is. Returns how many messages wait for the mail server now or are sent, or how
    many runs are crashed.
    """
    if what == "lost":
        return int(crash_if_lost(run))
    if what == "late" and has_its_turn_yet(run):
        return 0
    place = open_place(out, database, settings)
    if what == "unapproved" and waits_no_more(place, run):
        return 0
    practices = put_message(place, run, what)
    for practice_id in practices:
        deliver_messages(place, practice_id)
    return len(practices)


@task(name="see whether it is settled", cache_policy=NO_CACHE)
def waits_no_more(place: Place, run: str) -> bool:
    """Whether the month that the run asked about is settled; whoever still waits for it ends."""
    with place.store.reading() as connection:
        asked = approvals.last_of_run(connection, run)
    if asked is None or settled(place.store, asked) is None:
        return False
    let_go_by_the_way(place.store, PrefectApi(os.environ["PREFECT_API_URL"]), asked.practice_id, asked.month)
    return True


@task(name="see whether others have their turn", cache_policy=NO_CACHE)
def has_its_turn_yet(run: str) -> bool:
    """Whether the run is late only because its pool has as many in hand as it may."""
    return waits_its_turn(PrefectApi(os.environ["PREFECT_API_URL"]), run)


@task(name="see whether it lives", cache_policy=NO_CACHE)
def crash_if_lost(run: str) -> bool:
    """Whether the run gave no sign of life, and is crashed or cancelled now."""
    return crashed_if_lost(PrefectApi(os.environ["PREFECT_API_URL"]), run)
