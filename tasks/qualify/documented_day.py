"""Minutes reached before the care plan or the conditions stood: the claim carries a later day of the month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tasks.qualify.conditions import conditions_since
from tasks.qualify.service_day import in_stay, last_day, redate

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

RULE = "dated_when_documented"
NAT = np.datetime64("NaT", "ns")


def date_when_documented(facts: Facts, found: pd.DataFrame) -> None:
    """Dates the chosen codes on the first day of the month on which care plan and conditions stand.

    Only where they do not yet on the day on which the minutes were reached, and where the month has such a day: lived,
    covered as on that day and in no stay. `minutes_date` is the day that gave way, `documented_date` the one since
    which all stands.
    """
    frame = facts.frame
    days = frame["service_date"].to_numpy("datetime64[ns]").copy()
    minutes_date, documented = np.full(facts.size, NAT), np.full(facts.size, NAT)
    if RULE in facts.book.rules:
        by_minutes = ~np.isnat(days) & ~frame["bills_month_code"].to_numpy(bool)
        plan = frame["care_plan_date"].to_numpy("datetime64[ns]")
        late = by_minutes & (plan > days)
        listed = conditions_since(facts, by_minutes)
        ready = np.where(late & ~(listed > plan), plan, np.where(by_minutes & (listed > days), listed, NAT))
        for row in np.flatnonzero(~np.isnat(ready) & ~np.isnat(plan)):
            day = _free_day(facts, int(row), pd.Timestamp(days[row]).date(), pd.Timestamp(ready[row]).date())
            if day is not None:
                minutes_date[row], documented[row], days[row] = days[row], ready[row], np.datetime64(day, "ns")
        redate(frame, found, days, ~np.isnat(minutes_date))
    frame["minutes_date"], frame["documented_date"] = minutes_date, documented


def _free_day(facts: Facts, row: int, reached: date, ready: date) -> date | None:
    day, last = ready, last_day(facts, row, reached)
    while day <= last:
        if not in_stay(facts, row, day):
            return day
        day += timedelta(days=1)
    return None
