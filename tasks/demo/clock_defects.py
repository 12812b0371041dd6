"""Defects of when and how long: months, midnights, starts without ends. Each function seeds one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tasks.demo.log import MANUAL, NO_TIME, NONE
from tasks.demo.stage import Stage
from tasks.demo.truth import Row


def _at(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second)


def previous_month(stage: Stage, patients: list[int]) -> None:
    """Last month's work in this month's export."""
    (patient,) = patients
    start = _at(stage.month.previous.last - timedelta(days=2), 21, 40, 13)
    row = stage.entry(patient, stage.manager(patient), start, 611)
    stage.expect(3, "previous_month", row, "other_month", stage.month.previous, "belongs to the month before")


def over_midnight(stage: Stage, patients: list[int]) -> None:
    """A session from one day into the next; every second of it counts."""
    (patient,) = patients
    start = _at(stage.free(stage.manager(patient)).date(), 23, 50, 10)
    row = stage.entry(patient, stage.manager(patient), start, 2131, seconds=NONE)
    stage.expect(4, "over_midnight", row, "seconds", 2131, "ends on the next day")


def end_before_start(stage: Stage, patients: list[int]) -> None:
    """The end lies before the start."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, -540, seconds=NONE)
    stage.expect(4, "end_before_start", row, "quarantined", "duration_negative", "nine minutes before the start")


def thirty_hours(stage: Stage, patients: list[int]) -> None:
    """A timer that was left running."""
    (patient,) = patients
    start = stage.free(stage.manager(patient), until=-4)
    row = stage.entry(patient, stage.manager(patient), start, 108_031)
    stage.expect(4, "thirty_hours", row, "quarantined", "duration_impossible", "the timer ran for thirty hours")


def no_end(stage: Stage, patients: list[int]) -> None:
    """A start without an end, and no length."""
    (patient,) = patients
    row = stage.entry(
        patient, stage.manager(patient), stage.free(stage.manager(patient)), 300, end=NO_TIME, seconds=NONE
    )
    stage.expect(5, "no_end", row, "quarantined", "duration_missing", "the timer was never stopped")


def no_day(stage: Stage, patients: list[int]) -> None:
    """A length, but neither a start nor a day."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, 433, start=NO_TIME, end=NO_TIME)
    stage.expect(5, "no_day", row, "quarantined", "day_missing", "the start was lost")


def utc_near_month_end(stage: Stage, patients: list[int]) -> None:
    """Times with a UTC offset: the day in UTC is in another month than the day on the practice's clock."""
    (patient,) = patients
    zone = ZoneInfo(stage.roster.zones[stage.roster.practice[patient]])
    inside = _at(stage.month.last, 22, 5, 17)
    outside = _at(stage.month.previous.last, 22, 15, 29)
    for start, kind, expect in ((inside, "seconds", 504), (outside, "other_month", stage.month.previous)):
        row = stage.entry(patient, stage.manager(patient), start, 504)
        for column, local in (("started_at", start), ("ended_at", start + timedelta(seconds=504))):
            instant = local.replace(tzinfo=zone).astimezone(UTC)
            stage.truth.cells.append((Row("time_entries", handle=row), column, instant.strftime("%Y-%m-%dT%H:%M:%SZ")))
        stage.expect(6, "utc_near_month_end", row, kind, expect, "the practice's clock decides, not UTC")


def thirty_days(stage: Stage, patients: list[int]) -> None:
    """An export of thirty days instead of a calendar month."""
    (patient,) = patients
    for back in (3, 11, 19):
        start = _at(stage.month.first - timedelta(days=back), 21, 50, 31)
        row = stage.entry(patient, stage.manager(patient), start, 389)
        stage.expect(7, "thirty_days", row, "other_month", stage.month.previous, "a rolling period is not a month")


def back_dated(stage: Stage, patients: list[int]) -> None:
    """Written three weeks after the month was over."""
    (patient,) = patients
    entered = _at(stage.month.last + timedelta(days=21), 16, 4, 9)
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, 318, entered=entered, source=MANUAL, approved=1)
    stage.expect(8, "back_dated", row, "warn", "entered_late", "entered 21 days after the month's end")


def after_death(stage: Stage, patients: list[int]) -> None:
    """Work on a day after the patient's death."""
    (patient,) = patients
    died = stage.days[len(stage.days) // 2]
    stage.change("patients", patient, "death_date", died)
    stage.change("patients", patient, "unenrolled_date", died)
    stage.clear(patient, died + timedelta(days=1))
    start = stage.free(stage.manager(patient), since=len(stage.days) // 2 + 1, until=-1)
    row = stage.entry(patient, stage.manager(patient), start, 371)
    stage.expect(8, "after_death", row, "quarantined", "after_death", "days after the date of death")


def billable_is_less(stage: Stage, patients: list[int]) -> None:
    """Two counters: the billable length is shorter than the time between start and end, once it is nothing."""
    (patient,) = patients
    manager = stage.manager(patient)
    start = stage.free(manager)
    row = stage.entry(patient, manager, start, 900, seconds=402)
    stage.expect(9, "billable_is_less", row, "seconds", 402, "the billable length counts, not the interval of 900")
    start = stage.free(manager)
    row = stage.entry(patient, manager, start, 300, seconds=0)
    stage.expect(9, "billable_is_nothing", row, "seconds", 0, "no part of it is billable")
    stage.expect(9, "billable_is_nothing", row, "warn", "zero_duration", "no part of it is billable")


def billable_is_more(stage: Stage, patients: list[int]) -> None:
    """The length is more than lies between start and end."""
    (patient,) = patients
    row = stage.entry(patient, stage.manager(patient), stage.free(stage.manager(patient)), 305, seconds=905)
    stage.expect(9, "billable_is_more", row, "quarantined", "duration_exceeds_interval", "905 seconds within 305")


# pattern, name, patients, entries set aside, function; the first of a pattern is its most telling form
CLOCK_DEFECTS = [
    (3, "previous_month", 1, 0, previous_month),
    (4, "over_midnight", 1, 0, over_midnight),
    (4, "end_before_start", 1, 1, end_before_start),
    (4, "thirty_hours", 1, 1, thirty_hours),
    (5, "no_end", 1, 1, no_end),
    (5, "no_day", 1, 1, no_day),
    (6, "utc_near_month_end", 1, 0, utc_near_month_end),
    (7, "thirty_days", 1, 0, thirty_days),
    (8, "back_dated", 1, 0, back_dated),
    (8, "after_death", 1, 1, after_death),
    (9, "billable_is_less", 1, 0, billable_is_less),
    (9, "billable_is_more", 1, 1, billable_is_more),
]
