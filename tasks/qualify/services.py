"""Everything that was billed beside the program in the month, whichever of two tables it was written into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from config.month import Month
from tasks.qualify.lookup import Tables, Written, rows_of

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

SERVICES = "services"


class Services(NamedTuple):
    """Services beside a program: their rows, whose they are, their last days, and who billed them as its biller sees
    it: that practitioner, a colleague of the practice, or one of the two, which the list does not tell.
    """

    rows: pd.DataFrame
    patient: Any
    last: pd.Series
    own: Any
    practice: Any
    unclear: Any

    def among(self, some: Any) -> Services:
        """Those of them."""
        return Services(*(part[some] for part in self))


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
    made = _as_services(tables, visits[inside], np.flatnonzero(inside), seen[inside])
    known = pd.MultiIndex.from_arrays(_names(rows))
    fresh = ~pd.MultiIndex.from_arrays(_names(made)).isin(known)
    if "withdrawn" in rows:
        stands = ~rows["withdrawn"].fillna(False).to_numpy(bool)
        rows, patient = rows[stands], patient[stands]
    if fresh.any():
        rows = pd.concat([rows.astype({"billed_by": "str"}), made[fresh]], ignore_index=True)
        patient = np.concatenate([patient, seen[inside][fresh]])
    tables.add(SERVICES, rows, patient)


def seen_by_biller(facts: Facts) -> Services:
    """The services of the program's patients, and who billed each.

    The list is written as the patient's practitioner sees it. Where the consent names another one for the program, the
    NPI of the service says who it was; without one, a service of the patient's practitioner is a colleague's, and one
    of that practitioner's colleagues may be the biller's own.
    """
    rows, patient = facts.rows(SERVICES)
    last = rows["end_date"].fillna(rows["service_date"])
    recorded = rows["billed_by"]
    theirs, colleague = (recorded.eq(name).to_numpy(bool) for name in ("same_practitioner", "same_practice"))
    away = (facts.biller != facts.own_practitioner)[patient]
    npi = rows["npi"].str.strip()
    if not away.any() and npi.isna().all():
        return Services(rows, patient, last, theirs, colleague, np.zeros(len(rows), dtype=bool))
    by_biller = (npi.to_numpy(object) == facts.frame["npi"].to_numpy(object)[patient]) & npi.notna().to_numpy(bool)
    known = npi.isin(facts.tables["practitioners"]["npi"].str.strip()).to_numpy(bool)
    own = by_biller | (theirs & ~away)
    unclear = away & colleague & ~known
    return Services(rows, patient, last, own, ~own & ~unclear & (theirs | colleague | known), unclear)


def _names(rows: pd.DataFrame) -> list[pd.Series]:
    """Patient, code, day and side from which it was billed, which name a service."""
    side = rows["billed_by"].astype("str")
    return [rows["patient_id"], rows["code"].str.strip().str.upper(), rows["service_date"], side]


def _as_services(tables: Tables, visits: pd.DataFrame, place: np.ndarray, seen: np.ndarray) -> pd.DataFrame:
    """These visits as rows of the list: `place` their rows in the table, `seen` those of their patients."""
    people = tables["practitioners"]
    who = rows_of(people["practitioner_id"], visits["practitioner_id"])
    own = tables.practitioners("visits")[place] == tables.practitioners("patients")[seen]
    billed_by = np.select([own, who >= 0], ["same_practitioner", "same_practice"], default="other_practice")
    made = visits[["patient_id", "code"]].reset_index(drop=True)
    made["service_date"] = visits["visit_date"].to_numpy()
    made["end_date"] = pd.Series(pd.NaT, index=made.index, dtype="datetime64[ns]")
    made["billed_by"] = pd.array(billed_by.astype(object), dtype="str")
    made["npi"] = people["npi"].reindex(range(-1, len(people))).iloc[who + 1].to_numpy(object)
    if "modifiers" in visits and "modifiers" in tables["other_services"]:
        made["modifiers"] = visits["modifiers"].to_numpy(object)
    return made
