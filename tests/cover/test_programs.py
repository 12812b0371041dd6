"""A payer is asked about the program that is decided, and about a patient of whom nobody knows who pays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from config.errors import RuleError
from config.month import Month
from config.payer_questions import questions
from config.payer_register import Plan, all_entries, key_for, program_of
from tasks.cover import lists
from tasks.cover.step import Covered
from tasks.qualify.decide import decide
from tests.cover.month import RECORDED, B, october, payer
from tests.qualify.cases import rulebook, settings_of

CONSENT = {"program": "bhi", "consent_date": "2026-01-05", "form": "written"}
TRICARE = payer("tricare")
MA = payer("medicare_advantage", payer_id="SYN11", payer_name="Buckeye", plan_id="H9901-001")
CASES = pd.Series({"P1": "C-000001", "P2": "C-000002", "P3": "C-000003", "P4": "C-000004"})


def behavioral(*coverages: list[dict[str, Any]], **more: Any) -> Covered:
    return october(*coverages, consents=[{}, CONSENT], **more)


def decided(*programs: str, family: str = "behavioral") -> pd.DataFrame:
    return pd.DataFrame({"patient_id": "P1", "program": list(programs), "family": family, "case_number": "C-000001"})


def asked(covered: Covered, decisions: pd.DataFrame) -> dict[str, str]:
    rows = lists.asked_about(covered.tables, decisions)
    return dict(zip(rows["program"], rows["answer"].astype("str"), strict=True))


def test_where_the_register_says_the_same_of_both_nothing_is_asked_twice() -> None:
    for coverages in ([B], [MA], [B, payer("medigap", 2, plan_letter="G")]):
        assert "program_answers" not in behavioral(coverages).tables


def test_what_is_known_of_chronic_care_alone_is_asked_for_the_other_program() -> None:
    covered = behavioral([TRICARE])
    assert asked(covered, decided("ccm", "bhi")) == {"ccm": "does_not", "bhi": "unknown"}
    plans = lists.asked_plans(lists.asked_about(covered.tables, decided("ccm", "bhi")))
    assert [(one.plan_key, one.reason) for one in plans] == [("tricare|||bhi", "nothing_known")]


def test_a_program_without_codes_in_the_month_is_not_asked_about() -> None:
    assert asked(behavioral([TRICARE]), decided("ccm", "bhi", family="")) == {"ccm": "does_not"}
    assert "program_answers" not in october([TRICARE]).tables, "nobody takes part"


def test_the_answer_for_a_program_is_recorded_by_itself() -> None:
    told = {"tricare|||bhi": RECORDED}
    assert asked(behavioral([TRICARE], recorded=told), decided("bhi")) == {"ccm": "does_not", "bhi": "covers"}
    both = {"commercial|SYN41|": RECORDED | {"answer": "does_not"}, "commercial|SYN41||bhi": RECORDED}
    found = behavioral([payer("commercial", payer_id="SYN41")], recorded=both)
    assert asked(found, decided("bhi")) == {"ccm": "does_not", "bhi": "covers"}


def test_an_own_entry_speaks_of_its_programs_only() -> None:
    own = {"payer_ids": ["SYN11"], "covers": "yes", "words": "As Medicare does", "since": "2026-01-01",
           "valid_until": "2026-12-31", "confidence": "primary", "source": "Contract of 2026, page 14"}  # fmt: skip
    found = behavioral([MA], own={"register": [own]})
    assert asked(found, decided("bhi")) == {"ccm": "covers", "bhi": "unknown"}
    found = behavioral([MA], own={"register": [own | {"programs": ["ccm", "bhi"]}]})
    assert "program_answers" not in found.tables


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({}, "no_part_b"),
        ({"commercial|SYN41|": RECORDED}, "no_part_b"),
        ({"commercial|SYN41||bhi": RECORDED}, ""),
        ({"commercial|SYN41||bhi": RECORDED | {"answer": "does_not"}}, "payer_answered_no"),
    ],
)
def test_a_month_of_another_family_is_decided_by_the_answer_for_it(recorded: Any, reason: str) -> None:
    time = [{"program": "bhi", "length": "25:00", "at": "2026-10-10 09:00"}]
    conditions = [{"icd10_code": "F32.9"}, {"icd10_code": "I10"}]
    covered = behavioral([payer("commercial", payer_id="SYN41")], recorded=recorded, conditions=conditions, time=time)
    found = decide(covered.tables, Month(2026, 10), rulebook(Month(2026, 10)), settings_of())["decisions"]
    row = found[found["program"] == "bhi"].iloc[0]
    assert (row["reason"], row["outcome"] == "bill") == (reason, not reason)


def test_a_key_says_about_which_program_it_is() -> None:
    key = Plan("commercial", "", "bhi").key
    assert program_of(key) == "ccm"
    assert program_of(key_for(key, "bhi")) == "bhi"
    assert key_for(key, "ccm") == key


def test_codes_of_an_entry_are_codes_of_its_programs(tmp_path: Any) -> None:
    entry = """entries:
  - {name: one, kinds: [commercial], covers: "yes", codes: ["%s"], bill: "The plan", words: "Words enough for it",
     since: 2015-01-01, confidence: primary, source: "A source with words"}
