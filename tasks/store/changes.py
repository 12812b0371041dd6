"""What one revision of a month decided otherwise than the one before."""

from __future__ import annotations

import pandas as pd

from config.contract import outputs

FIELDS = ("outcome", "codes", "service_date", "expected_cents")
MONTH_KEY = ["patient_id", "program"]
COMPARED = ("case_number", *MONTH_KEY, *FIELDS)


def changes(before: pd.DataFrame | None, after: pd.DataFrame) -> pd.DataFrame:
    """One row for every patient, program and field that differs, in that order; none without a before.

    A patient who came to a program or left it has a row `enrolled` besides the values gained or lost. Nothing is ''.
    """
    columns = outputs()["changes"].names
    if before is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    pair = _as_text(before).merge(_as_text(after), "outer", MONTH_KEY, suffixes=("|before", "|after"))
    pair["case_number"] = pair["case_number|after"].where(pair["case_number|after"].notna(), pair["case_number|before"])
    rows = []
    for field in ("enrolled", *FIELDS):
        old, new = pair[f"{field}|before"].fillna(""), pair[f"{field}|after"].fillna("")
        differs = old != new
        found = pair.loc[differs, ["case_number", *MONTH_KEY]]
        rows.append(found.assign(field=field, before=old[differs], after=new[differs]))
    found = pd.concat(rows, ignore_index=True)
    # Nobody is enrolled by silence: a patient missing on one side reads 'no' there.
    enrolled = (found["field"] == "enrolled").to_numpy()
    sides = found.loc[enrolled, ["before", "after"]]
    found.loc[enrolled, ["before", "after"]] = sides.where(sides != "", "no")
    found = found.sort_values(["case_number", *MONTH_KEY, "field"], ignore_index=True)
    return found[columns].astype("str")


def _as_text(decisions: pd.DataFrame) -> pd.DataFrame:
    if decisions.duplicated(MONTH_KEY).any():
        raise ValueError("decisions: a patient has more than one decision in a program")
    text = decisions.loc[:, list(COMPARED)].reset_index(drop=True)
    text["service_date"] = pd.to_datetime(text["service_date"]).dt.strftime("%Y-%m-%d")
    text["expected_cents"] = text["expected_cents"].astype("Int64").astype("str")
    return text.assign(enrolled="yes").astype("str")
