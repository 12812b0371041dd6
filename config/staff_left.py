"""Who of the staff has left by a day: nobody writes to them, and their patients are told of as nobody's."""

from __future__ import annotations

from datetime import date

import pandas as pd


def have_left(staff: pd.DataFrame, day: date | None) -> frozenset[str]:
    """Identifiers of the staff whose last day was before that one; of tables kept before there was such a day, none."""
    if day is None or "end_date" not in staff:
        return frozenset()
    gone = (staff["end_date"] < pd.Timestamp(day)).fillna(False).to_numpy(bool)
    return frozenset(staff.loc[gone, "staff_id"].astype("str"))
