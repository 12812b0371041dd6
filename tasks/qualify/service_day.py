"""On which days of the month a claim may be dated: the usual day of what is paid by the month, and the free ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.qualify.lookup import Grouped

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

NAT = np.datetime64("NaT", "ns")
NEVER = 1 << 30
"""The number of a day that is after any other; its negative is before any other."""


def add_month_dates(facts: Facts) -> None:
    """Adds the date of what is paid for the month as such: its last day, or the day of death.

    `day_before_stay` is the last day before it that lies in no stay, where that date itself lies in one; else missing.
    """
    frame, end = facts.frame, np.datetime64(facts.last, "ns")
    died = frame["death_date"].to_numpy("datetime64[ns]")
    usual = np.where(np.isnat(died) | (died > end), end, died)
    number = (usual - np.datetime64(facts.first, "ns")) // np.timedelta64(1, "D")
    until = (np.int64(1) << (np.maximum(number, -1) + 1)) - 1
    free = ~frame["facility_bits"].to_numpy(np.int64) & until
    latest = np.frexp(free.astype("float64"))[1] - 1  # the number of the highest day that is free
    days = np.datetime64(facts.first, "ns") + latest * np.timedelta64(1, "D")
    frame["month_service_date"] = usual
    frame["day_before_stay"] = np.where((free > 0) & (latest < number), days, NAT)


def day_numbers(facts: Facts, dates: Any, missing: int) -> Any:
    """How many days after the first of the month each date is; one that is not known counts as `missing`."""
    found = dates.to_numpy("datetime64[D]")
    numbers = (found - np.datetime64(facts.first, "D")).astype(np.int64)
    return np.where(np.isnat(found), missing, numbers)


class FreeDays:
    """The days on which a patient's claim may be dated as an earlier day's: lived, covered alike and in no stay.

    Days are numbers, 0 for the first of the month.
    """

    def __init__(self, facts: Facts):
        self._facts = facts

    def after(self, row: int, day: int) -> list[int]:
        """Those later in the month, in order; days of a hospice election come last (`in_hospice`)."""
        stay = int(self._stays[row])
        days = [one for one in range(day + 1, self._last(row, day) + 1) if not stay >> one & 1]
        return sorted(days, key=lambda one: self.in_hospice(row, one))

    def in_hospice(self, row: int, day: int) -> bool:
        """Whether that is a day of a hospice election, and no modifier is recorded that says why it is paid."""
        return bool(int(self._hospice[row]) >> day & 1)

    def _last(self, row: int, day: int) -> int:
        """The last day on which the patient lived, took part and had the coverages of that day, no others."""
        found = int(self._until[row])
        for place in self._coverages.of(row):
            if self._ends[place] >= day:
                found = min(found, int(self._ends[place]))
            if self._begins[place] > day:
                found = min(found, int(self._begins[place]) - 1)
        return found

    @cached_property
    def _stays(self) -> Any:
        return self._facts.frame["facility_bits"].to_numpy()

    @cached_property
    def _hospice(self) -> Any:
        frame = self._facts.frame
        return np.where(frame["hospice_modifier"] != "", 0, frame["hospice_bits"])

    @cached_property
    def _until(self) -> Any:
        """The last day of the month on which each patient lived and took part, and their biller was enrolled."""
        ends = [day_numbers(self._facts, self._facts.frame[name], NEVER) for name in ("death_date", "unenrolled_date")]
        people = self._facts.tables["practitioners"]
        if "enrolment_ended_date" in people:  # not of months that were stored before it could be said
            ended = self._facts.of_biller(people["enrolment_ended_date"].astype("datetime64[ns]"))
            ends.append(day_numbers(self._facts, ended, NEVER))
        return np.minimum.reduce([*ends, np.full(self._facts.size, self._facts.days - 1)])

    @cached_property
    def _coverages(self) -> Grouped:
        return Grouped(self._facts.rows("coverages")[1])

    @cached_property
    def _begins(self) -> Any:
        return day_numbers(self._facts, self._facts.rows("coverages")[0]["start_date"], -NEVER)

    @cached_property
    def _ends(self) -> Any:
        return day_numbers(self._facts, self._facts.rows("coverages")[0]["end_date"], NEVER)
