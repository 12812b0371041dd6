"""A run that needs somebody: its automation calls this, and operations has a mail about it."""

from __future__ import annotations

import os

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.message_settings import message_settings
from config.month import EASTERN, today_in
from config.settings import practices_set
from flows import parameters as ask
from flows.automations import run_told
from flows.prefect_api import PrefectApi
from tasks.send.run_told import compose_run
from tasks.send.step import deliver_messages
from tasks.store.outbox import put_daily
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

    The message goes through the outbox as all others do. Returns how many wait for the mail server now or are sent.
    """
    place = open_place(out, database, settings)
    practices = put_message(place, run, what)
    for practice_id in practices:
        deliver_messages(place, practice_id)
    return len(practices)


@task(name="write the message", cache_policy=NO_CACHE)
def put_message(place: Place, run: str, what: str) -> list[str]:
    """The messages wait in the outbox; under which practice they stand there."""
    known = sorted({*practices_decided(place, None), *practices_set(place.settings)})
    told = run_told(PrefectApi(os.environ["PREFECT_API_URL"]), run, known)
    whose = {one: message_settings(one, place.settings) for one in (*known, told.practice)}
    composed = compose_run(what, told, whose, today_in(EASTERN))
    with place.store.writing() as connection:
        put_daily(connection, composed)
    return sorted({one.practice_id for one in composed})
