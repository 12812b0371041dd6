"""The coverages of a month as rows to ask about: whose they are, in which place each payer stands, what contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.month import Month
from config.payer_register import Plan

ONE_EACH = ("medicare_part_b", "medicaid", "qmb", "tricare", "va")  # programs of which a patient has one
PART_OF = {"medigap": "plan_letter", "medicare_advantage": "plan_id", "commercial": "plan_id", "other": "plan_id"}
PLAN = ["kind", "payer_id", "payer_name", "plan_letter", "plan_id", "state", "savings_program"]
TEXTS = ("payer_name", "payer_id", "plan_letter", "plan_id", "state", "savings_program", "member_id")


@dataclass(frozen=True)
class Payers:
    """Every coverage in force on some day of the month, a row each in the order of patient, priority and identifier.

    `rows` has `patient` (the place in `patients`), `on_day` (in force on the patient's last day of the month), `place`
    (1 pays first; 0 stands in no order) and `kind`, with texts never missing. `patients` are those of the practice.
    """

    rows: pd.DataFrame
    patients: pd.DataFrame
    month: Month
    day: np.ndarray  # of each patient: the last day of the month, or that of death

    @cached_property
    def in_force(self) -> pd.DataFrame:
        """The rows in force on the day, with what their order goes by, and whose Medicaid it is."""
        return self.rows.loc[
            self.rows["on_day"], ["patient", "priority", "kind", "place", "set_aside", "is_named", "state"]
        ]

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The rows that count for the order of payers: in force on the day, each payer once."""
        return self.in_force[~self.in_force["set_aside"]]

    def any(self, rows: pd.DataFrame, mask: Any) -> np.ndarray:
        """Which patients have at least one of those rows."""
        found = np.zeros(len(self.patients), dtype=bool)
        found[rows["patient"].to_numpy()[np.asarray(mask, dtype=bool)]] = True
        return found

    def has(self, *kinds: str) -> np.ndarray:
        """Which patients have a payer of one of these kinds on the day."""
        return self.any(self.in_force, self.in_force["kind"].isin(kinds))


def payers_of(tables: dict[str, pd.DataFrame], month: Month) -> Payers:
    """The coverages of the practice's patients in the month, with the place of each payer."""
    patients = tables["patients"].reset_index(drop=True)
    first, last = pd.Timestamp(month.first), pd.Timestamp(month.last)
    day = patients["death_date"].where(patients["death_date"] < last, last).clip(lower=first)
    given = tables["coverages"]
    patient = place_in(patients["patient_id"], given["patient_id"])
    start, end = given["start_date"], given["end_date"]
    keep = (patient >= 0) & (start <= last).to_numpy(bool) & (end.isna() | (end >= first)).to_numpy(bool)
    rows = given[keep].assign(patient=patient[keep])
    rows["priority"] = rows["priority"].fillna(99).astype("int64")
    rows = rows.sort_values(["patient", "priority", "coverage_id"], kind="stable").reset_index(drop=True)
    on = day.to_numpy("datetime64[ns]")[rows["patient"].to_numpy()]
    rows["on_day"] = (rows["start_date"] <= on) & (rows["end_date"].isna() | (rows["end_date"] >= on))
    rows["kind"] = rows["payer_kind"].astype("str").fillna("unknown")
    for name in TEXTS:
        rows[name] = rows[name].astype("str").fillna("").str.strip() if name in rows else ""
    authorized = rows["authorization_number"].notna() if "authorization_number" in rows else False
    rows["authorized"] = authorized
    _states(rows, patients)
    _number_plans(rows)
    rows["identity"] = rows["plan_key"].where(~rows["kind"].isin(ONE_EACH), rows["kind"])
    rows["is_named"] = rows["kind"].isin(ONE_EACH) | (rows["payer_id"] != "") | (rows["payer_name"] != "")
    rows["set_aside"] = _set_aside(rows, len(patients))
    rows["place"] = _places(rows)
    return Payers(rows, patients, month, day.to_numpy("datetime64[ns]"))


def _states(rows: pd.DataFrame, patients: pd.DataFrame) -> None:
    """A Medicaid program without a state of its own is that of the state where the patient lives."""
    at_home = patients["state"].astype("str").fillna("").to_numpy(object)[rows["patient"].to_numpy()]
    of_state = rows["kind"].isin(["medicaid", "qmb"])
    rows["state"] = rows["state"].where(~(of_state & (rows["state"] == "")), at_home).str.strip().str.upper()


def part_of(row: Any) -> str:
    """What tells the plans of one payer apart, by its kind."""
    if row["kind"] in ("medicaid", "qmb"):
        return " ".join(filter(None, (row["state"], row["savings_program"])))
    return str(row[PART_OF[row["kind"]]]) if row["kind"] in PART_OF else ""


def _number_plans(rows: pd.DataFrame) -> None:
    """Adds the plan of each row as a number and as its key; a practice has few, so each is reckoned once."""
    numbers = rows.groupby(PLAN, sort=False, observed=True).ngroup().to_numpy()
    _, place = np.unique(numbers, return_index=True)
    plans = rows.iloc[place][PLAN].to_dict("records")
    keys = [Plan(row["kind"], row["payer_id"], row["payer_name"], part_of(row)).key for row in plans]
    rows["plan_number"] = numbers
    rows["plan_key"] = pd.array(np.array(keys, dtype=object)[numbers] if keys else [], dtype="str")


def place_in(known: pd.Series, wanted: pd.Series) -> np.ndarray:
    """For each wanted identifier its place among the known ones, which are unique; -1 for a stranger."""
    text = pa.large_string()
    found = pc.index_in(pa.array(wanted.astype("str"), type=text), value_set=pa.array(known.astype("str"), type=text))
    return np.asarray(found.fill_null(-1)).astype(np.int64)


def _set_aside(rows: pd.DataFrame, patients: int) -> np.ndarray:
    """Rows that stand for a payer who is there already: the same one again, and Part B where a plan stands for it."""
    again = rows[rows["on_day"]].duplicated(["patient", "identity"]).reindex(rows.index, fill_value=False)
    planned = np.zeros(patients, dtype=bool)
    planned[rows.loc[rows["on_day"] & (rows["kind"] == "medicare_advantage"), "patient"].to_numpy()] = True
    by_plan = planned[rows["patient"].to_numpy()] & (rows["kind"] == "medicare_part_b").to_numpy()
    return np.asarray(again.to_numpy(bool) | by_plan, dtype=bool)


def _places(rows: pd.DataFrame) -> pd.Series:
    """1, 2, ... in the order typed; 0 for who stands in no order."""
    counts = (rows["on_day"] & ~rows["set_aside"]).astype("int64")
    return (counts.groupby(rows["patient"]).cumsum() * counts).astype("int64")


def named(name: str, payer_id: str) -> str:
    """How a payer is called in a sentence."""
    return name or payer_id or "a payer without a name"
