"""Which case shows that each error of the list is stopped before the claim leaves; `make rows` prints the list.

Written by hand: a rule may stop several errors, so the case is one of this error's own facts. The
cases themselves are run where their topic is (test_scenarios.py, claim/test_scrub.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.denials import denials
from config.rulebook import all_rules
from config.strict_yaml import load_yaml

SCENARIOS = Path(__file__).parent / "scenarios"
STOPPED = {  # error: topic, rule, case
    "same_code_twice": ("scrub", "code_sent_twice", "two lines of 99490 on two days"),
    "another_practitioner_paid": (
        "exclusions",
        "billed_by_another_practitioner",
        "another practice billed 99490 this month",
    ),
    "add_on_alone": ("scrub", "base_not_on_claim", "99439 alone"),
    "units_above_absolute_limit": ("scrub", "units_over_absolute_limit", "three of 99439"),
    "more_than_one_unit": ("scrub", "units_over_absolute_limit", "two of 99490"),
    "units_above_appealable_limit": ("scrub", "units_over_appealable_limit", "three of 99437"),
    "two_families_in_month": ("scrub", "edit_bars_pair", "99490 and 99491 on one day"),
    "program_beside_its_rival": (
        "exclusions",
        "excluded_service_same_practitioner",
        "principal care under its codes of 2022",
    ),
    "beside_care_plan_oversight": ("exclusions", "excluded_service_same_practitioner", "home health supervision"),
    "beside_monthly_dialysis": (
        "exclusions",
        "excluded_service_same_practitioner",
        "monthly dialysis: excluded to this day, whatever the web says",
    ),
    "principal_beside_transitional": (
        "exclusions",
        "excluded_service_same_practitioner",
        "principal care beside one's own transitional care",
    ),
    "minutes_not_reached": ("documentation", "short_of_minutes", "nineteen minutes and fifty-nine seconds"),
    "minutes_rounded_up": ("documentation", "short_of_minutes", "nineteen minutes and fifty-nine seconds"),
    "consent_not_in_time": ("eligibility", "consent_missing", "twenty minutes wait for a consent"),
    "no_initiating_visit": ("eligibility", "initiating_visit_missing", "never seen"),
    "no_care_plan": ("eligibility", "care_plan_missing", "no plan"),
    "diagnoses_do_not_support": ("scrub", "too_few_chronic_diagnoses", "one chronic, one acute"),
    "service_during_stay": ("scrub", "service_date_on_stay_day", "in hospital"),
    "hospice_election": ("scrub", "hospice_modifier_missing", "elected, and nothing said"),
    "advantage_plan_pays": ("scrub", "advantage_plan_passed_over", "a plan since the first of the month"),
    "another_payer_first": ("scrub", "payer_out_of_order", "an employer's plan comes first"),
    "crossover_sent_twice": ("scrub", "handed_on_already", "the first payer handed it on a day ago"),
    "information_missing": ("scrub", "rendering_npi_invalid", "two digits exchanged"),
    "office_place_for_hospital_clinic": (
        "scrub",
        "place_not_of_setting",
        "an office's place on a hospital department's claim",
    ),
    "billed_as_telehealth": ("scrub", "telehealth_place", "02"),
    "dates_span_months": ("scrub", "service_date_outside_month", "the first of the next"),
    "not_covered_on_date": ("scrub", "coverage_not_in_force", "ended the day before"),
    "filed_late": ("scrub", "filing_limit_passed", "a year and a day"),
    "practitioner_not_enrolled": (
        "scrub",
        "enrolment_not_in_force",
        "the first day with Medicare comes after the service",
    ),
    "sent_to_wrong_contractor": ("scrub", "contractor_of_another_place", "Ohio's contractor is another"),
    "bundled_code_after_its_end": ("scrub", "code_not_in_force", "G0511 the day after its last"),
    "code_not_of_its_date": ("scrub", "code_not_in_force", "99437 in 2021"),
    "clinic_claim_returned": ("scrub", "cg_twice_a_day", "on both lines"),
    "care_planning_add_on_twice": ("exclusions", "g0506_twice", "care planning billed again a year later"),
    "visit_without_modifier": (
        "exclusions",
        "modifier_needed",
        "an office visit on the day of complex care management",
    ),
    "both_kinds_of_monitoring": (
        "exclusions",
        "excluded_service_same_practitioner",
        "monitoring time beside therapeutic monitoring time",
    ),
    "not_covered_by_plan": ("eligibility", "payer_answered_no", "the plan said that it does not"),
    "no_prior_authorization": ("eligibility", "authorization_not_on_file", "the plan wants one"),
    "same_service_in_group": (
        "exclusions",
        "billed_by_another_practitioner",
        "a colleague of the practice billed 99487",
    ),
    "aligned_to_a_model": ("eligibility", "aligned_to_model", "on the alignment file of ACCESS since July"),
}
# Sourced, and still a warning.
WARNED = {
    "units_above_appealable_limit": "the record may support them, and an appeal lifts the limit",
    "care_planning_add_on_twice": "G0506 is billed with the visit, not here",
    "visit_without_modifier": "the modifier goes on the visit, which is not billed here",
}


def case_of(error: str) -> dict[str, Any]:
    """The case that shows the error; KeyError when there is none of that name."""
    topic, rule, name = STOPPED[error]
    cases = load_yaml(SCENARIOS / f"{topic}.yaml")["cases"]
    return {(case["rule"], case["name"]): case for case in cases}[(rule, name)]


def main() -> None:
    """Print each error with its row: answers, the checks that stop it or why none can, the case, route and clock."""
    effects = {rule.name: rule.effect for rule in all_rules()}
    routes = denials().routes
    for error in denials().errors:
        route = routes[error.route]
        checks = ", ".join(f"{name} ({effects[name]})" for name in error.stopped_by)
        print(f"{error.row:2} {error.words}")
        print(f"   answer:  {error.denial}")
        print(f"   stopped: {checks or 'not before billing: ' + error.not_before}")
        if error.name in STOPPED:
            print(f"   shown:   {STOPPED[error.name][1]}, {STOPPED[error.name][2]}")
        print(f"   prevent: {error.prevent}\n   correct: {error.correct}")
        print(f"   route:   {error.route} ({route.clock.words if route.clock else 'no clock'})")


if __name__ == "__main__":
    main()
