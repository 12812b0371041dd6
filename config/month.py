"""The service month: a calendar month on the practice's clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.errors import InputError

EASTERN = "America/New_York"


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month such as 2026-10."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written as YYYY-MM; InputError for anything else."""
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
        if not match:
            raise InputError(f"'{text}' is not a service month; write it as 2026-10.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of that day."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """First day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """The instants at which the month begins and the next one begins, on that zone's clock."""
        clock = time_zone(zone)
        return (
            datetime(self.year, self.number, 1, tzinfo=clock),
            datetime(self.next.year, self.next.number, 1, tzinfo=clock),
        )


def time_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; InputError, which does not repeat the name, when there is none."""
    if not is_time_zone(name):
        raise InputError("A time zone is not an IANA name; write one such as America/New_York.")
    return ZoneInfo(name)


def today_in(zone: str) -> date:
    """The day that it is now on that zone's clock; on Eastern time where there is no such zone."""
    return datetime.now(ZoneInfo(zone if is_time_zone(zone) else EASTERN)).date()


def is_time_zone(name: str) -> bool:
    """Whether there is a zone of that IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
