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
