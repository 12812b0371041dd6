"""Everything that was billed beside the program in the month, whichever of two tables it was written into."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from tasks.qualify.lookup import Tables, Written, rows_of

SERVICES = "services"


def add_services(tables: Tables, month: Month, lasting: frozenset[str] = frozenset()) -> None:
    """Adds the table `services`: those of `other_services` that were not withdrawn, and visits with a code.

    The month's visits, and earlier ones with one of the `lasting` codes. A visit is seen from the patient's
    practitioner as the others are. One that stands in `other_services` too, as billed from the same side, counts as
    what is said there, withdrawn or not.
    """
    rows, patient = tables["other_services"], tables.owners("other_services")
    visits, seen = tables["visits"], tables.owners("visits")
    recent = (visits["visit_date"] >= pd.Timestamp(month.first)).to_numpy(bool) | Written(visits["code"]).among(lasting)
    inside = (visits["visit_date"] <= pd.Timestamp(month.last)).to_numpy(bool) & visits["code"].notna().to_numpy(bool)
    inside = inside & recent & (seen >= 0)
    made = _as_services(tables, visits[inside], seen[inside])
    known = pd.MultiIndex.from_arrays(_names(rows))
    fresh = ~pd.MultiIndex.from_arrays(_names(made)).isin(known)
    if "withdrawn" in rows:
        stands = ~rows["withdrawn"].fillna(False).to_numpy(bool)
        rows, patient = rows[stands], patient[stands]
    if fresh.any():
        rows = pd.concat([rows.astype({"billed_by": "str"}), made[fresh]], ignore_index=True)
        patient = np.concatenate([patient, seen[inside][fresh]])
    tables.add(SERVICES, rows, patient)


def _names(rows: pd.DataFrame) -> list[pd.Series]:
    """Patient, code, day and side from which it was billed, which name a service."""
    side = rows["billed_by"].astype("str")
    return [rows["patient_id"], rows["code"].str.strip().str.upper(), rows["service_date"], side]


def _as_services(tables: Tables, visits: pd.DataFrame, seen: np.ndarray) -> pd.DataFrame:
    people = tables["practitioners"]
    who = rows_of(people["practitioner_id"], visits["practitioner_id"])
    own = visits["practitioner_id"].to_numpy(object) == tables["patients"]["practitioner_id"].to_numpy(object)[seen]
    billed_by = np.select([own, who >= 0], ["same_practitioner", "same_practice"], default="other_practice")
    made = visits[["patient_id", "code"]].reset_index(drop=True)
    made["service_date"] = visits["visit_date"].to_numpy()
    made["end_date"] = pd.Series(pd.NaT, index=made.index, dtype="datetime64[ns]")
    made["billed_by"] = pd.array(billed_by.astype(object), dtype="str")
    made["npi"] = people["npi"].reindex(range(-1, len(people))).iloc[who + 1].to_numpy(object)
    if "modifiers" in visits and "modifiers" in tables["other_services"]:
        made["modifiers"] = visits["modifiers"].to_numpy(object)
    return made
