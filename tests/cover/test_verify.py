"""What each payer answers, what that rests on, and how long it holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from config.month import Month
from tasks.cover import lists
from tasks.cover.verify import Known
from tests.cover.month import RECORDED, B, listed, october, payer, queried

pytestmark = pytest.mark.slow

MA = payer("medicare_advantage", payer_id="SYN11", payer_name="Buckeye Advantage Plus", plan_id="H9901-001")
KEY = "medicare_advantage|SYN11|H9901-001"


def one(*coverages: dict[str, Any], place: int = 1, **more: Any) -> dict[str, Any]:
    rows = listed(october(list(coverages), **more))
    return dict(rows[rows["place"] == place].iloc[0])


@pytest.mark.parametrize(
    ("coverage", "answer", "reason"),
    [
        (B, "covers", "medicare_part_b"),
        (MA, "unknown", "medicare_advantage"),
        (payer("medicaid", state="TX"), "unknown", "medicaid_texas"),
        (payer("medicaid"), "unknown", "medicaid"),
        (payer("medicaid", state="WI"), "unknown", "medicaid_wisconsin"),
        (payer("medicaid", savings_program="qi"), "does_not", "savings_program_without_protection"),
        (payer("tricare"), "does_not", "tricare"),
        (payer("va"), "unknown", "va_community_care"),
        (payer("commercial"), "unknown", "commercial"),
        (payer("other"), "unknown", "commercial"),
        (payer("unknown"), "unknown", "unknown_payer"),
        (
            payer("commercial", payer_name="Horizon BCBSNJ"),
            "unknown",
            "horizon_new_jersey_first",
        ),  # no to some codes alone
    ],
)
def test_the_register_answers_by_kind_and_plan(coverage: dict[str, Any], answer: str, reason: str) -> None:
    found = one(coverage)
    assert (found["answer"], found["reason"]) == (answer, reason)


@pytest.mark.parametrize(
    ("second", "takes", "owes"),
    [
        (payer("medigap", 2, plan_letter="G"), ("all", "none"), "share"),
        (payer("medigap", 2, plan_letter="F"), ("all", "all"), "share"),
        (payer("medigap", 2, plan_letter="L"), ("75%", "none"), "share"),
        (payer("medigap", 2), ("unknown", "unknown"), "unknown"),
        (payer("tricare", 2), ("none", "none"), "share"),
        (payer("qmb", 2, state="OH"), ("unknown", "unknown"), "never"),
        (payer("medicaid", 2, state="OH", savings_program="slmb"), ("none", "none"), "share"),
    ],
)
def test_what_the_second_payer_takes(second: dict[str, Any], takes: tuple[str, str], owes: str) -> None:
    found = one(B, second, place=2)
    assert (found["takes_coinsurance"], found["takes_deductible"]) == takes
    assert found["patient_owes"] == owes


def test_a_qmb_owes_nothing_on_any_row_whoever_else_is_there() -> None:
    rows = listed(october([B, payer("medigap", 2, plan_letter="G"), payer("qmb", 3, state="TX")]))
    assert set(rows["patient_owes"]) == {"never"}


def test_a_recorded_answer_comes_before_the_register_and_serves_the_whole_plan() -> None:
    other = payer("medicare_advantage", payer_id="SYN11", payer_name="BUCKEYE", plan_id="h9901-001")
    another = payer("medicare_advantage", payer_id="SYN11", plan_id="H9901-002")
    rows = listed(october([MA], [other], [another], recorded={KEY: RECORDED}))
    assert list(rows["answer"]) == ["covers", "covers", "unknown"]
    first = rows.iloc[0]
    assert first["reason"] == "recorded_answer"
    assert "A-17" in first["evidence"]
    assert (first["source"], first["confidence"]) == ("Provider line, J. Roe", "secondary")
    assert first["valid_until"].date() == dt.date(2027, 10, 20)


def test_what_the_payer_did_not_say_of_the_share_stands_in_the_register() -> None:
    key = "medigap||G"
    answer = RECORDED | {"takes_deductible": "all"}
    found = one(B, payer("medigap", 2, plan_letter="G"), place=2, recorded={key: answer})
    assert (found["takes_coinsurance"], found["takes_deductible"]) == ("all", "all")
    assert one(MA, recorded={KEY: RECORDED | {"needs_authorization": True}})["needs_authorization"]


@pytest.mark.parametrize(
    ("month", "answer", "reason"),
    [
        (Month(2026, 9), "unknown", "medicare_advantage"),  # it does not hold yet
        (Month(2026, 10), "covers", "recorded_answer"),
        (Month(2026, 12), "unknown", "answer_expired"),  # it ended on the 30th
    ],
)
def test_an_answer_holds_from_day_to_day_and_is_asked_again(month: Month, answer: str, reason: str) -> None:
    told = RECORDED | {"valid_until": dt.date(2026, 12, 30)}
    covered = october([MA], recorded={KEY: told}, month=month)
    found = listed(covered).iloc[0]
    assert (found["answer"], found["reason"]) == (answer, reason)
    asked = lists.asked_plans(covered.tables["payer_answers"])
    assert [one.plan_key for one in asked] == ([] if answer == "covers" else [KEY])
    if reason == "answer_expired":
        assert "2026-12-30" in found["evidence"]


def test_a_payer_that_the_register_settles_is_not_asked_though_an_answer_expired() -> None:
    told = RECORDED | {"valid_until": dt.date(2026, 10, 30)}
    found = one(payer("tricare"), recorded={"tricare||": told})
    assert (found["answer"], found["reason"]) == ("does_not", "tricare")


def test_an_authorization_that_is_needed_is_on_file_or_not() -> None:
    told = {KEY: RECORDED | {"needs_authorization": True}}
    assert one(MA, recorded=told)["evidence"].endswith("; no authorization is on file")
    with_number = MA | {"authorization_number": "AU-1"}
    assert one(with_number, recorded=told)["evidence"].endswith("; an authorization is on file")
    assert "AU-1" not in one(with_number, recorded=told)["evidence"]
    rows = october([MA], [with_number], recorded=told).tables["payer_answers"]
    assert list(rows["authorized"]) == [False, True]


def test_when_the_practice_looked_stands_where_no_eligibility_answer_does() -> None:
    assert one(B | {"verified_date": "2026-10-02"})["eligibility"] == "looked up by the practice on 2026-10-02"


OWN: dict[str, Any] = {
    "payer_ids": ["SYN11"], "covers": "yes", "authorization": "not_needed", "patient_owes": "share",
    "words": "As Medicare does", "since": "2026-01-01", "valid_until": "2026-12-31", "confidence": "primary",
    "source": "Contract of 2026, page 14",
}  # fmt: skip


def test_the_practices_own_entry_comes_before_the_register_and_behind_a_recorded_answer() -> None:
    own = {"register": [OWN]}
    assert one(MA, own=own)["reason"] == "own_entry"
    assert one(MA, own=own)["answer"] == "covers"
    assert one(MA, own=own, recorded={KEY: RECORDED | {"answer": "does_not"}})["answer"] == "does_not"
    assert one(MA, own=own, month=Month(2027, 1))["reason"] == "medicare_advantage", "its year is over"
    assert one(MA, own={"register": [OWN | {"plans": ["H9901-009"]}]})["reason"] == "medicare_advantage"


def test_of_two_own_entries_that_of_the_plan_counts() -> None:
    own = {"register": [OWN, OWN | {"plans": ["H9901-001"], "covers": "no"}]}
    assert one(MA, own=own)["answer"] == "does_not"


def test_a_payer_follows_the_policy_that_the_practice_names() -> None:
    found = one(payer("commercial", payer_id="54704"), own={"policies": {"54704": "independence"}})
    assert (found["reason"], found["patient_owes"]) == ("independence", "not_billed")


def test_only_what_was_said_to_the_practice_counts_as_recorded() -> None:
    rows = october([MA], [B], [payer("tricare")], recorded={KEY: RECORDED}).tables["payer_answers"]
    assert list(rows["recorded"]) == [True, False, False]


def test_what_contradicts_itself_is_not_recorded_whatever_was_answered() -> None:
    rows = october([MA, payer("commercial")], recorded={KEY: RECORDED}).tables["payer_answers"]
    assert not rows["recorded"].any()


def test_plans_are_asked_once_however_many_patients_and_unknown_payers_not_at_all() -> None:
    nameless, insurer = payer("commercial"), payer("commercial", payer_name="Trillium Group Health")
    covered = october(*[[MA]] * 5, [payer("unknown")], [payer("medicaid", 2, state="OH"), B], [nameless], [insurer])
    asked = lists.asked_plans(covered.tables["payer_answers"])
    assert [one.plan_key for one in asked] == ["commercial|trilliumgrouphealth|", "medicaid||OH", KEY]
    assert queried(covered) == {"payer_not_named": False}


def test_a_plan_that_nobody_knows_is_asked() -> None:
    known = Known(october([B]).payers and _nothing(), october_settings(), {})
    row = {"plan_key": "x||", "kind": "other", "payer_id": "", "payer_name": "", "plan_letter": "", "plan_id": ""}
    found = known.answer(row | {"state": "", "savings_program": "", "first": True}, dt.date(2026, 10, 31))
    assert (found.answer, found.reason, found.asks) == ("unknown", "nothing_known", True)


def _nothing() -> Any:
    from config.payer_register import Register

    return Register(Month(2026, 10), (), (), ())


def october_settings() -> Any:
    from config.payer_settings import PayerSettings

    return PayerSettings()
