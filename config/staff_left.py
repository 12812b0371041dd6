"""Who of staff or practitioners has left by a day: nobody writes to them; their patients are told of as nobody's."""

from __future__ import annotations

from datetime import date

import pandas as pd


def have_left(people: pd.DataFrame | None, day: date | None, key: str = "staff_id") -> frozenset[str]:
    """Identifiers of those whose last day was before that one; of tables kept before there was such a day, none."""
    if people is None or day is None or "end_date" not in people:
        return frozenset()
    gone = (people["end_date"] < pd.Timestamp(day)).fillna(False).to_numpy(bool)
    return frozenset(people.loc[gone, key].astype("str"))
