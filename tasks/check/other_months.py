"""Time entries outside the month: they are not decided upon, but a day yet to come is a slip worth telling."""

from __future__ import annotations

import pandas as pd

from config.contract import outputs
from config.frames import as_contract

NAME = "other_month_in_the_future"


def with_other_months(checks: pd.DataFrame, entries: int, future: int) -> pd.DataFrame:
    """The checks with a warning on time entries of other months, of which `future` lie after the day of the run."""
    row = {
        "table": "time_entries",
        "check": NAME,
        "severity": "warn",
        "words": "A time entry of another month lies in the past.",
        "owner": "care_manager",
        "fix": "Look for a wrong year or month in the time log; the entry counts in no month until its day has come.",
        "rows": entries,
        "failed": future,
    }
    added = as_contract(pd.DataFrame([row]), outputs()["checks"])
    return pd.concat([checks, added], ignore_index=True)
