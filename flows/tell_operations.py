"""A run that needs somebody: its automation calls this, and operations has a mail about it."""

from __future__ import annotations

import os

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.errors import InputError
from config.message_settings import MessageSettings, message_settings
from config.month import EASTERN, today_in
from config.settings import practices_set
from flows import parameters as ask
from flows.automations import run_told
from flows.prefect_api import PrefectApi
from flows.waiting_runs import let_go_by_the_way, settled
from tasks.progress import LOG
from tasks.send.run_told import compose_run
from tasks.send.step import deliver_messages
from tasks.store import approvals
from tasks.store.outbox import last_written_to, put_daily
from tasks.store.step import Place, open_place, practices_decided


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
    by now is told to nobody, it goes on to its end. Returns how many wait for the mail server now or are sent.
    """
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


def reached_by(place: Place, practice_id: str) -> MessageSettings:
    """The addresses that hold; where the settings cannot be used, the very thing to tell, those of all practices or
    else the one that operations was written to last."""
    for whose in (practice_id, ""):
        try:
            return message_settings(whose, place.settings)
        except InputError as error:
            LOG.warning("%s", error)
    with place.store.reading() as connection:
        return MessageSettings(operations=last_written_to(connection, "operations"))


@task(name="write the message", cache_policy=NO_CACHE)
def put_message(place: Place, run: str, what: str) -> list[str]:
    """The messages wait in the outbox; under which practice they stand there."""
    known = sorted({*practices_decided(place, None), *_set(place)})
    told = run_told(PrefectApi(os.environ["PREFECT_API_URL"]), run, known)
    whose = {one: reached_by(place, one) for one in (*known, told.practice)}
    composed = compose_run(what, told, whose, today_in(EASTERN))
    with place.store.writing() as connection:
        put_daily(connection, composed)
    return sorted({one.practice_id for one in composed})


def _set(place: Place) -> list[str]:
    """The practices that the settings name; none where they cannot be read, which is told all the same."""
    try:
        return practices_set(place.settings)
    except InputError:
        return []
