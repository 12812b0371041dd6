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
FLAGS = ("waiting", "second", "second_answered", "qmb_told")
CENTS = ("asked", "ready", "lowered", "protected", "barred", "barred_back")


def coverage_flags(asks: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What coverage each patient had on the day of the ask, by flag; `asks` has `patient_id` and `day`.

    All that the options know of payers comes from here: the coverages on file and, where the tables have them, the
    answers that were verified. Who `never` owes by an answer is a Qualified Medicare Beneficiary; whom a payer of that
    day forbids to bill is `not_billed`; and one that was found not to cover the service is none that may pay the share.
    """
    coverages, answers = of_patients(tables["coverages"], asks["patient_id"]), tables.get("payer_answers")
    if answers is not None:
        answers = of_their_programs(of_patients(answers, asks["patient_id"]), tables)
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
    if answers is not None:
        owes = answers["patient_owes"].astype("str")
        never, bans = ((owes == word).to_numpy() for word in ("never", "not_billed"))
        flags["qmb"] = flags["qmb"] | asks["patient_id"].isin(answers.loc[never, "patient_id"]).to_numpy()
        barring = theirs["coverage_id"].isin(answers.loc[bans, "coverage_id"]).to_numpy()
        flags["not_billed"] = asks.index.isin(theirs.loc[barring, "ask"])
    known = asks.index.isin(theirs.loc[(kind != "unknown").to_numpy(), "ask"])
    # Two payers in one place, or a Medicare Beneficiary program without any Medicare: the order is not known.
    places = theirs[["ask", "priority", "payer_kind"]].drop_duplicates()
    twice = places.loc[places.duplicated(["ask", "priority"], keep=False) & places["priority"].notna(), "ask"]
    medicare = asks.index.isin(theirs.loc[kind.isin(IN_MEDICARE).to_numpy(), "ask"]) | flags["qmb"]
    flags |= {"coverage_unknown": ~known, "conflicting": asks.index.isin(twice), "outside_medicare": known & ~medicare}
    return pd.DataFrame(flags, index=asks.index)[list(COVERAGE)]


def of_their_programs(answers: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
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
    the day of the ask; a Qualified Medicare Beneficiary is one on that day, on `until`, or by a payer's answer. Each
    claim goes by its own month (`money_of_cases`): what a payer then forbade, or has not answered, is no part of what
    is asked, and keeps nothing else from being asked. `owed_cents` is what may come to be asked, `ask_cents` what
    may be now. Where nothing may be asked yet it is `unanswered`: a payer that may pay has not said what it leaves, or
    it is not known who pays first.
    """
    both_days = pd.concat([asks, asks.assign(day=pd.Timestamp(until))], ignore_index=True)
    of_both = coverage_flags(both_days, tables)
    on_day, today = (part.set_axis(asks.index) for part in (of_both.iloc[: len(asks)], of_both.iloc[len(asks) :]))
    theirs = money.reindex(asks["case_number"]).set_axis(asks.index)
    flags = {name: theirs[name].astype("boolean").fillna(False).astype(bool) for name in FLAGS}
    setting = setting_of(tables)
    found = asks.assign(**{name: on_day[name] for name in COVERAGE})
    cents = {name: theirs[f"{name}_cents"].fillna(0).astype("int64") for name in CENTS}
    ready, lowered = cents["ready"], cents["lowered"]
    # A further payer is that of the months owed for; of who owes nothing yet, the one that is on file.
    found["second_payer"] = found["second_payer"].where(cents["asked"] == 0, flags["second"])
    found = found.assign(waiting=flags["waiting"] & (ready == 0), second_answered=flags["second_answered"])
    pending = found["second_payer"] & ~found["second_answered"]
    unanswered = found["waiting"] | pending | found["conflicting"]
    # Who was a beneficiary in each month that anything is left of is none to ask, whatever they are now.
    nothing_else = (cents["asked"] == 0) & ~found["waiting"]
    theirs_alone = nothing_else & (cents["protected"] > 0) & (cents["barred"] == 0)
    qmb = on_day["qmb"] | today["qmb"] | flags["qmb_told"] | theirs_alone
    not_billed = (on_day["not_billed"] | (cents["barred"] > 0)) & nothing_else & ~qmb
    return found.assign(
        unanswered=unanswered,
        qmb=qmb,
        not_billed=not_billed,
        give_back=(cents["barred_back"] > 0) & ~qmb,
        owed_cents=cents["asked"] + lowered,
        lowered_cents=lowered,
        ask_cents=ready.mask(unanswered | qmb | not_billed, 0),
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
