"""The three days by which a month ends: care team, hand-over to billing, sign-off; `deadlines:` of the settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.month import Month
from config.settings import block_of, settings_of


def working_days_after(day: date, days: int, closed: Collection[date] = ()) -> date:
    """The day that many working days after that one: Monday to Friday, but for days on which the practice is closed."""
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed
    return day


def working_day_from(day: date, closed: Collection[date] = ()) -> date:
    """The day itself, or the working day after it where it is none: nobody is to do anything on such a day."""
    return working_days_after(day - timedelta(days=1), 1, closed)


class DeadlineSettings(BaseModel):
    """Working days of the month that follows the service month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    care_team: int = Field(ge=1, le=20)
    hand_over: int = Field(ge=1, le=20)
    sign_off: int = Field(ge=1, le=20)
    closed_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _in_their_order(self) -> DeadlineSettings:
        if not self.care_team <= self.hand_over <= self.sign_off:
            raise ValueError("care_team comes first, then hand_over, then sign_off; put them in that order")
        return self


@dataclass(frozen=True)
class Deadlines:
    """The last day for the care team's corrections, the day billing takes over, and the last day to sign off; `closed`
    are the days on which the practice is."""

    care_team: date
    hand_over: date
    sign_off: date
    closed: tuple[date, ...] = ()


def deadlines(practice_id: str, month: Month, path: Path | None = None) -> Deadlines:
    """When the practice's month ends; InputError naming file and key when a setting is wrong."""
    own = _settings(practice_id, path)

    def after(days: int) -> date:
        return working_days_after(month.last, days, own.closed_days)

    return Deadlines(after(own.care_team), after(own.hand_over), after(own.sign_off), own.closed_days)


def closed_days(practice_id: str, path: Path | None = None) -> tuple[date, ...]:
    """The days on which the practice is closed; InputError as above."""
    return _settings(practice_id, path).closed_days


def _settings(practice_id: str, path: Path | None) -> DeadlineSettings:
    found = settings_of(practice_id, path).get("deadlines") or {}
    return block_of(DeadlineSettings, "deadlines", found, path or "settings.yaml", practice_id)
