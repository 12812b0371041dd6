"""What of the coverages is listed: each patient's payers in order, the plans that must be asked, what contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from config.catalogue import catalogue
from config.contract import coverage_outputs
from config.frames import among, as_contract, month_key
from config.payer_questions import Questions, Step, WhoPays
from config.payer_register import FIRST, Contradiction, program_of
from config.rulebook import all_programs
from tasks.cover.payers import ONE_EACH, Payers
from tasks.store.coverage import NOBODY_KNOWN, Asked, task_text
from tasks.store.filing import Limits

QUESTION = (
    "Does this plan pay for {what}, from which day, for which of the codes, with which authorization, co-pay and "
    "filing limit, and does the payer before it hand the claim on?"
)
OF_A_STATE = (
    "What does the Medicaid of {state} do: does its fee schedule have {what}, or codes of its own for it, from which "
    "day and for whom; behind Medicare, does it take the whole share or the lesser of two amounts; may a patient with "
    "full Medicaid be billed what it leaves; does Medicare's contractor hand the claim on; how long may a claim come?"
)
STATE_MISSING = "the patient's state (which one is not on file: enter coverages.state or patients.state first)"
WHO_PAYS = (
    "Who pays first for this patient, and who after that? Write it into the coverages and run the month again, which "
    "ends the task."
)
STATE_SIGNS = 2
SAID = ("codes", "codes_not_covered", "bill")
CHRONIC = "care management (99490 and its family)"
# What is kept of a month's answers: what the decision takes, and what tells it again later.
KEPT = (
    "coverage_id", "patient_id", "on_day", "place", "payer_kind", "payer_name", "payer_id", "plan", "plan_key",
    "answer", "reason", "evidence", "source", "confidence", "valid_until", "needs_authorization", "takes_coinsurance",
    "takes_deductible", "patient_owes", "codes", "codes_not_covered", "crossover", "bill", "second_claim",
    "copay_cents", "filing_days", "deductible_left_cents", "eligibility", "recorded", "asks", "asked_for",
    "conflict", "authorized",
)  # fmt: skip
_TEXTS = (
    "payer_kind", "payer_name", "payer_id", "plan", "plan_key", "answer", "reason", "evidence", "source", "confidence",
    "takes_coinsurance", "takes_deductible", "patient_owes", "codes", "codes_not_covered", "crossover", "bill",
    "second_claim", "eligibility", "asked_for", "conflict",
)  # fmt: skip


def kept(rows: pd.DataFrame) -> pd.DataFrame:
    """The answered rows as they are kept with the month: texts as categories, of which there are few."""
    frame = rows.assign(payer_kind=rows["kind"])[list(KEPT)].reset_index(drop=True)
    for name in _TEXTS:
        frame[name] = frame[name].astype("str").fillna("").astype("category")
    for name in ("patient_id", "coverage_id"):
        frame[name] = frame[name].astype("str")
    for name in ("on_day", "recorded", "asks", "authorized"):
        frame[name] = frame[name].astype(bool)
    frame["valid_until"] = pd.to_datetime(frame["valid_until"]).astype("datetime64[ns]")
    frame["needs_authorization"] = frame["needs_authorization"].astype("boolean")
    return frame


def coverage(
    answers: pd.DataFrame, case_numbers: pd.Series, tasks: Mapping[str, int], limits: Limits, last: date
) -> pd.DataFrame:
    """Each patient's payers in their order, in contract columns; `case_numbers` by patient, `tasks` by plan.

    A filing limit is that of a claim dated `last`.
    """
    rows = _with_limit(answers[answers["place"] > 0], limits, last)
    numbers = {key: task_text(number) for key, number in tasks.items()}
    asked = rows["plan_key"].astype("str").map(numbers).where(rows["asks"])
    frame = rows.assign(
        case_number=rows["patient_id"].map(case_numbers),
        bill_first=(rows["place"] == 1) & (rows["conflict"] == ""),
        task_number=asked,
    )
    return as_contract(frame, coverage_outputs()["coverage"])


def _with_limit(rows: pd.DataFrame, limits: Limits, last: date) -> pd.DataFrame:
    """The rows with the last day of each payer, whether that is more than recalled, and what it rests on."""
    texts = [rows[name].astype("str").fillna("") for name in ("patient_id", "program", "payer_kind", "payer_id")]
    if not limits.told:  # then nothing but the payer counts, and there are few
        texts[:2] = [pd.Series("", index=rows.index)] * 2
    places, whose = pd.factorize(pd.MultiIndex.from_arrays(texts))
    found = [limits.of(patient, program, kind, payer, last) for patient, program, kind, payer in whose]
    days = pd.Series([one.last_day if one else None for one in found], dtype="datetime64[ns]")
    sure = pd.Series([one.sure if one else None for one in found], dtype="boolean")
    source = pd.Series([one.source if one else None for one in found], dtype="str")
    names = {"claim_until": days, "claim_until_sure": sure, "claim_until_source": source}
    return rows.assign(**{name: values.take(places).set_axis(rows.index) for name, values in names.items()})


def asked_about(tables: Mapping[str, pd.DataFrame], decisions: pd.DataFrame) -> pd.DataFrame:
    """The answers with the program that each is about: chronic care, and any other for whom it is decided.

    `decisions` are those of the month; a program without a family of codes has nothing to ask a payer about.
    """
    answers = tables["payer_answers"].assign(program=FIRST)
    others = tables.get("program_answers")
    if others is None:
        return answers
    billed = decisions[decisions["family"].fillna("") != ""]
    others = others[among(month_key(others), month_key(billed))]
    if others.empty:
        return answers
    texts = dict.fromkeys(_TEXTS, "str")
    both = pd.concat([answers.astype(texts), others.astype(texts)], ignore_index=True)
    order = pd.factorize(both["patient_id"])[0]  # chronic care has every patient, in the order of the coverages
    return both.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def nobody_known(answers: pd.DataFrame, cases: pd.Series) -> pd.DataFrame:
    """The patients decided upon of whom nobody knows who pays first, by case number, with why."""
    first = answers[(answers["place"] == 1) & (answers["program"] == FIRST)]
    kind = first["payer_kind"].astype("str").to_numpy(object)
    named = np.isin(kind, ONE_EACH) | (first["payer_name"] != "").to_numpy() | (first["payer_id"] != "").to_numpy()
    why = np.select([kind == "unknown", ~named], ["unknown_payer", "payer_not_named"], "")
    reason = pd.Series(why, index=first["patient_id"].to_numpy(), dtype="str").reindex(cases.index)
    found = pd.DataFrame({"case_number": cases.astype("str"), "reason": reason.fillna("no_coverage")})
    return found[found["reason"] != ""].sort_values("case_number")


def asked_patients(nobody: pd.DataFrame) -> list[Asked]:
    """The patients of `nobody_known`, each asked about by itself: no payer's answer serves another."""
    return [
        Asked(_key_of(str(case)), NOBODY_KNOWN, "", "", str(case), str(reason))
        for case, reason in zip(nobody["case_number"], nobody["reason"], strict=True)
    ]


