"""An eligibility answer (271) held against what is on file: what it shows for the month, and where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.eligibility_findings import words_of
from tasks.cover.payers import Payers, place_in
from tasks.store.coverage import as_reported, newest

MEDICARE = ("part_a", "part_b")
OTHERWISE = {"refused": "refused", "unreadable": "not readable", "nothing": "nothing"}
NOT_ANSWERED = ("refused", "unreadable")
DISAGREE = (
    "plan_not_on_file", "part_b_not_active", "other_payer_first", "hospice_not_on_file", "facility_not_on_file",
    "qmb_not_on_file", "qmb_not_confirmed", "somebody_else", "not_found_by_payer", "answer_not_readable",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """For each patient: what disagrees, by the name of the contradiction, and what the answer shows on the day."""

    against: dict[str, np.ndarray]
    qmb: np.ndarray
    words: np.ndarray
    deductible_left: np.ndarray  # cents, not a number where it is not said


def shown(payers: Payers, tables: dict[str, pd.DataFrame], answers: pd.DataFrame) -> Shown:
    """What the latest answers given since the month began show of each patient.

    An answer belongs to who has its member number on a coverage; where birth dates differ it is nobody's.
    """
    size = len(payers.patients)
    recent = answers[answers["answered_date"] >= pd.Timestamp(payers.month.first)]
    if recent.empty:  # as in every month of a practice that reads none; nothing of its size is looked through
        none = np.zeros(size, dtype=bool)
        return Shown(dict.fromkeys(DISAGREE, none), none, np.full(size, "", dtype=object), np.full(size, np.nan))
    found, strangers = _matched(payers, tables, recent)
    day = pd.Series(payers.day).iloc[found["patient"]].to_numpy()
    open_begin, open_end = found["begin_date"].isna(), found["end_date"].isna()
    on_day = (open_begin | (found["begin_date"] <= day)) & (open_end | (found["end_date"] >= day))
    first, last = pd.Timestamp(payers.month.first), pd.Timestamp(payers.month.last)
    in_month = (open_begin | (found["begin_date"] <= last)) & (open_end | (found["end_date"] >= first))

    def has(what: str, when: pd.Series = on_day, by: pd.Series | bool = True) -> np.ndarray:
        mask = np.zeros(size, dtype=bool)
        mask[found["patient"].to_numpy()[((found["what"] == what) & when & by).to_numpy(bool)]] = True
        return mask

    answered = np.zeros(size, dtype=bool)
    answered[found.loc[~found["what"].isin(NOT_ANSWERED) & found["of_medicare"], "patient"]] = True
    stays = tables["stays"]
    on_file_qmb, planned, with_b = payers.has("qmb"), payers.has("medicare_advantage"), payers.has("medicare_part_b")
    standing = payers.standing
    medicare_first = payers.any(
        standing, (standing["place"] == 1) & standing["kind"].isin(["medicare_part_b", "medicare_advantage"])
    )
    everything = pd.Series(True, index=found.index)
    medicare = found["of_medicare"]  # an insurer's words for its own products mean something else
    against = {
        "plan_not_on_file": has("medicare_advantage", by=medicare) & ~planned,
        "part_b_not_active": answered & with_b & ~planned & ~has("part_b"),
        "other_payer_first": has("other_payer", by=medicare) & medicare_first,
        "hospice_not_on_file": has("hospice", in_month, medicare) & ~_stay(payers, stays, "hospice"),
        "facility_not_on_file": has("facility", in_month, medicare) & ~_stay(payers, stays, "snf_part_a", "inpatient"),
        "qmb_not_on_file": has("qmb") & ~on_file_qmb,
        "qmb_not_confirmed": answered & on_file_qmb & has("part_b") & ~has("qmb"),
        "somebody_else": strangers,
        "not_found_by_payer": has("refused", everything),
        "answer_not_readable": has("unreadable", everything),
    }
    left = np.full(size, np.nan)
    due = found[(found["what"] == "deductible_left") & on_day & found["cents"].notna()]
    left[due["patient"].to_numpy()] = due["cents"].to_numpy("float64", na_value=np.nan)
    return Shown(against, has("qmb"), _words(found[on_day | ~found["what"].isin(list(words_of()))], size), left)


def _matched(payers: Payers, tables: dict[str, pd.DataFrame], recent: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The findings of each patient's latest answers, and who has an answer that is somebody else's."""
    size = len(payers.patients)
    given = tables["coverages"]
    number = as_reported(given["member_id"])
    patient = place_in(payers.patients["patient_id"], given["patient_id"])
    known = pd.DataFrame({"member_id": number, "patient": patient, "kind": given["payer_kind"].astype("str")})
    known = known[(known["patient"] >= 0) & (known["member_id"] != "")].drop_duplicates()
    found = recent.merge(known, on="member_id", how="inner").reset_index(drop=True)
    born = payers.patients["birth_date"].to_numpy("datetime64[ns]")[found["patient"].to_numpy()]
    same = (found["birth_date"].isna() | (found["birth_date"] == born)).to_numpy(bool)
    whose = ["digest", "response"]
    taken = found.loc[same, whose].drop_duplicates()
    lost = found[~same].merge(taken.assign(taken=True), on=whose, how="left")
    strangers = np.zeros(size, dtype=bool)
    strangers[lost.loc[lost["taken"].isna(), "patient"].to_numpy()] = True
    found = found[same]
    about = (found["kind"] == "medicare_part_b") | found["what"].isin(MEDICARE)
    found = found.assign(
        of_medicare=about.groupby([found["patient"], found["digest"], found["response"]]).transform("any")
    )
    return newest(found.drop(columns="kind").drop_duplicates(), "patient"), strangers


def _stay(payers: Payers, stays: pd.DataFrame, *kinds: str) -> np.ndarray:
    """Who has a stay of these kinds on file that touches the month."""
    first, last = pd.Timestamp(payers.month.first), pd.Timestamp(payers.month.last)
    touches = (stays["admit_date"] <= last) & (stays["discharge_date"].isna() | (stays["discharge_date"] >= first))
    there = stays[touches & stays["kind"].astype("str").isin(kinds)]["patient_id"]
    return payers.patients["patient_id"].isin(there).to_numpy(bool)


def words_for(what: str) -> str:
    """What a finding, or the want of any, is called in a sentence."""
    return (words_of() | OTHERWISE)[what]


def _words(found: pd.DataFrame, size: int) -> np.ndarray:
    """What the answers show in a sentence; empty for who has none."""
    words = np.full(size, "", dtype=object)
    for patient, rows in found.groupby("patient"):
        said = []
        for row in rows.to_dict("records"):
            detail = f" {row['detail']}" if row["what"] in ("medicare_advantage", "other_payer", "refused") else ""
            detail += (
                f" ${row['cents'] / 100:,.2f}" if row["what"] == "deductible_left" and not pd.isna(row["cents"]) else ""
            )
            since = "" if pd.isna(row["begin_date"]) else f" since {row['begin_date']:%Y-%m-%d}"
            until = "" if pd.isna(row["end_date"]) else f" to {row['end_date']:%Y-%m-%d}"
            said.append(f"{words_for(row['what'])}{detail}{since}{until}")
        words[int(patient)] = f"{'; '.join(dict.fromkeys(said))} (answer of {rows['answered_date'].max():%Y-%m-%d})"
    return words
