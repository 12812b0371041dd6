"""The day's reminders of the month that ends: cut-off, hand-over and sign-off, each said once on its days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.approval import approval_settings
from config.deadlines import closed_days, deadlines
from config.message_settings import message_settings
from config.month import Month
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue
from tasks.send.approval import compose_waiting
from tasks.send.messages import Message, MonthEnd
from tasks.send.month_end import compose_overdue, compose_reminders, reminds_on
from tasks.store import approvals, month_life
from tasks.store import claims as stored
from tasks.store.outbox import put_daily
from tasks.store.records import Cycle
from tasks.store.step import Place, cut_off_passed

TOLD_OF = ("decisions", "findings", "quarantine")


@task(name="remind of the month's end", cache_policy=NO_CACHE)
def daily_month_end(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The reminders of the day wait in the outbox: of the month before this one where it is decided, and of earlier
    ones that nobody signed off. How many."""
    today = place.today(practice_id)
    month = Month.of(today).previous
    cut_off_passed(place, practice_id, month, today)
    cycle = place.store.latest(practice_id, month)
    with no_cell_in_errors():
        told = _of_earlier_months(place, practice_id, month, due.practice, today)
        with place.store.writing() as connection:
            earlier = put_daily(connection, told)
        if cycle is None:
            return earlier
        waits = _waiting(place, practice_id, cycle, due.practice, today)
        days = deadlines(practice_id, cycle.month, place.settings)
        if not reminds_on(days, today) and not waits:
            return earlier
        own = message_settings(practice_id, place.settings).templates
        frames = {name: place.store.frame(name, cycle) for name in TOLD_OF}
        frames |= {"copay_cases": place.store.open_copay_cases(practice_id), "queries": due.lists["queries"]}
        with place.store.writing() as connection:
            signed = stored.signed(connection, cycle) is not None
            told = compose_reminders(cycle, MonthEnd(days), due.practice, frames, due.staff, signed, today, own)
            return earlier + put_daily(connection, [*told, *waits])


def _of_earlier_months(
    place: Place, practice_id: str, before: Month, practice: Mapping[str, str], today: date
) -> list[Message]:
    """The reminders of months of the year before that one that are decided and not signed off: daily where a run waits
    for the approval, and each month on its last day to sign off."""
    told: list[Message] = []
    templates = message_settings(practice_id, place.settings).templates
    remind = deadlines(practice_id, before, place.settings).sign_off == today
    for cycle in place.store.decided(practice_id):
        if not Month(before.year - 1, before.number) <= cycle.month < before:
            continue
        with place.store.reading() as connection:
            state = month_life.state_of(connection, practice_id, cycle.month)
        if state in (month_life.DECIDED, month_life.REOPENED):
            told += _waiting(place, practice_id, cycle, practice, today, f"approval-{cycle.month}")
            if remind:
                due = deadlines(practice_id, cycle.month, place.settings).sign_off
                told.append(compose_overdue(cycle, due, practice, today, templates))
    return told


def _waiting(
    place: Place, practice_id: str, cycle: Cycle, practice: Mapping[str, str], today: date, kind: str = "approval"
) -> list[Message]:
    """The reminders of an approval that the month's newest revision waits for."""
    with place.store.reading() as connection:
        asked = approvals.first_of_revision(connection, practice_id, str(cycle.month), cycle.revision)
        state = month_life.state_of(connection, practice_id, cycle.month)
    if asked is None or state != month_life.DECIDED:
        return []
    own, settings = message_settings(practice_id, place.settings), approval_settings(practice_id, place.settings)
    addresses: dict[str, str] = {settings.escalate_to: own.address(settings.escalate_to)}
    closed = closed_days(practice_id, place.settings)
    return compose_waiting(cycle, asked, practice, settings, addresses, today, own.templates, closed, kind)
