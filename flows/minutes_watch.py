"""The minutes watch: the month that is going on, decided as it stands, and each care manager told what can be done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from prefect import flow

from config.deadlines import closed_days, working_days_after
from config.errors import DataStopError
from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from config.watch_settings import watch_settings
from flows import parameters as ask
from flows.checked_month import checked_month, day_there
from flows.each_practice import each_practice
from flows.tell_watch import tell_watch
from tasks.cover.step import who_covers
from tasks.progress import steps_taken
from tasks.pull.step import Share, Source, pull_source
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.step import qualify_practice
from tasks.send.step import deliver_messages
from tasks.store.step import Place, number_cases, open_place, steps_recorded

SILENT_DAYS = 3  # working days of a month after which somebody has logged something


@flow(name="minutes-watch")
def minutes_watch(
    source: ask.SourcePlace = "source",
    practice: ask.Practice = "",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    settings: ask.SettingsFile = "",
    profile: ask.LogProfile = "",
) -> list[dict[str, Any]]:
    """See who can still reach a threshold this month, for one practice or all in the source, and tell care managers.

    Run it every working day, and as often as you like: nobody is told the same day twice, and who has nothing to do
    is told nothing. No month is kept and no claim made by it. Returns counts.
    """
    place = open_place(out, database, settings)
    with steps_taken() as reading:
        pulled = pull_source(source, practice, settings, profile)

    def run(practice_id: str) -> dict[str, Any]:
        with steps_recorded(place, practice_id, Month.of(day_there(pulled, practice_id)), reading, "watch"):
            return practice_watch(pulled, practice_id, place)

    return each_practice(pulled.practices, run, shows="told")


def practice_watch(pulled: Source, practice_id: str, place: Place) -> dict[str, Any]:
    """One practice's day, as a checklist."""
    month = Month.of(day_there(pulled, practice_id))
    book = load_rulebook(month)
    settings, limits = practice_settings(practice_id, place.settings), watch_settings(practice_id, place.settings)
    share, checked, aside, _, accepted = checked_month(pulled, practice_id, month, settings, place)
    refuse_ended_log(share, month, day_there(pulled, practice_id), closed_days(practice_id, place.settings))
    covered = who_covers(place, practice_id, accepted, month)
    tables = with_earlier_claims(covered.tables, place.store.offered(practice_id, month), month, book, settings)
    decided, aside = number_cases(place, practice_id, qualify_practice(tables, month, book, settings), aside)
    told = tell_watch(place, practice_id, decided | {"quarantine": aside}, checked.accepted, month, limits)
    deliver_messages(place, practice_id)
    return told


def refuse_ended_log(share: Share, month: Month, today: date, closed: Collection[date] = ()) -> None:
    """DataStopError where the log has nothing of a month that goes on for days: every patient would seem short."""
    begun = working_days_after(month.first - timedelta(days=1), SILENT_DAYS, closed)
    if today > begun and (elsewhere := share.elsewhere(month)):
        raise DataStopError(
            f"{share.practice_id}: {elsewhere}; its export has stopped, so nobody is told anything. Export it again."
        )
