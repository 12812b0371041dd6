"""What the practice decided by hand about the month's cases, as facts of the patient-month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from config.by_hand import BY_HAND, FORCE, liftable
from config.frames import Texts
from config.month import Month
from tasks.qualify.frames import Months

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

FACTS = {
    "by_hand": "decision",
    "by_hand_by": "decided_by",
    "by_hand_date": "decided_date",
    "by_hand_reason": "reason",
}


def add_by_hand(facts: Facts) -> None:
    """`by_hand` says hold or force, the others who decided it, when and why; all empty where nothing is on record."""
    recorded = facts.tables.get(BY_HAND)
    texts = Texts(FACTS, facts.size, "")
    if recorded is not None:
        row = {patient: place for place, patient in enumerate(facts.frame["patient_id"])}
        for one in recorded.to_dict("records"):
            if one["patient_id"] in row:
                for name, column in FACTS.items():
                    texts[name][row[one["patient_id"]]] = one[column].replace(";", ",")
    for name, text in texts.columns():
        facts.frame[name] = text


def lifted(findings: pd.DataFrame, m: Months, month: Month) -> pd.DataFrame:
    """The findings of which a forced case's holds only warn, where a person may lift them; nothing else is changed."""
    forced = (m["by_hand"] == FORCE).to_numpy(bool)
    if not forced.any() or findings.empty:
        return findings
    mine = forced[findings["patient"].to_numpy()] & findings["rule"].isin(list(liftable(month))).to_numpy(bool)
    mine &= (findings["outcome"] == "hold").to_numpy(bool)
    return findings.assign(outcome=findings["outcome"].astype(object).where(~mine, "warn").astype("str"))
