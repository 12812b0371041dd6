"""What the options ask of a patient: one row for each time they are asked, with flags of that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from config.case_settings import CaseSettings
from config.frames import of_patients
from tasks.route.determinations import Determination
from tasks.route.payers_on_file import of_programs

MAY_PAY_THE_SHARE = ("medigap", "medicaid", "commercial", "va", "other")
IN_MEDICARE = ("medicare_part_b", "medicare_advantage", "medigap", "qmb")
COVERAGE = (
    "qmb", "not_billed", "medicaid", "second_payer", "coverage_unknown", "conflicting", "medicare_advantage",
    "outside_medicare",
)  # fmt: skip


def coverage_flags(asks: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What coverage each patient had on the day of the ask, by flag; `asks` has `patient_id` and `day`.

    All that the options know of payers comes from here: the coverages on file and, where the tables have them, the
    answers that were verified. Who `never` owes by an answer is a Qualified Medicare Beneficiary; whom a payer forbids
    to bill is `not_billed`; and a payer that was found not to cover the service is none that may pay the share.
    """
    coverages, answers = of_patients(tables["coverages"], asks["patient_id"]), tables.get("payer_answers")
    if answers is not None:
        answers = _of_their_programs(of_patients(answers, asks["patient_id"]), tables)
    theirs = asks[["patient_id", "day"]].reset_index(names="ask").merge(coverages, on="patient_id")
    day = theirs["day"]
    theirs = theirs[(theirs["start_date"] <= day) & (theirs["end_date"].isna() | (theirs["end_date"] >= day))]
    kind = theirs["payer_kind"].astype("str")
    second = (theirs["priority"] > 1).fillna(False).to_numpy(bool) & kind.isin(MAY_PAY_THE_SHARE).to_numpy()
    if answers is not None:
        no = answers.loc[(answers["answer"].astype("str") == "does_not").to_numpy(), "coverage_id"]
        second &= ~theirs["coverage_id"].isin(no).to_numpy()
    found = {"qmb": kind == "qmb", "medicaid": kind.isin(["medicaid"]), "second_payer": second}
    found |= {"medicare_advantage": kind == "medicare_advantage"}
    flags = {name: asks.index.isin(theirs.loc[np.asarray(mask, dtype=bool), "ask"]) for name, mask in found.items()}
    flags["not_billed"] = np.zeros(len(asks), dtype=bool)
    for name, word in (("qmb", "never"), ("not_billed", "not_billed")):
        if answers is None:
            break
        whose = answers.loc[(answers["patient_owes"].astype("str") == word).to_numpy(), "patient_id"]
        flags[name] = flags[name] | asks["patient_id"].isin(whose).to_numpy()
    known = asks.index.isin(theirs.loc[(kind != "unknown").to_numpy(), "ask"])
    # Two payers in one place, or a Medicare Beneficiary program without any Medicare: the order is not known.
    places = theirs[["ask", "priority", "payer_kind"]].drop_duplicates()
    twice = places.loc[places.duplicated(["ask", "priority"], keep=False) & places["priority"].notna(), "ask"]
    medicare = asks.index.isin(theirs.loc[kind.isin(IN_MEDICARE).to_numpy(), "ask"]) | flags["qmb"]
    flags |= {"coverage_unknown": ~known, "conflicting": asks.index.isin(twice), "outside_medicare": known & ~medicare}
    return pd.DataFrame(flags, index=asks.index)[list(COVERAGE)]


