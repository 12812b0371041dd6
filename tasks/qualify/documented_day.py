"""Minutes reached before the care plan or the conditions stood: the claim carries a later day of the month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from tasks.qualify.service_day import free_days, redate

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

RULE = "dated_when_documented"
NAT = np.datetime64("NaT", "ns")


def date_when_documented(facts: Facts, found: pd.DataFrame) -> None:
    """Dates the chosen codes on the first free day of the month (`free_days`) on which care plan and conditions stand.

    Only where they do not on the day on which the minutes were reached, and where the month has such a day.
    `minutes_date` is the day that gave way.
    """
    frame = facts.frame
    days = frame["service_date"].to_numpy("datetime64[ns]").copy()
    minutes_date = np.full(facts.size, NAT)
    if RULE in facts.book.rules:
        plan = frame["care_plan_date"].to_numpy("datetime64[ns]")
        by_minutes = ~np.isnat(days) & ~np.isnat(plan) & ~frame["bills_month_code"].to_numpy(bool)
        began = facts.latest(*_onsets(facts))
        asked = np.flatnonzero(by_minutes & ((plan > days) | (began > days)))
        for row, listed in _conditions(facts, asked).items():
            day = _first_day(facts, row, pd.Timestamp(days[row]).date(), pd.Timestamp(plan[row]).date(), listed)
            if day is not None:
                minutes_date[row], days[row] = days[row], np.datetime64(day, "ns")
        redate(frame, found, days, ~np.isnat(minutes_date))
    frame["minutes_date"] = minutes_date


class _Condition(NamedTuple):
    """A code on the list, whether it is surely chronic, and the days between which it stands."""

    code: int
    chronic: bool
    first: date
    last: date


def _onsets(facts: Facts) -> tuple[Any, Any]:
    rows, patient = facts.rows("conditions")
    inside = rows["onset_date"].between(facts.first, facts.last).to_numpy(bool)
    return patient[inside], rows["onset_date"][inside]


def _conditions(facts: Facts, asked: Any) -> dict[int, list[_Condition]]:
    """For each of these patients the conditions that may be chronic."""
    rows, patient = facts.rows("conditions")
    number, names = facts.codes_of_conditions()
    found: dict[int, list[_Condition]] = {int(row): [] for row in asked}
    for place in np.flatnonzero(np.isin(patient, asked)):
        status = facts.book.chronic.get(names[number[place]], 9) if number[place] >= 0 else 0
        if status:
            begin, end = rows["onset_date"].iloc[place], rows["resolved_date"].iloc[place]
            first = date.min if pd.isna(begin) else begin.date()
            last = date.max if pd.isna(end) else end.date()
            found[int(patient[place])].append(_Condition(int(number[place]), status == 1, first, last))
    return found


def _first_day(facts: Facts, row: int, reached: date, plan: date, listed: list[_Condition]) -> date | None:
    """The first free day on which all stands; None where that is so already, or on no such day."""

    def stands(day: date) -> bool:
        there = {one.code: one.chronic for one in listed if one.first <= day <= one.last}
        return plan <= day and any(there.values()) and len(there) >= facts.book.numbers["chronic_conditions_needed"]

    if stands(reached):
        return None
    return next((day for day in free_days(facts, row, reached) if stands(day)), None)
