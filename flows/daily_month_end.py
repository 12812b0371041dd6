"""The day's reminders of the month that ends: cut-off, hand-over and sign-off, each said once on its days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.approval import approval_settings
from config.deadlines import closed_days
from config.message_settings import message_settings
from config.month import Month
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue
from tasks.send.approval import compose_waiting
from tasks.send.messages import Message
from tasks.send.month_end import compose_reminders, month_end_of, reminds_on
from tasks.store import approvals, month_life
from tasks.store import claims as stored
from tasks.store.outbox import put_daily
from tasks.store.records import Cycle
from tasks.store.step import Place, cut_off_passed

TOLD_OF = ("decisions", "findings", "quarantine")


@task(name="remind of the month's end", cache_policy=NO_CACHE)
def daily_month_end(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The reminders of the day wait in the outbox; none where the month before this one is not decided. How many."""
    today = place.today(practice_id)
    cut_off_passed(place, practice_id, Month.of(today).previous, today)
    cycle = place.store.latest(practice_id, Month.of(today).previous)
    if cycle is None:
        return 0
    with no_cell_in_errors():
        waits = _waiting(place, practice_id, cycle, due.practice, today)
        end = month_end_of(place.store, practice_id, cycle.month, place.settings)
        if not reminds_on(end.days, today) and not waits:
            return 0
        own = message_settings(practice_id, place.settings).templates
        frames = {name: place.store.frame(name, cycle) for name in TOLD_OF}
        frames |= {"copay_cases": place.store.open_copay_cases(practice_id), "queries": due.lists["queries"]}
        with place.store.writing() as connection:
            signed = stored.signed(connection, cycle) is not None
            told = compose_reminders(cycle, end, due.practice, frames, due.staff, signed, today, own)
            return put_daily(connection, [*told, *waits])


def _waiting(place: Place, practice_id: str, cycle: Cycle, practice: Mapping[str, str], today: date) -> list[Message]:
    """The reminders of an approval that the month's newest revision waits for."""
    with place.store.reading() as connection:
        asked = approvals.first_of_revision(connection, practice_id, str(cycle.month), cycle.revision)
        state = month_life.state_of(connection, practice_id, cycle.month)
    if asked is None or state != month_life.DECIDED:
        return []
    own, settings = message_settings(practice_id, place.settings), approval_settings(practice_id, place.settings)
    addresses: dict[str, str] = {settings.escalate_to: own.address(settings.escalate_to)}
    return compose_waiting(
        cycle, asked, practice, settings, addresses, today, own.templates, closed_days(practice_id, place.settings)
    )