"""
    for code, said in (("99409", "not in the code catalogue"), ("99484", "a code of bhi"), ("99490", "")):
        path = tmp_path / f"{code}.yaml"
        path.write_text(entry % code, "utf-8")
        if said:
            with pytest.raises(RuleError, match=said):
                all_entries(path)
        else:
            assert all_entries(path)


def nobody(*coverages: list[dict[str, Any]]) -> dict[str, str]:
    rows = lists.asked_about(october(*coverages).tables, decided("ccm"))
    found = lists.nobody_known(rows, CASES.head(len(coverages)))
    return dict(zip(found["case_number"], found["reason"], strict=True))


def test_patients_of_whom_nobody_knows_who_pays_first() -> None:
    assert nobody([], [payer("unknown")], [payer("commercial")], [B, payer("commercial", 2)]) == {
        "C-000001": "no_coverage", "C-000002": "unknown_payer", "C-000003": "payer_not_named",
    }  # fmt: skip
    assert nobody([payer("qmb", state="OH")], [payer("commercial", payer_name="Trillium")]) == {}


@pytest.mark.parametrize(
    ("reason", "ways"),
    [
        ("no_coverage", ["Eligibility inquiry", "The Medicare Secondary Payer (MSP) questionnaire"]),
        ("unknown_payer", ["Eligibility inquiry", "The Medicare Secondary Payer (MSP) questionnaire"]),
        ("payer_not_named", ["The patient's card", "Eligibility inquiry"]),
    ],
)
def test_who_pays_is_found_out_by_why_it_is_asked(reason: str, ways: list[str]) -> None:
    found = questions().who_pays_by(reason)
    assert [one.words.startswith(way) for one, way in zip(found, ways, strict=True)] == [True] * len(ways)
    assert all(one.source for one in found)


def test_each_has_a_task_with_owner_day_and_steps_of_its_own() -> None:
    answers = lists.asked_about(october([payer("unknown")], [MA]).tables, decided("ccm"))
    found = lists.nobody_known(answers, CASES.head(2))
    (patient,) = lists.asked_patients(found)
    plans = lists.asked_plans(answers)
    day = dt.date(2026, 11, 10)
    tasks = [
        vars(one) | {"number": n, "state": "open", "owner": "billing", "due_date": day, "opened_date": day}
        for n, one in enumerate([patient, *plans], 1)
    ]
    rows = lists.worklist(answers, found, tasks, questions())
    assert list(rows["task_number"]) == ["T-000002", "T-000001"], "a plan serves more than one"
    mine = rows.iloc[1]
    assert (mine["case_number"], mine["owner"], mine["patients"]) == ("C-000001", "billing", 1)
    assert mine["due_date"] == pd.Timestamp(day)
    assert mine["steps"].startswith("1. Eligibility inquiry and answer (270/271) for the patient")
    assert "2. The Medicare Secondary Payer (MSP) questionnaire" in mine["steps"]
    assert not [words for words in ("3.", "fee schedule", "polic") if words in mine["steps"]]
    assert [f"{n}." in rows.iloc[0]["steps"] for n in range(1, 7)] == [True] * 5 + [False], "a plan has the five"
    assert "run the month again" in mine["question"]
    assert rows.iloc[0]["bill"].startswith("The plan, never Medicare's contractor"), "what is known stands beside it"
    assert pd.isna(mine["bill"])
    named = answers.assign(codes="99490", codes_not_covered="99491 99437")
    known = lists.worklist(named, found, tasks, questions())["known_codes"]
    assert known.iloc[0] == "covers 99490; does not cover 99491 99437"
    assert pd.isna(rows.iloc[0]["case_number"])
    assert lists.known_patients(CASES.head(2), found) == ["unknown|C-000002|"]
