"""Whether a modifier that the practice recorded has its reason still: the election, or what stands beside the code."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from config.care_settings import CareSetting
from config.rulebook import RuleBook
from tasks.claim.allowed_modifiers import CaseMonth, barring, hospice_elected
from tasks.claim.scrub import HOSPICE, SEPARATE_WORK

BILLED = "billed_lines"
"""Among the tables of the scrub: all lines that the month bills, where only some of them are asked."""


def add_reasons(frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], setting: CareSetting, book: RuleBook) -> None:
    """Of a line with such a modifier, whether a hospice election touches its month, and the first code beside it that
    an edit or a pair of the month holds against its own; missing where there is none.
    """
    frame["elected_in_month"] = True
    frame["separate_from"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    told = frame["modifiers"].astype("str").fillna("")
    for patient in frame.loc[told.str.contains(HOSPICE), "patient_id"].unique():
        if not hospice_elected(tables["stays"], str(patient), book.month):
            frame.loc[frame["patient_id"] == patient, "elected_in_month"] = False
    some = frame[told.str.contains(SEPARATE_WORK)]
    if some.empty:
        return
    billed = tables.get(BILLED, frame)
    people = tables["practitioners"].drop_duplicates("npi").set_index("npi")["practitioner_id"]
    for patient, own in some.groupby("patient_id"):
        lines = pd.concat([billed[billed["patient_id"] == patient], frame[frame["patient_id"] == patient]])
        case = CaseMonth("", str(patient), _as_decided(lines, people), tables, setting, book)
        for row, code in own["code"].items():
            frame.loc[row, "separate_from"] = next((other for other, _ in barring(case, str(code))), pd.NA)


def _as_decided(lines: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    """The lines as the decisions that they came from: one row a program, practitioner and day, with its codes."""
    told = lines.assign(practitioner_id=lines["rendering_npi"].map(people).astype("str").fillna(""), outcome="bill")
    told["codes"] = told["code"].astype("str") + " x1"
    by = ["program", "practitioner_id", "service_date", "outcome"]
    return told.groupby(by, dropna=False)["codes"].agg(" ".join).reset_index()
