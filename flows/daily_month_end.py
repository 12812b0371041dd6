"""The day's reminders of the month that ends: cut-off, hand-over and sign-off, each said once on its days."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.message_settings import message_settings
from config.month import Month
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue
from tasks.send.month_end import compose_reminders, month_end_of, reminds_on
from tasks.store import claims as stored
from tasks.store.outbox import put_daily
from tasks.store.step import Place

TOLD_OF = ("decisions", "findings", "quarantine")


@task(name="remind of the month's end", cache_policy=NO_CACHE)
def daily_month_end(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The reminders of the day wait in the outbox; none where the month before this one is not decided. How many."""
    today = place.today(practice_id)
    cycle = place.store.latest(practice_id, Month.of(today).previous)
    if cycle is None:
        return 0
    with no_cell_in_errors():
        end = month_end_of(place.store, practice_id, cycle.month, place.settings)
        if not reminds_on(end.days, today):
            return 0
        own = message_settings(practice_id, place.settings).templates
        frames = {name: place.store.frame(name, cycle) for name in TOLD_OF}
        frames |= {"copay_cases": place.store.open_copay_cases(practice_id), "queries": due.lists["queries"]}
        with place.store.writing() as connection:
            signed = stored.signed(connection, cycle) is not None
            told = compose_reminders(cycle, end, due.practice, frames, due.staff, signed, today, own)
            return put_daily(connection, told)
