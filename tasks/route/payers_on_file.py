"""Who pays for a patient in a month, as far as the coverages on file say by themselves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from config.month import Month

# What a kind of payer is known to do without asking which plan it is: answer, takes coinsurance, takes deductible.
# Medicaid's part depends on the state, Medigap's on the plan's letter; TRICARE does not cover the service.
KNOWN = {
    "medicare_part_b": ("covers", "none", "none"),
    "qmb": ("covers", "all", "all"),
    "medigap": ("covers", "unknown", "unknown"),
    "tricare": ("does_not", "none", "none"),
}
NOT_ALIKE = {
    "answer": "unknown", "takes_coinsurance": "unknown", "takes_deductible": "unknown", "patient_owes": "unknown",
    "confidence": "unverified",
}  # fmt: skip
TOLD = tuple(NOT_ALIKE)
NOT_KNOWN = ("unknown", "unknown", "unknown")


def payers_in(tables: Mapping[str, pd.DataFrame], month: Month) -> pd.DataFrame:
    """The payers of each patient in order, as they were verified when the month was decided, else as they are on file.

    `payer_answers`, where the tables of the month have it, holds what was verified. Who was a Qualified Medicare
    Beneficiary on any day of the month owes nothing either way.
    """
    on_file = payers_on_file(tables["coverages"], month)
    if "payer_answers" not in tables:
        return on_file
    rows = tables["payer_answers"]
    rows = rows[(rows["place"] > 0).to_numpy(bool)].reset_index(drop=True)
    never = rows["patient_id"].isin(on_file.loc[on_file["patient_owes"] == "never", "patient_id"])
    return rows.assign(patient_owes=rows["patient_owes"].astype("str").mask(never, "never"))


def of_programs(payers: pd.DataFrame, others: pd.DataFrame | None, wanted: pd.DataFrame) -> pd.DataFrame:
    """The payers with what each answers for the very programs that a patient has; `wanted` are patient_id, program.

    `others` are the answers where a payer does otherwise with another program than with chronic care, which `payers`
    are about. Where it answers two programs of one patient not alike, its answer is not known. Who owes nothing stays
    so.
    """
    if others is None or others.empty or "coverage_id" not in payers:
        return payers
    keys, texts = ["patient_id", "coverage_id"], dict.fromkeys(("patient_id", "coverage_id", "program", *TOLD), "str")
    mine = wanted[["patient_id", "program"]].astype("str").drop_duplicates()
    own = others[(others["place"] > 0).to_numpy(bool)][[*keys, "program", *TOLD]].astype(texts)
    own = own.merge(mine, on=["patient_id", "program"])
    if own.empty:
        return payers
    base = payers.astype({name: kind for name, kind in texts.items() if name != "program"}).reset_index(drop=True)
    here = base["patient_id"].isin(own["patient_id"])
    asked = base.loc[here, [*keys, *TOLD]].merge(mine, on="patient_id", how="left")
    asked = asked.merge(own, on=[*keys, "program"], how="left", suffixes=("", "_own"))
    for name in TOLD:
        asked[name] = asked[f"{name}_own"].where(asked[f"{name}_own"].notna(), asked[name])
    first = asked.drop_duplicates(keys).set_index(keys)[list(TOLD)]
    alike = asked.groupby(keys, sort=False)[list(TOLD)].nunique().reindex(first.index) == 1
    told = first.where(alike & (first != ""), pd.Series(NOT_ALIKE), axis=1)
    told = told.reindex(pd.MultiIndex.from_frame(base.loc[here, keys]))
    never = (base.loc[here, "patient_owes"] == "never").to_numpy()
    for name in TOLD:
        base.loc[here, name] = told[name].to_numpy(object)
    base.loc[here, "patient_owes"] = base.loc[here, "patient_owes"].mask(never, "never")
    return base


def who_never_owe(payers: pd.DataFrame, shown: pd.DataFrame, month: Month) -> pd.DataFrame:
    """The payers with those patients owing nothing who are in `shown`, rows of coverages of kind `qmb`."""
    if shown.empty:
        return payers
    never = payers["patient_id"].isin(shown["patient_id"])
    missing = shown[~shown["patient_id"].isin(payers["patient_id"])].reset_index(drop=True)
    rows = payers.assign(patient_owes=payers["patient_owes"].astype("str").mask(never, "never"))
    if missing.empty:
        return rows
    days = {"start_date": pd.Timestamp(month.first), "end_date": pd.NaT}
    return pd.concat([rows, payers_on_file(missing.assign(priority=1, **days), month)], ignore_index=True)


def payers_on_file(coverages: pd.DataFrame, month: Month) -> pd.DataFrame:
    """The payers of each patient on the month's last day in order, with the columns that `patient_shares` takes.

    Who was a Qualified Medicare Beneficiary on any day of the month is one.

    The one place that reads the coverages for what patients owe.
    """
    first, last = pd.Timestamp(month.first), pd.Timestamp(month.last)
    # A Qualified Medicare Beneficiary of any day of the month is not charged for it.
    until = np.where(coverages["payer_kind"].astype("str") == "qmb", first, last)
    ended = (coverages["end_date"] < until).to_numpy(bool)
    rows = coverages[(coverages["start_date"] <= last).to_numpy(bool) & ~ended]
    rows = rows.sort_values(["patient_id", "priority", "coverage_id"], kind="stable").reset_index(drop=True)
    kind = rows["payer_kind"].astype("str")
    known = [KNOWN.get(one, NOT_KNOWN) for one in kind]
    twice = rows.duplicated(["patient_id", "priority"], keep=False).to_numpy(bool)
    frame = pd.DataFrame(
        {
            "patient_id": rows["patient_id"].astype("str"),
            "place": rows.groupby("patient_id").cumcount() + 1,
            "payer_kind": kind,
            "answer": [answer for answer, _, _ in known],
            "takes_coinsurance": [coinsurance for _, coinsurance, _ in known],
            "takes_deductible": [deductible for _, _, deductible in known],
            "patient_owes": np.where(kind == "qmb", "never", np.where(kind == "medicare_part_b", "share", "unknown")),
            "confidence": np.where(kind.isin(["medicare_part_b", "qmb", "tricare"]), "primary", "unverified"),
            "deductible_left_cents": pd.array([pd.NA] * len(rows), dtype="Int64"),
        }
    )
    return frame.assign(answer=np.where(twice, "conflicting", frame["answer"]))
