"""What is told of a run that needs somebody, put into the outbox for whoever can be reached."""

from __future__ import annotations

import os

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import InputError
from config.message_settings import MessageSettings, message_settings
from config.month import EASTERN, today_in
from config.settings import practices_set
from flows.automations import run_told
from flows.prefect_api import PrefectApi
from tasks.progress import LOG
from tasks.send.run_told import compose_run
from tasks.store.outbox import last_written_to, put_daily
from tasks.store.step import Place, practices_decided


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
