"""Days that the work on co-pay cases goes by and that no practice sets: config/case_days.yaml."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import Sure
from config.errors import RuleError
from config.month import Month
from config.rulebook import HERE
from config.strict_yaml import load_yaml

PATH = HERE / "case_days.yaml"
Name = Literal["confirm_within", "pause_after_attempt", "waivers_looked_at"]


class CaseDays(BaseModel):
    """How many days one thing takes, from a month on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    since: str
    days: int = Field(ge=1, le=730)
    words: str = Field(min_length=5)
    confidence: Sure
    source: str = Field(min_length=10)


@cache
def entries() -> tuple[CaseDays, ...]:
    """Every entry; RuleError naming the one that is wrong."""
    found = []
    for number, entry in enumerate(load_yaml(PATH)["days"], start=1):
        try:
            one = CaseDays.model_validate(entry)
            Month.parse(one.since)
        except (ValidationError, ValueError) as error:
            raise RuleError(f"{PATH.name}, entry {number}: {error}; mend the entry.") from error
        found.append(one)
    return tuple(found)


def case_days(name: Name, day: date) -> int:
    """How many days it is on that day; RuleError where no entry speaks of it."""
    mine = [one for one in entries() if one.name == name and Month.parse(one.since).first <= day]
    if not mine:
        raise RuleError(f"{PATH.name}: nothing says how many days '{name}' is on {day}; add an entry.")
    return max(mine, key=lambda one: one.since).days