def known_patients(cases: pd.Series, nobody: pd.DataFrame) -> list[str]:
    """The other patients decided upon, as they would be asked about."""
    return [_key_of(str(case)) for case in cases[~cases.isin(nobody["case_number"])]]


def _key_of(case: str) -> str:
    return f"{NOBODY_KNOWN}|{case}|"


def asked_plans(answers: pd.DataFrame) -> list[Asked]:
    """The plans that must be asked, each once, in the order of their keys; a payer whom nobody knows is no plan."""
    mine = answers[answers["asks"] & (answers["payer_kind"] != "unknown") & (answers["place"] > 0)]
    fields = {"plan_key", "payer_kind", "payer_name", "payer_id", "plan"}
    plans = mine.sort_values("plan_key", kind="stable").drop_duplicates("plan_key")
    return [
        Asked(**{name: str(row[name]) for name in fields}, reason=str(row["asked_for"]))
        for row in plans.to_dict("records")
    ]


def known_plans(answers: pd.DataFrame) -> list[str]:
    """The plans of the month of which the answer is known."""
    asked = set(answers.loc[answers["asks"], "plan_key"])
    return sorted({str(key) for key in answers["plan_key"].unique()} - {str(key) for key in asked})


def worklist(
    answers: pd.DataFrame, nobody: pd.DataFrame, tasks: Sequence[Mapping[str, Any]], how: Questions
) -> pd.DataFrame:
    """The open verification tasks that patients of the month wait for, those of most patients first."""
    mine = answers[answers["asks"] & (answers["place"] > 0)]
    patients = mine.groupby(mine["plan_key"].astype("str"))["patient_id"].nunique().to_dict()
    patients |= {_key_of(case): 1 for case in nobody["case_number"]}
    told = mine.assign(plan_key=mine["plan_key"].astype("str")).drop_duplicates("plan_key").set_index("plan_key")
    known = {str(key): _known(row) for key, row in told[list(SAID)].astype("str").to_dict("index").items()}
    rows = [
        _row(task, patients[task["plan_key"]], how) | known.get(task["plan_key"], {})
        for task in tasks
        if task["plan_key"] in patients
    ]
    rows = [row for row in rows if row["state"] == "open"]
    rows.sort(key=lambda row: (row["case_number"] is not None, -row["patients"], row["number"]))
    frame = pd.DataFrame(rows, columns=coverage_outputs()["coverage_tasks"].names)
    for name in ("due_date", "opened_date"):
        frame[name] = pd.to_datetime(frame[name])
    return as_contract(frame, coverage_outputs()["coverage_tasks"])


