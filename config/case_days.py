"""Days that the work on co-pay cases goes by and that no practice sets: config/case_days.yaml."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field

from config.dated_entries import FromMonth, entries_in, newest_on
from config.errors import RuleError
from config.rulebook import HERE

PATH = HERE / "case_days.yaml"
Name = Literal["confirm_within", "pause_after_attempt", "waivers_looked_at", "calls_looked_at"]


class CaseDays(FromMonth):
    """How many days one thing takes, from a month on."""

    name: Name
    days: int = Field(ge=1, le=730)


@cache
def entries() -> tuple[CaseDays, ...]:
    """Every entry; RuleError naming the one that is wrong."""
    return entries_in(PATH, "days", CaseDays)


def case_days(name: Name, day: date) -> int:
    """How many days it is on that day; RuleError where no entry speaks of it."""
    found = newest_on((one for one in entries() if one.name == name), day)
    if found is None:
        raise RuleError(f"{PATH.name}: nothing says how many days '{name}' is on {day}; add an entry.")
    return found.days
