"""Services of the month by anyone, as facts of the patient-month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tasks.qualify.months import Facts


def add_other_services(facts: Facts) -> None:
    """Services of the month that touch the rules on who is paid and what excludes what."""
    rows, patient = facts.rows("other_services")
    last_day = rows["end_date"].fillna(rows["service_date"])
    inside = (rows["service_date"] <= facts.last) & (last_day >= facts.first)
    codes = facts.book.codes
    code = rows["code"].str.strip().str.upper()
    care_management = code.isin(codes["care_management_codes"])
    own = rows["billed_by"].eq("same_practitioner")
    excluding = [name for name in codes if name not in ("initiating_visit_codes", "care_management_codes")]
    excluded = code.isin(frozenset[str]().union(*(codes[name] for name in excluding)))
    for column, mask in (
        ("other_care_management", inside & care_management & ~own),
        ("own_care_management", inside & care_management & own),
        ("excluding_service", inside & excluded & own),
    ):
        chosen = mask.to_numpy(bool)
        text = np.full(facts.size, None, dtype=object)
        text[patient[chosen]] = code[chosen].to_numpy(object)
        facts.frame[column] = pd.array(text, dtype="str")
