"""What a claim cannot be written without is held with a sentence; nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.claim.assemble import Charges
from tasks.claim.needs import needs
from tasks.claim.signed import drafted
from tasks.store.store import Store
from tests.claim.signed_months import PART_B, claim_settings_of, covered, send, signed

NOTHING = Charges({}, None)


def lacks(**facts: Any) -> list[tuple[str, str]]:
    """Name and numbers of what the only claim of the month lacks."""
    made = {name: facts.pop(name) for name in ("setting", "month", "charges", "settings", "payer") if name in facts}
    return [(need.need, numbers) for _, need, numbers in drafted(signed({"staff": "25", **facts}, **made)).held]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"charges": NOTHING}, [("charge_missing", "codes=99490")]),
        ({"charges": Charges({}, 150), "settings": claim_settings_of(charge_percent_of_allowed=150)}, []),
        ({"payer": {"payer_kind": "unknown"}}, [("payer_unknown", "payer_kind=unknown")]),
        ({"coverages": covered(PART_B | {"payer_id": None})}, [("payer_identifier_missing", "payer_order=1")]),
        ({"coverages": covered(PART_B | {"member_id": "*"})}, [("member_identifier_missing", "payer_order=1")]),
        ({"patient": {"last_name": "李"}}, [("patient_name_not_writable", "")]),
        ({"patient": {"zip": "4540"}}, [("patient_zip_wrong", "digits=4")]),
        ({"patient": {"zip": None}}, [("patient_address_incomplete", "")]),
        ({"patient": {"city": "E*"}}, [("patient_address_incomplete", "")]),
        ({"patient": {"address": None}}, [("patient_address_incomplete", "")]),
        (
            {"setting": "hopd_off_campus", "month": "2025-05"},
            [("off_campus_modifier_missing", "allowed=PN or PO")],
        ),
        (
            {"setting": "rhc", "month": "2026-05", "settings": claim_settings_of(revenue_codes={})},
            [("revenue_code_open", "revenue_code=052X")],
        ),
    ],
)
def test_what_is_lacking_is_named(facts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert lacks(**facts) == expected


UNASSIGNED = {"settings": claim_settings_of(accepts_assignment=False)}
ABOVE = [("charge_above_limit", "codes=99490; limit_cents=4687")]


@pytest.mark.parametrize(
    ("charge", "facts", "expected"),
    [
        (4687, UNASSIGNED, []),  # 42.91 in 2015: 95 percent are 40.76, and 115 percent of those 46.87
        (4688, UNASSIGNED, ABOVE),
        (4688, {}, []),  # with assignment Medicare's amount is all that anybody pays
        (4688, UNASSIGNED | {"payer": {"payer_kind": "medicare_advantage"}}, []),
    ],
)
def test_a_claim_without_assignment_stays_within_the_limiting_charge(
    charge: int, facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert lacks(month="2015-05", charges=Charges({"99490": charge}, None), **facts) == expected


def test_the_limit_is_that_of_all_units_of_a_line() -> None:
    made = {"month": "2026-05", "staff": "60", "charges": Charges({}, 150), **UNASSIGNED}
    assert lacks(**made) == [("charge_above_limit", "codes=99490 99439; limit_cents=7224 11020")]
    assert lacks(**made | {"charges": Charges({}, 109)}) == []


def test_no_limit_is_made_up_where_no_amount_is_loaded_or_no_schedule_pays() -> None:
    charges = Charges({"99457": 99900, "99458": 4525, "99490": 99900}, None)
    time = [{"at": "2026-05-10 09:00", "length": "45", "program": "rpm"}]
    rpm = {"staff": "0", "consents": [{"program": "rpm"}], "time": time}
    assert lacks(month="2026-05", charges=charges, **UNASSIGNED, **rpm) == []
    assert lacks(setting="fqhc", month="2026-05", charges=charges, **UNASSIGNED) == []


def test_an_amount_that_is_only_recalled_holds_no_claim() -> None:
    """A nurse practitioner's share of the schedule is recalled, and so is any limit that would be made of it."""
    charges = Charges({"99490": 4687}, None)
    assert lacks(month="2015-05", credential="NP", charges=charges, **UNASSIGNED) == []
    charges = Charges({"99490": 4688}, None)
    assert lacks(month="2015-05", credential="MD", charges=charges, **UNASSIGNED) == ABOVE


def test_only_the_claim_that_lacks_something_waits(store: Store) -> None:
    (file,) = send(store, signed({"staff": "25"}, {"staff": "25", "patient": {"city": None}}))
    assert file.claims == 1


def test_a_charge_is_for_every_unit_and_a_part_of_a_cent_is_a_cent() -> None:
    assert Charges({"99490": 9500}, 200).of("99490", 2, 1) == 19000
    assert Charges({}, 150).of("99490", 2, 6613) == 9920
    assert Charges({}, 150).of("99490", 1, None) is None


def test_every_need_says_who_supplies_it_and_how() -> None:
    assert {need.owner for need in needs().values()} == {"billing", "care_team"}
    assert not [need for need in needs().values() if need.words.endswith(".") or need.fix.endswith(".")]
