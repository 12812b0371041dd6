"""An eligibility answer held against what is on file: where the two disagree, it is told by name."""

from __future__ import annotations

from typing import Any

import pytest

from config.month import Month
from tests.cover.answers_271 import (
    DEDUCTIBLE,
    HOSPICE,
    MBI,
    MEDICARE,
    NURSING,
    OTHER_PAYER,
    PART_A,
    PLAN,
    QMB,
    Asked,
    answer,
)
from tests.cover.month import B, listed, october, payer, queried, told

pytestmark = pytest.mark.slow

MA = payer("medicare_advantage", payer_id="SYN11", plan_id="H9901-001", member_id="SYN-1")
ON_QMB = payer("qmb", 2, state="OH")
STAY = {"admit_date": "2026-09-20", "discharge_date": None}


def asked(*benefits: str, **more: Any) -> bytes:
    return answer(Asked(benefits=(*MEDICARE, *benefits)), **more)


@pytest.mark.parametrize(
    ("coverages", "content", "expected"),
    [
        ([B], asked(), {}),
        ([B], asked(*PLAN), {"plan_not_on_file": True}),
        ([MA, B | {"priority": 2}], asked(*PLAN), {}),
        ([B], answer(Asked(benefits=PART_A)), {"part_b_not_active": True}),
        ([B], answer(Asked(benefits=(*PART_A, "EB*1**30*MB", "DTP*291*D8*20261101"))), {"part_b_not_active": True}),
        ([B], answer(Asked(benefits=("EB*6**30",))), {"part_b_not_active": True}),
        ([B], asked(*OTHER_PAYER), {"other_payer_first": True}),
        ([payer("commercial", payer_id="IRON1"), B | {"priority": 2}], asked(*OTHER_PAYER), {}),
        ([B], asked(*HOSPICE), {"hospice_not_on_file": True}),
        ([B], asked(*NURSING), {"facility_not_on_file": False}),
        ([B], asked(*QMB), {"qmb_not_on_file": False}),
        ([B, ON_QMB], asked(*QMB), {}),
        ([B, ON_QMB], asked(), {"qmb_not_confirmed": False}),
        ([B, ON_QMB], answer(Asked(refusals=("42",))), {"not_found_by_payer": False}),
        ([B], answer(Asked(born="19410101", benefits=(*MEDICARE, *PLAN))), {"somebody_else": False}),
        ([B], answer(Asked(benefits=("EB*1**30*MB", "DTP*291*D8*nonsense"))), {"answer_not_readable": False}),
        ([B], answer(Asked(member="2AA1TE5MK74", benefits=PLAN)), {}),
        ([B], asked("EB*1**30*QM", "DTP*291*RD8*20250101-20260930"), {}),  # it ended before
        ([B], asked("EB*R**30*HN", "DTP*290*RD8*20250101-20260930"), {}),
    ],
)
def test_where_they_disagree(coverages: list[dict[str, Any]], content: bytes, expected: dict[str, bool]) -> None:
    assert queried(october(coverages, answers=told(content))) == expected


def test_what_is_on_file_of_stays_answers_hospice_and_facility() -> None:
    answers = told(asked(*HOSPICE, *NURSING))
    both = [STAY | {"kind": "hospice"}, STAY | {"kind": "snf_part_a"}]
    assert queried(october([B], answers=answers, stays=both)) == {}


def test_a_disagreement_that_holds_makes_the_answer_conflicting_and_others_do_not() -> None:
    assert list(listed(october([B], answers=told(asked(*PLAN))))["answer"]) == ["conflicting"]
    assert list(listed(october([B], answers=told(asked(*QMB))))["answer"]) == ["covers"]


def test_who_is_a_qmb_by_the_answer_alone_owes_nothing_at_once() -> None:
    rows = listed(october([B, payer("medigap", 2, plan_letter="G")], answers=told(asked(*QMB))))
    assert set(rows["patient_owes"]) == {"never"}


def test_who_is_a_qmb_on_file_alone_is_protected_until_the_state_has_answered() -> None:
    assert set(listed(october([B, ON_QMB], answers=told(asked())))["patient_owes"]) == {"never"}


def test_what_it_shows_is_said_with_its_day_and_the_deductible_left_stands_with_part_b() -> None:
    row = listed(october([B], answers=told(asked(*DEDUCTIBLE)))).iloc[0]
    assert row["eligibility"] == (
        "Part A since 2005-01-01; Part B since 2005-01-01; Part B deductible left $41.50 since 2026-01-01 "
        "to 2026-12-31 (answer of 2026-10-05)"
    )
    assert row["deductible_left_cents"] == 4150
    second = listed(october([B, payer("medigap", 2, plan_letter="G")], answers=told(asked(*DEDUCTIBLE)))).iloc[1]
    assert second["deductible_left_cents"] is None or str(second["deductible_left_cents"]) == "<NA>"


def test_the_latest_answer_counts() -> None:
    early, late = asked(*PLAN, day="20261002"), asked(day="20261020")
    assert queried(october([B], answers=told(early, late))) == {}
    assert queried(october([B], answers=told(late, early))) == {}
    same_day = asked(day="20261002", number=2)
    assert queried(october([B], answers=told(early, same_day))) == {}, "of one day the one that was read last"


def test_an_answer_of_an_earlier_month_says_nothing_of_this_one() -> None:
    assert queried(october([B], answers=told(asked(*PLAN, day="20260930")))) == {}
    assert queried(october([B], answers=told(asked(*PLAN, day="20260930")), month=Month(2026, 9))) == {
        "plan_not_on_file": True
    }


def test_an_answer_is_its_members_alone() -> None:
    other = B | {"member_id": "2AA1TE5MK74"}
    rows = listed(october([B], [other], answers=told(asked(*PLAN))))
    assert list(rows["answer"]) == ["conflicting", "covers"]


def test_of_two_patients_with_one_number_the_birth_date_tells() -> None:
    family = [payer("commercial", payer_id="SYN41", member_id="FAM1")]
    answers = told(answer(Asked("FAM1", "19410202", ("EB*1**30*CI",))))
    covered = october(family, family, answers=answers, births=("1940-01-01", "1941-02-02"))
    assert queried(covered) == {}
    assert list(listed(covered)["eligibility"]) == ["", "in force (answer of 2026-10-05)"]


def test_an_insurers_answer_says_nothing_of_medicare() -> None:
    covered = october(
        [B, payer("commercial", 2, member_id="SYN0001", payer_id="SYN41")],
        answers=told(answer(Asked("SYN0001", benefits=("EB*R**30*HM", "EB*R**30*12")), payer=("TRILLIUM", "SYN41"))),
    )
    assert queried(covered) == {}


def test_a_number_is_known_however_it_is_written() -> None:
    assert "-" in B["member_id"]
    assert B["member_id"].replace("-", "") == MBI
    assert listed(october([B], answers=told(asked())))["eligibility"].iloc[0].startswith("Part A since 2005-01-01")