def _of_their_programs(answers: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The answers for the programs that patients agreed to and did not leave; who agreed to none has chronic care."""
    consents, others = tables.get("consents"), tables.get("program_answers")
    if consents is None or others is None:
        return answers
    given = consents[consents["revoked_date"].isna().to_numpy(bool)]
    return of_programs(answers, others, given)


def facts(
    asks: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    money: pd.DataFrame,
    determinations: Mapping[str, Iterable[Determination]],
    settings: CaseSettings,
    until: date,
) -> pd.DataFrame:
    """The asks with every column that the options look at.

    `asks`: case_number, patient_id, response, day, said_cannot_pay, plan_offered, effort_complete. Coverage is that of
    the day of the ask; a Qualified Medicare Beneficiary is one on that day, on `until`, or by a payer's answer. What is
    `unanswered` is not asked for: a payer that may pay has not said what it leaves, or it is not known who pays first.
    `ask_cents` is what may be asked: of who has a second payer the claims that it answered, less what determinations
    take off.
    """
    on_day = coverage_flags(asks, tables)
    today = coverage_flags(asks.assign(day=pd.Timestamp(until)), tables)
    theirs = money.reindex(asks["case_number"]).set_axis(asks.index)
    flags = {name: theirs[name].astype("boolean").fillna(False).astype(bool) for name in ("waiting", "second_answered")}
    told = theirs["qmb_told"].astype("boolean").fillna(False).astype(bool)
    setting = setting_of(tables)
    found = asks.assign(**{name: on_day[name] for name in COVERAGE}, **flags)
    unanswered = found["waiting"] | (found["second_payer"] & ~found["second_answered"]) | found["conflicting"]
    qmb = on_day["qmb"] | today["qmb"] | told
    cents = {
        name: theirs[f"{name}_cents"].fillna(0).astype("int64") for name in ("owed", "lowered", "asked", "answered")
    }
    may = cents["answered"].where(found["second_payer"], cents["asked"])
    return found.assign(
        unanswered=unanswered,
        qmb=qmb,
        not_billed=on_day["not_billed"] & ~qmb,
        owed_cents=cents["owed"],
        lowered_cents=cents["lowered"],
        ask_cents=may.mask(unanswered | qmb | on_day["not_billed"], 0),
        setting=setting,
        sliding_schedule=has_sliding_schedule(setting, settings),
        sliding_percent=settings.sliding_fee_percent,
        hardship_percent=settings.hardship_percent,
        percent=pd.array([_percent(row, determinations) for row in asks.itertuples(index=False)], dtype="Int64"),
        refused_before=np.array([_refused(row, determinations) for row in asks.itertuples(index=False)], dtype=bool),
    )


def has_sliding_schedule(setting: str, settings: CaseSettings) -> bool:
    """Whether the practice lowers what it charges by household and income: a health center, or by its own policy."""
    return setting == "fqhc" or settings.sliding_fee_policy


def payer_of(payers: pd.DataFrame, patient_id: str) -> Literal["medicare", "plan", "insurer"]:
    """Whose rules a letter may tell the patient of: Medicare's, also where nobody is on file, or a plan's alone."""
    kinds = set(payers.loc[(payers["patient_id"] == patient_id).to_numpy(bool), "payer_kind"].astype("str"))
    if "medicare_advantage" in kinds and "medicare_part_b" not in kinds:
        return "plan"
    return "insurer" if kinds - {"unknown"} and not kinds & set(IN_MEDICARE) else "medicare"


def setting_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """The practice's care setting; an office where no table says."""
    practices = tables.get("practices")
    if practices is None or practices.empty or pd.isna(practices["setting"].iloc[0]):
        return "office"
    return str(practices["setting"].iloc[0])


def _of_day(row: object, determinations: Mapping[str, Iterable[Determination]]) -> list[Determination]:
    day = row.day.date()  # type: ignore[attr-defined]
    number = row.case_number  # type: ignore[attr-defined]
    found = [one for one in determinations.get(number, ()) if one.decided_date <= day <= one.until_date]
    return sorted(found, key=lambda one: one.decided_date)


def _percent(row: object, determinations: Mapping[str, Iterable[Determination]]) -> int | None:
    found = _of_day(row, determinations)
    return found[-1].percent if found else None


def _refused(row: object, determinations: Mapping[str, Iterable[Determination]]) -> bool:
    found = _of_day(row, determinations)
    return bool(found) and not found[-1].granted