def _known(row: Mapping[str, str]) -> dict[str, str | None]:
    """What the register, the practice or an answer before it says of the plan though nobody knows whether it pays."""
    parts = (("covers", row["codes"]), ("does not cover", row["codes_not_covered"]))
    codes = "; ".join(f"{word} {codes}" for word, codes in parts if codes)
    return {"known_codes": codes or None, "bill": row["bill"] or None}


def _row(task: Mapping[str, Any], patients: int, how: Questions) -> dict[str, Any]:
    """The task with how it is found out: what a plan covers and who pays for a patient are looked for otherwise."""
    row = dict(task) | {"task_number": task_text(task["number"]), "patients": patients}
    if task["payer_kind"] == NOBODY_KNOWN:
        ways = _numbered(how.who_pays_by(str(task["reason"])))
        return row | {"case_number": task["plan"], "plan": None, "program": None, "question": WHO_PAYS, "steps": ways}
    program = program_of(task["plan_key"])
    row |= {"steps": _numbered(how.steps)}
    question = QUESTION.format(what=_service(program))
    if task["payer_kind"] in ("medicaid", "qmb"):
        state = str(task["plan"]).partition(" ")[0]
        known = state if len(state) == STATE_SIGNS else STATE_MISSING
        question = OF_A_STATE.format(state=known, what=_service(program))
    return row | {"case_number": None, "program": program, "question": question}


def _numbered(ways: Sequence[Step | WhoPays]) -> str:
    return " | ".join(f"{place}. {one.words}: {one.asks}" for place, one in enumerate(ways, 1))


@cache
def _service(program: str) -> str:
    """The program and its codes, as a payer is asked about them."""
    if program == FIRST:
        return CHRONIC
    words = next(one.words for one in all_programs() if one.program == program).partition(":")[0]
    codes = [name for name in catalogue().of(program) if catalogue().codes[name].decided]
    return f"{words[:1].lower()}{words[1:]} ({', '.join(codes)})"


def queries(
    payers: Payers, against: list[tuple[Contradiction, np.ndarray]], rows: pd.DataFrame, case_numbers: pd.Series
) -> pd.DataFrame:
    """What contradicts itself, one row for each patient and contradiction, those that hold a month first."""
    table = coverage_outputs()["coverage_queries"]
    anybody = np.logical_or.reduce([mask for _, mask in against])
    rows = rows[anybody[rows["patient"].to_numpy()]]
    on_day = rows[rows["on_day"]]
    called = on_day["priority"].astype("str") + " " + on_day["kind"] + " " + on_day["payer_name"]
    on_file = called.str.strip().groupby(on_day["patient"]).agg(", ".join)
    seen = rows.groupby("patient")["eligibility"].first()
    parts = []
    for one, mask in sorted(against, key=lambda pair: not pair[0].holds):
        places = np.flatnonzero(mask)
        about = seen if one.about == "eligibility" else on_file
        told = {name: getattr(one, name) for name in ("words", "owner", "fix", "confidence", "source", "holds")}
        patient = payers.patients["patient_id"].iloc[places].reset_index(drop=True)
        shown = about.reindex(places).fillna("").astype("str").to_numpy(object)
        parts.append(pd.DataFrame({"patient_id": patient, "shown": shown}).assign(contradiction=one.name, **told))
    frame = pd.concat(parts, ignore_index=True)
    return as_contract(frame.assign(case_number=frame["patient_id"].map(case_numbers)), table)
