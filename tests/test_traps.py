"""The twenty traps by name: those that are cases in scenarios/traps.yaml, and the others here.

The last part are defects found in code that others published, each as a test that it is not ours.
"""

from __future__ import annotations

import re

import pytest

from config.catalogue import catalogue
from config.errors import RuleError
from config.month import Month
from config.rulebook import all_rules, load_rulebook
from tests.published import TRAPS, Told, check, together, told
from tests.qualify.cases import codes_of, decided, seconds_by_disposition
from tests.qualify.together import decided_apart
from tests.route.test_cases import option

CASES = told(TRAPS)
TOGETHER = together(CASES)
ELSEWHERE = {
    18: "test_trap_18_a_duplicate_is_oa_18_and_a_rejected_claim_is_not_appealed",
    19: "test_trap_19_a_qualified_beneficiary_is_never_billed_in_the_months_of_that_status",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_trap(case: Told) -> None:
    check(case, TOGETHER.result(case.facts, case.month, case.settings))


def test_each_of_the_twenty_stands_somewhere() -> None:
    assert {case["trap"] for case in TRAPS["cases"]} | set(ELSEWHERE) == set(range(1, 21))
    assert all(name in globals() for name in ELSEWHERE.values())


def test_trap_4_every_code_of_a_month_or_day_of_dialysis_excludes() -> None:
    codes = [str(code) for code in range(90951, 90971)]
    services = [{"code": code, "service_date": "2026-10-20", "billed_by": "same_practitioner"} for code in codes]
    results = decided_apart([{"staff": "25", "other_services": [service]} for service in services])
    for code, result in zip(codes, results, strict=True):
        assert result["decisions"]["outcome"].tolist() == ["not_billable"], code


def test_trap_5_practitioners_and_hospitals_have_their_own_limits() -> None:
    limits = catalogue().codes["99489"].limits
    assert (limits.practitioner_units, limits.hospital_units) == (10, 4)
    assert catalogue().codes["99439"].limits.practitioner_mai == 2
    assert catalogue().codes["99437"].limits.practitioner_mai == 3


def test_trap_18_a_duplicate_is_oa_18_and_a_rejected_claim_is_not_appealed() -> None:
    denials = {rule.name: rule.denial for rule in all_rules()}
    assert denials["already_billed"].startswith("OA-18")
    assert not any(re.search(r"CO-18\b", denial) for denial in denials.values())


def test_trap_19_a_qualified_beneficiary_is_never_billed_in_the_months_of_that_status() -> None:
    asked = ("2026-10-05", "cannot_pay")
    assert option(asked, kinds=("medicare_part_b", "qmb")) == "qmb_never_billed"
    assert option(asked) != "qmb_never_billed"


def test_2027_is_not_loaded_and_stops() -> None:
    with pytest.raises(RuleError, match="2027-01"):
        load_rulebook(Month(2027, 1))


# Defects of published code.


def test_defect_nineteen_and_a_half_minutes_do_not_round_to_twenty() -> None:
    assert codes_of({"staff": "19:30"}) == ""


def test_defect_a_hundred_minutes_are_not_four_add_ons() -> None:
    assert codes_of({"staff": "100"}) == "99490 x1 99439 x2"


def test_defect_the_date_of_service_lies_in_the_month() -> None:
    late = {"time": [{"at": "2026-10-31 23:50", "length": "30"}, {"at": "2026-10-30 09:00", "length": "15"}]}
    line = decided([late])["code_lines"].iloc[0]
    assert str(line["service_date"].date()) == "2026-10-31"


def test_defect_a_month_without_a_diagnosis_is_not_billed() -> None:
    assert codes_of({"staff": "25", "conditions": []}) == ""


def test_defect_advanced_primary_care_is_not_what_too_few_minutes_become() -> None:
    result = decided([{"staff": "19"}])
    assert result["decisions"]["program"].tolist() == ["ccm"]
    assert result["code_lines"].empty


@pytest.mark.parametrize(
    ("ccm", "rpm", "outcomes", "seconds"),
    [
        # Twenty minutes each, ten of them the same: thirty in all, and the later ten alone are no unit of 2025.
        ("09:00", "09:10", {"ccm": "bill", "rpm": "short"}, {"counted": 1800, "counted_elsewhere": 600}),
        ("09:00", "09:00", {"ccm": "bill", "rpm": "short"}, {"counted": 1200, "counted_elsewhere": 1200}),
        ("09:00", "09:20", {"ccm": "bill", "rpm": "bill"}, {"counted": 2400}),
    ],
)
def test_defect_minutes_of_two_programs_are_not_counted_twice(
    ccm: str, rpm: str, outcomes: dict[str, str], seconds: dict[str, int]
) -> None:
    time = [
        {"at": f"2025-10-10 {begins}", "length": "20", "program": program}
        for program, begins in (("ccm", ccm), ("rpm", rpm))
    ]
    result = decided([{"consents": [{}, {"program": "rpm"}], "time": time}], "2025-10")
    assert result["decisions"].set_index("program")["outcome"].to_dict() == outcomes
    assert seconds_by_disposition(result) == seconds


def test_defect_minutes_of_one_program_do_not_fill_up_another() -> None:
    time = [{"at": "2026-10-10 09:00", "length": "20", "program": "rpm"}]
    result = decided([{"consents": [{}, {"program": "rpm"}], "time": time}])
    assert result["decisions"].set_index("program")["outcome"].to_dict() == {"ccm": "short", "rpm": "bill"}


def test_defect_seconds_are_added_before_they_become_minutes() -> None:
    calls = [{"at": f"2026-10-{day:02d} 09:00", "length": "1:31"} for day in range(1, 14)]  # 13 calls, 19:43 in all
    assert codes_of({"time": calls}) == ""


def test_defect_the_day_of_the_work_counts_and_not_the_day_of_the_entry() -> None:
    time = [{"at": "2026-09-30 09:00", "length": "25", "entered_at": "2026-10-02 09:00"}]
    assert codes_of({"time": time}) == ""
    assert codes_of({"time": time}, "2026-09") == "99490 x1"


def test_defect_revenue_is_not_forty_dollars_a_patient() -> None:
    amounts = [
        int(decided([{"staff": length}])["decisions"]["expected_cents"].iloc[0]) for length in ("20", "40", "60")
    ]
    assert amounts == [6613, 11657, 16701]


def test_defect_medicare_is_not_recognised_by_a_part_of_a_name() -> None:
    coverages = [{"priority": 1, "payer_kind": "commercial", "payer_name": "Medicare Plus", "start_date": "2020-01-01"}]
    assert codes_of({"staff": "25", "coverages": coverages}) == ""


def test_defect_a_patient_who_died_is_in_one_bucket_and_not_billed() -> None:
    decision = decided([{"staff": "25", "patient": {"death_date": "2026-09-30"}}])["decisions"]
    assert decision["outcome"].tolist() == ["not_billable"]
