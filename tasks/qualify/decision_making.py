"""How difficult the month's decisions were that the practitioner documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

LEVELS = ["none", "straightforward", "low", "moderate", "high"]


def add_decision_level(facts: Facts) -> None:
    """The highest level of the practitioner's own medical decision making documented in the month."""
    rows, patient = facts.rows("medical_decisions")
    own = facts.names_biller("medical_decisions")
    inside = (rows["decided_date"].between(facts.first, facts.last) & own).to_numpy(bool)
    best = np.zeros(facts.size, dtype=np.int8)
    rank = pd.Index(LEVELS).get_indexer(rows["level"].astype("str")).astype(np.int8)
    np.maximum.at(best, patient[inside], rank[inside])
    facts.frame["decision_level"] = pd.Categorical.from_codes(best, LEVELS)
    facts.frame["decision_supports_complex"] = best >= LEVELS.index("moderate")
