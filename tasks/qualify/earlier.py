"""Claims that earlier runs of the month offered under another practitioner, as facts: they may have gone out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from config.frames import Texts
from tasks.qualify.lookup import rows_of

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

EARLIER = "earlier_claims"


def add_earlier_claims(facts: Facts) -> None:
    """A code that an earlier run offered for the program under another practitioner, and the NPI of who that was."""
    texts = Texts(("offered_code", "offered_npi"), facts.size)
    if EARLIER in facts.tables and len(facts.tables[EARLIER]):
        lines, patient = facts.rows(EARLIER)
        counts = (lines["program"] == facts.book.program).to_numpy(bool) & ~of_biller(facts, lines)
        counts = counts & ~_withdrawn(lines, facts)
        texts["offered_code"][patient[counts]] = lines["code"].to_numpy(object)[counts]
        texts["offered_npi"][patient[counts]] = lines["rendering_npi"].to_numpy(object)[counts]
    for name, text in texts.columns():
        facts.frame[name] = text


def of_biller(facts: Facts, lines: pd.DataFrame) -> np.ndarray:
    """Whether each line names the practitioner who bills the program for its patient."""
    biller = facts.frame["npi"].to_numpy(object)[rows_of(facts.frame["patient_id"], lines["patient_id"])]
    return np.asarray(lines["rendering_npi"].to_numpy(object) == biller, dtype=bool)


def _withdrawn(lines: pd.DataFrame, facts: Facts) -> np.ndarray:
    """Whether the practice's list says of the line that it was never sent, or taken back."""
    services = facts.tables["other_services"]
    if "withdrawn" not in services:
        return np.zeros(len(lines), dtype=bool)
    gone = services[services["withdrawn"].fillna(False).to_numpy(bool)]
    code, npi = gone["code"].str.strip().str.upper(), gone["npi"].str.strip()
    named = pd.MultiIndex.from_arrays([gone["patient_id"], code, npi])
    wanted = pd.MultiIndex.from_arrays([lines["patient_id"], lines["code"], lines["rendering_npi"]])
    return np.asarray(wanted.isin(named), dtype=bool)
