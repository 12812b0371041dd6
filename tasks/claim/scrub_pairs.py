"""What stands beside a claim line on its day: units, the same code again, and codes that an edit pairs with it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config import ncci
from config.rulebook import RuleBook
from tasks.claim.scrub import SEPARATE_WORK

KINDS: dict[str, ncci.Kind] = {"837P": "practitioner", "837I": "hospital"}
BY_DAY_AND_APPEALABLE = 3
DAY_OF_ONE = ["patient_id", "claim", "claim_form", "rendering_npi", "service_date", "payer_order"]


def add_units(frame: pd.DataFrame, book: RuleBook) -> None:
    """Units of the code on the day beside their limit; lines of the code in the month; practitioners of the month."""
    day = frame.groupby([*DAY_OF_ONE, "code"], dropna=False)
    frame["units_of_day"] = day["units"].transform("sum").astype("int64")
    frame["unit_limit"], frame["limit_is_absolute"] = pd.array([pd.NA] * len(frame), dtype="Int64"), False
    for form, kind in KINDS.items():
        limits = ncci.limits(book.month.last, kind, book.reference.ncci)
        rows = (frame["claim_form"] == form).to_numpy()
        codes = frame.loc[rows, "code"].astype("str")
        frame.loc[rows, "unit_limit"] = codes.map({code: limit.units for code, limit in limits.items()}).astype("Int64")
        absolute = {code for code, limit in limits.items() if limit.adjudication != BY_DAY_AND_APPEALABLE}
        frame.loc[rows, "limit_is_absolute"] = codes.isin(absolute)
    by_program = parted_by_program(frame, book)
    same = frame.groupby(["patient_id", "month", "claim", "payer_order", "code", by_program], dropna=False)
    frame["times_sent"] = same["code"].transform("size").astype("int64")
    month = frame.groupby(["patient_id", "month", "program"], dropna=False)
    frame["practitioners_of_month"] = month["rendering_npi"].transform("nunique").astype("int64")
    cg = frame["modifiers"].astype("str").str.contains(r"\bCG\b").fillna(False).astype("int64")
    frame["cg_lines_of_day"] = cg.groupby([frame["patient_id"], frame["service_date"]], dropna=False).transform("sum")


def parted_by_program(frame: pd.DataFrame, book: RuleBook) -> pd.Series:
    """The line's program where several programs may each bill its code, and nothing else."""
    return frame["program"].where(frame["code"].isin(once_a_program(book)), "")


def once_a_program(book: RuleBook) -> set[str]:
    """The codes that several programs of a patient may bill in the month, each by its own rule: G0511 from 2024."""
    of_code: dict[str, list[tuple[str, bool]]] = {}
    for family, entry in book.families:
        of_code.setdefault(entry.first, []).append((family.program, entry.once_across_programs))
    return {
        code
        for code, found in of_code.items()
        if len({program for program, _ in found}) > 1 and not any(once for _, once in found)
    }


def add_pairs(frame: pd.DataFrame, book: RuleBook) -> None:
    """The code beside which the line is denied (`barred_with`), or paid with a modifier that is missing.

    Looked for among all lines of the patient, the practitioner and the day that go on the same kind of claim.
    """
    frame["barred_with"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    frame["paired_with"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    several = frame.groupby(DAY_OF_ONE, dropna=False)["code"].transform("nunique") > 1
    few = frame.loc[several & frame["service_date"].notna(), [*DAY_OF_ONE, "code", "modifiers"]].reset_index()
    if few.empty:
        return
    few["lifted"] = few["modifiers"].astype("str").str.contains(SEPARATE_WORK).fillna(False).astype(bool)
    pairs = few.merge(few, on=DAY_OF_ONE, suffixes=("", "_other"))
    pairs = pairs[pairs["code"] != pairs["code_other"]]
    key = pd.MultiIndex.from_frame(pairs[["claim_form", "service_date", "code", "code_other"]])
    kind, unique = pd.factorize(key)
    denied = []
    for form, day, code, other in unique:
        edit = ncci.edits(day.date(), KINDS[form], book.reference.ncci).between(code, other)
        denied.append("" if edit is None or edit.column2 != code else edit.indicator)
    indicator = np.array(denied, dtype=object)[kind]
    unlifted = ~(pairs["lifted"] | pairs["lifted_other"]).to_numpy()
    for name, met in (("barred_with", indicator == "0"), ("paired_with", (indicator == "1") & unlifted)):
        found = pairs[met].drop_duplicates("index")
        frame.loc[found["index"], name] = found["code_other"].to_numpy()
