"""What held in the month of each claim and payment: who might not be billed then, and who else was to pay.

A payer's ban holds for the months it was said for, and a further payer for those it covered: not for what was owed
before, and for that still after the patient has another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from config.month import Month
from tasks.route.facts import coverage_flags, of_their_programs
from tasks.store.answered_months import answered_months
from tasks.store.coverage import latest_answers

BANS = ("never", "not_billed")  # a payer's own 'never' is no more than its ban; the program's stands by itself
Tables = Mapping[str, pd.DataFrame]


def barred_months(connection: Connection, practice_id: str) -> dict[str, frozenset[str]]:
    """Of each decided month the patients whom a payer then forbade to bill; its answer of today for that month counts.

    A month without any such patient is there with none; one of which no payer's answer is kept is not.
    """
    recorded = latest_answers(connection, practice_id)
    months = answered_months(
        connection, practice_id, "not_billed", lambda month: _speaking(recorded, Month.parse(month))
    )
    return {month: _barred(tables, Month.parse(month).last, recorded) for month, tables in months.items()}


def as_of_month(
    unpaid: pd.DataFrame, patients: pd.Series, tables: Tables, qmb_days: pd.DataFrame, bars: Bars
) -> pd.DataFrame:
    """The unpaid claims with patient_id and what held in their month.

    `protected`: the patient was a Qualified Medicare Beneficiary on a day of it. `barred`: the payer forbade to bill
    them. `second`: a further payer was on file that may pay the share, on the claim's date of service, by which the
    claim to it goes too; on the month's last day where the claim has none.
    """
    rows = unpaid.reset_index(drop=True).assign(patient_id=None, protected=False, barred=False, second=False)
    if rows.empty:
        return rows
    rows["patient_id"] = patients.reindex(rows["case_number"]).to_numpy()
    first, last = _days(rows["month"])
    both = rows[["patient_id"]].assign(row=rows.index, first=first, last=last).merge(qmb_days, on="patient_id")
    inside = (both["start_date"] <= both["last"]) & (both["end_date"].isna() | (both["end_date"] >= both["first"]))
    rows["protected"] = rows.index.isin(both.loc[inside, "row"])
    then = coverage_flags(rows[["patient_id"]].assign(day=last), tables)
    barred = bars.of(rows["patient_id"], rows["month"], then["not_billed"])
    served = rows["service_date"].fillna(last)
    other = (served != last).to_numpy(bool)
    second = then["second_payer"].to_numpy(bool, copy=True)
    if other.any():
        asks = rows.loc[other, ["patient_id"]].assign(day=served[other])
        second[other] = coverage_flags(asks, tables)["second_payer"].to_numpy(bool)
    return rows.assign(barred=barred, second=second)


class Bars:
    """Whom a payer forbids to bill, by month: as the month was decided, else by the answers and coverages at hand."""

    def __init__(self, tables: Tables, month: Month, decided: Mapping[str, frozenset[str]]) -> None:
        self._tables = tables
        # The month in question is that of the tables, whatever an earlier run of it had.
        self._decided = {name: whose for name, whose in decided.items() if name != str(month)}

    def of(self, patients: pd.Series, months: pd.Series, now: pd.Series | None = None) -> np.ndarray:
        """Of each patient and month of the two columns, whether the payer forbade it.

        `now` is what the answers and coverages at hand say of it, where the caller has looked.
        """
        told = [who in self._decided.get(month, ()) for who, month in zip(patients, months, strict=True)]
        found = np.array(told, dtype=bool)
        otherwise = ~months.isin(list(self._decided)).to_numpy(bool)
        if now is None and otherwise.any() and "payer_answers" in self._tables:
            asks = pd.DataFrame({"patient_id": patients.to_numpy(), "day": _days(months)[1].to_numpy()})
            now = coverage_flags(asks, self._tables)["not_billed"]
        return found if now is None else np.where(otherwise, now.to_numpy(bool), found)


def _barred(tables: Tables, last: date, recorded: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    if "payer_answers" not in tables:
        return frozenset()
    told = {name: _as_told(rows, last, recorded) for name, rows in tables.items() if name != "consents"}
    rows = of_their_programs(told["payer_answers"], {**tables, **told})
    rows = rows[(rows["place"] > 0).fillna(False).to_numpy(bool)]  # a coverage that had ended has no place
    return frozenset(rows.loc[(rows["patient_owes"].astype("str") == "not_billed").to_numpy(), "patient_id"])


def _speaking(recorded: Mapping[str, Mapping[str, Any]], month: Month) -> dict[str, Mapping[str, Any]]:
    """The answers on record that say what patients owe, and hold on the month's last day."""
    there = {key: told for key, told in recorded.items() if told["patient_owes"]}
    return {key: told for key, told in there.items() if told["holds_from"] <= month.last <= told["valid_until"]}


def _as_told(rows: pd.DataFrame, last: date, recorded: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The answers kept with a month, but where the plan's answer on record speaks of that month by now."""
    holds = {
        key: "not_billed" if told["patient_owes"] in BANS else str(told["patient_owes"])
        for key, told in _speaking(recorded, Month.of(last)).items()
    }
    first = (rows["place"] == 1) | ((rows["payer_kind"].astype("str") == "medicaid") & (rows["place"] > 0))
    owes = rows["patient_owes"].astype("str")
    counts = first.to_numpy(bool) & ~owes.isin(["never"]).to_numpy() & (rows["answer"].astype("str") != "conflicting")
    now = rows["plan_key"].astype("str").map(holds)
    return rows.assign(patient_owes=owes.mask(counts & now.notna(), now))


def _days(months: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last day of each month."""
    first = pd.to_datetime(months.astype("str") + "-01", errors="coerce").astype("datetime64[ns]")
    return first, first + pd.offsets.MonthEnd(0)
