"""Who came into care management and who left it, and why as far as it is on file; numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

REASONS = ("died", "cost", "consent", "other")
COST = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop")


def moves(tables: Mapping[str, pd.DataFrame], first: date, last: date) -> dict[str, int]:
    """How many `joined` and how many `left` from the first day to the last, and of these each of REASONS.

    A patient leaves on the first of these days: the roster's last one, that of death, that on which the last consent
    was withdrawn. Of several reasons the first in REASONS counts; `cost` is that what they last said of their share was
    a trouble with it.
    """
    patients = tables["patients"].drop_duplicates("patient_id").set_index("patient_id")
    died, withdrew = _days(patients["death_date"]), _withdrawn(tables.get("consents"))
    ends = pd.DataFrame(
        {"roster": _days(patients["unenrolled_date"]), "died": died, "consent": withdrew.reindex(patients.index)}
    ).min(axis=1)
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    joined = _days(patients["enrolled_date"]).between(begin, end)
    left = ends.between(begin, end)
    by_cost = pd.Series(patients.index.isin(_troubled(tables.get("copay_responses"))), index=patients.index)
    why = pd.Series("other", index=patients.index)
    why = why.mask(withdrew.reindex(patients.index).le(end), "consent").mask(by_cost, "cost").mask(died.le(end), "died")
    counts = why[left].value_counts()
    reasons = {name: int(counts.get(name, 0)) for name in REASONS}
    return {"joined": int(joined.sum()), "left": int(left.sum())} | reasons


def _days(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values)


def _withdrawn(consents: pd.DataFrame | None) -> pd.Series:
    """The day on which the last of a patient's consents was withdrawn, by patient; none where one stands."""
    if consents is None or consents.empty:
        return pd.Series(dtype="datetime64[ns]")
    revoked = _days(consents["revoked_date"])
    stands = consents.loc[revoked.isna().to_numpy(bool), "patient_id"]
    return revoked.groupby(consents["patient_id"]).max().drop(stands.unique(), errors="ignore")


def _troubled(responses: pd.DataFrame | None) -> list[str]:
    """The patients who last said that they would not or could not pay."""
    if responses is None or responses.empty:
        return []
    latest = responses.sort_values("response_date", kind="stable").drop_duplicates("patient_id", keep="last")
    return [str(one) for one in latest.loc[latest["response"].isin(COST), "patient_id"]]
