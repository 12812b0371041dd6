"""Telephone calls of co-pay cases: when a patient may be called, and what is on record of the time of each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from config.case_days import case_days
from config.case_settings import CaseSettings
from config.counted import first_few
from tasks.route.machine import Move

SUNDAY = 6
BY_TELEPHONE = ("by_phone", "with_family", "with_interpreter", "")  # how, where it was a call or nothing says otherwise
TIME_GIVEN = ":time"  # ends the source of a time that was given after the call was recorded
MOST = 6  # cases that are named
HOURS_SOURCE = (
    "The practice's settings (cases: call_from_hour, call_until_hour, call_on_sundays; deadlines: closed_days)"
)
TIMED = "timed"  # what the command calls the giving of a time
NO_TIME = "the time of the call is not recorded, so quiet hours are not checked"
Stands = Literal["time_recorded", "time_not_recorded", "in_quiet_hours"]
WORDS: Mapping[Stands, str] = {
    "time_recorded": "",
    "time_not_recorded": "time not recorded: quiet hours not checked",
    "in_quiet_hours": "in quiet hours",
}
ALERTS: Mapping[Stands, tuple[str, str]] = {
    "time_not_recorded": (
        "call_without_time",
        "Calls are recorded without their time, so nobody can say whether they were made in quiet hours: have it given "
        "(ccm case NUMBER timed --date 'YYYY-MM-DD HH:MM', or the line of the list again with it)",
    ),
    "in_quiet_hours": (
        "call_in_quiet_hours",
        "Calls were made in quiet hours, or on a day on which nobody is called: look at each with who made it",
    ),
}


@dataclass(frozen=True)
class Call:
    """One telephone call on record; `at` is its moment, where more than the day is known."""

    day: date
    source: str
    method: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True)
class Judged:
    """A call of a case held against the quiet hours."""

    case_number: str
    call: Call
    stands: Stands


def calls_by_case(rows: pd.DataFrame) -> dict[str, list[Call]]:
    """The stored attempts that were calls, by case, each with its time wherever that was given later."""
    found: dict[str, dict[str, Call]] = {}
    for row in rows.to_dict("records"):
        at = None if pd.isna(row["at"]) else pd.Timestamp(row["at"]).to_pydatetime()
        mine, source = found.setdefault(str(row["case_number"]), {}), str(row["source"])
        if source.endswith(TIME_GIVEN):
            call = mine.get(source.removesuffix(TIME_GIVEN))
            if call is not None:
                mine[call.source] = replace(call, at=at)
        elif row["method"] in BY_TELEPHONE:
            mine[source] = Call(pd.Timestamp(row["day"]).date(), source, str(row["method"]), str(row["by"]), at)
    return {number: list(calls.values()) for number, calls in found.items()}


def without_time(moves: Iterable[Move], at: datetime | None) -> bool:
    """Whether a call is among these moves of which more than the day is not known."""
    return at is None and any(move.what in ("attempt", "contact") and move.note in BY_TELEPHONE for move in moves)


def untimed(calls: Iterable[Call], day: date, source: str = "") -> list[Call]:
    """The calls of that day that have no time yet; `source` says which, where it is known."""
    sources = (source, f"{source}:reached")
    return [one for one in calls if one.day == day and one.at is None and (not source or one.source in sources)]


def why_no_call(day: date, at: datetime | None, settings: CaseSettings, zone: str) -> str:
    """Why nobody may be called then, in one sentence; empty where one may, or where only the day is known and is free.

    `zone` is the practice's clock, on which patients are taken to live where the settings name no other.
    """
    local = at.astimezone(ZoneInfo(settings.time_zone or zone)) if at else None
    if local and not settings.call_from_hour <= local.hour < settings.call_until_hour:
        hours = f"call from {settings.call_from_hour} to {settings.call_until_hour}"
        return (
            f"it is {local:%H:%M} where the patient lives; {hours}; a talk of another time is recorded with that time, "
            f"as --date '{local:%Y-%m-%d} 14:30'."
        )
    day = local.date() if local else day
    if day.weekday() == SUNDAY and not settings.call_on_sundays:
        return f"{day} is a Sunday, on which nobody is called; {_OTHERWISE}"
    if day in settings.closed_days:
        return f"{day} is a day on which the practice is closed, and nobody is called; {_OTHERWISE}"
    return ""


_OTHERWISE = "correct --date, or say how else the patient was reached in --note (in_person, by_letter)."


def judged(calls: Mapping[str, Iterable[Call]], settings: CaseSettings, zone: str) -> list[Judged]:
    """Every call held against the quiet hours: a day on which nobody is called needs no time to be judged."""
    return [Judged(number, call, stands(call, settings, zone)) for number, several in calls.items() for call in several]


def stands(call: Call, settings: CaseSettings, zone: str) -> Stands:
    """How the call stands to the quiet hours."""
    if why_no_call(call.day, call.at, settings, zone):
        return "in_quiet_hours"
    return "time_recorded" if call.at else "time_not_recorded"


def call_alerts(calls: Iterable[Judged], until: date) -> list[dict[str, Any]]:
    """What compliance is told of the calls of the last time, one row for each person and kind."""
    within = until - timedelta(days=case_days("calls_looked_at", until))
    found: dict[tuple[Stands, str], list[Judged]] = {}
    for one in calls:
        if one.stands in ALERTS and within < one.call.day <= until:
            found.setdefault((one.stands, one.call.by), []).append(one)
    rows = []
    for (kind, by), mine in sorted(found.items()):
        alert, words = ALERTS[kind]
        named = sorted({f"{one.case_number} on {one.call.day}" for one in mine})
        row = {"alert": alert, "whose": by, "cases": len({one.case_number for one in mine}), "source": HOURS_SOURCE}
        rows.append(row | {"words": f"{words}: {first_few(named, MOST)}"})
    return rows
