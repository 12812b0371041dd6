"""Where a date of service moves, all that goes by it: the amounts of the claim and of what was not chosen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.qualify.cases import decided

LATE_PLAN = {"established_date": "2024-03-12", "signed_date": "2024-03-12", "copy_given_date": "2024-03-12"}


def early_in_march(**case: Any) -> dict[str, Any]:
    """Minutes reached on the fifth of March 2024; the conversion factor rose on the ninth."""
    return {"time": [{"at": "2024-03-05 10:00", "length": "20"}], **case}


@pytest.mark.parametrize(("plans", "day", "cents", "share"), [({}, 5, 6156, 1231), ([LATE_PLAN], 12, 6258, 1252)])
def test_a_claim_is_paid_by_the_day_that_it_carries(plans: Any, day: int, cents: int, share: int) -> None:
    result = decided([early_in_march(**({"care_plans": plans} if plans else {}))], "2024-03")
    decision, line = result["decisions"].iloc[0], result["code_lines"].iloc[0]
    assert (decision["service_date"].day, line["service_date"].day) == (day, day)
    for row in (decision, line, result["candidates"].iloc[0]):
        assert (row["expected_cents"], row["coinsurance_cents"]) == (cents, share)


def test_a_clinics_bundled_code_too() -> None:
    assert decided([early_in_march(setting="rhc")], "2024-03")["decisions"].loc[0, "expected_cents"] == 7171
    moved = decided([early_in_march(setting="rhc", care_plans=[LATE_PLAN])], "2024-03")["decisions"].iloc[0]
    assert (moved["codes"], moved["expected_cents"]) == ("G0511 x1", 7290)


def test_candidates_that_were_not_chosen_are_dated_and_priced_alike() -> None:
    time = [{"at": "2024-03-05 10:00", "length": "30", "performer_id": "D1"}]
    rows = decided([{"time": time, "care_plans": [LATE_PLAN]}], "2024-03")["candidates"].set_index("family")
    assert rows["expected_cents"].to_dict() == {"staff": 6258, "personal": 8455}


def test_each_candidate_is_dated_by_the_edits_of_its_own_codes() -> None:
    """G0506 on the eighth bars complex care of that day and no staff care: only the first is paid by the new factor."""
    service = {"code": "G0506", "service_date": "2024-03-08", "billed_by": "same_practitioner"}
    case = {
        "time": [{"at": "2024-03-08 10:00", "length": "60"}],
        "medical_decisions": [{"practitioner_id": "D1", "decided_date": "2024-03-03", "level": "high"}],
        "other_services": [service],
    }
    result = decided([case], "2024-03", choose_family="staff")
    assert result["candidates"].set_index("family")["expected_cents"].to_dict() == {"staff": 15586, "complex": 13415}
    assert result["decisions"].loc[0, "service_date"].day == 8
    assert "dated_past_edit" not in set(result["findings"]["rule"])
    chosen = decided([case], "2024-03", choose_family="complex")
    assert (chosen["decisions"].loc[0, "service_date"].day, chosen["decisions"].loc[0, "expected_cents"]) == (9, 13415)
    assert "dated_past_edit" in set(chosen["findings"]["rule"])


def test_no_date_moves_past_the_end_of_the_billers_enrolment() -> None:
    """A visit asks for a modifier on the tenth; the next day needs none, but nobody may bill it any more."""
    visits = [
        {"practitioner_id": "D1", "visit_date": "2025-01-20", "code": "99214", "ccm_discussed": True},
        {"practitioner_id": "D1", "visit_date": "2026-10-10", "code": "99213"},
    ]
    case = {
        "staff": "60",
        "visits": visits,
        "medical_decisions": [{"practitioner_id": "D1", "decided_date": "2026-10-03", "level": "high"}],
    }
    for ended, day in (
        ({}, 11),
        ({"enrolment_ended_date": "2026-10-10"}, 10),
        ({"enrolment_ended_date": "2026-12-31"}, 11),
    ):
        found = decided([case | {"enrolled": ended}], "2026-10", choose_family="complex")["decisions"].iloc[0]
        assert found["service_date"].day == day, ended
