"""When collaborative care began: whether the month is the first one of the care manager's work, or a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tasks.qualify.lookup import Written

if TYPE_CHECKING:
    from tasks.qualify.months import Facts


def add_first_month(facts: Facts) -> None:
    """Adds `is_first_month`, `is_later_month` and `start_assumed`.

    The first month is the first calendar month of work. Of what is on file the surest says when that was: a claim or
    time of the program in the months before; the consent's own `began_date`; a consent given in this month, before
    which no work counts. With nothing but a consent of an earlier month a later month is assumed.
    """
    m = facts.frame
    began, known = _began(facts), _went_on(facts)
    consented = m["consent_date"].fillna(m["program_start"]).to_numpy("datetime64[ns]")
    first = np.datetime64(facts.first, "ns")
    start = np.where(np.isnat(began), consented, began)
    m["is_first_month"] = ~known & (start >= first)
    m["is_later_month"] = ~m["is_first_month"]
    m["start_assumed"] = ~known & np.isnat(began) & (start < first)


def _began(facts: Facts) -> Any:
    """The latest day on which work began under a consent to the program that is in force, as the consents say."""
    rows, patient = facts.rows("consents")
    if "began_date" not in rows:  # a month that was stored before the column was there
        return np.full(facts.size, np.datetime64("NaT", "ns"))
    standing = rows["revoked_date"].isna() | (rows["revoked_date"] >= facts.first)
    told = rows["program"].eq(facts.book.program) & standing & (rows["began_date"] <= facts.last)
    said = told.to_numpy(bool)
    return facts.latest(patient[said], rows["began_date"][said])


def _went_on(facts: Facts) -> Any:
    """Whether an own claim, or time since the consent, shows the program in the months before that still matter."""
    book = facts.book  # one that was stored before it knew of episodes looks back on nothing
    since = facts.first - pd.DateOffset(months=book.numbers.get("collaborative_episode_months", 0))
    codes = book.codes.get("collaborative_month_codes", frozenset())
    rows, patient, _, own, _, _ = facts.services
    before = ((rows["service_date"] >= since) & (rows["service_date"] < facts.first)).to_numpy(bool)
    billed = own & before & Written(rows["code"]).among(codes)
    found = facts.any(patient[billed])
    entries, whose = facts.rows("time_entries")
    consented = facts.frame["consent_date"].to_numpy("datetime64[ns]")[whose]
    day = entries["local_date"].to_numpy("datetime64[ns]")
    worked = entries["program"].eq(facts.book.program).to_numpy(bool) & (day >= consented)
    worked &= (day >= np.datetime64(since, "ns")) & (day < np.datetime64(facts.first, "ns"))
    return found | facts.any(whose[worked])
