"""What a patient is let off comes off what Medicare is billed too, and off no other payer's bill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tasks.claim.assemble import Charges
from tasks.claim.drafts import Payer
from tasks.claim.signed import drafted, taken_off
from tests.claim.signed_months import CHARGES, PLAN, signed

STAFF_20 = {"staff": "25"}
TODAY = date(2026, 11, 3)
MEDICARE, ANOTHER = Payer("medicare_part_b", "", "", ""), Payer("medicare_advantage", "", "", "")


def charged(percent: int, **how: Any) -> tuple[int, int]:
    """The charge of the month's one line and the patient's share of it."""
    plain = signed(STAFF_20, **how)
    (row,) = plain.lines.to_dict("records")
    off = {str(row["case_number"]): percent} if percent else {}
    (draft,) = drafted(signed(STAFF_20, charges=Charges(CHARGES, None, off), **how)).ready
    return draft.charge_cents, int(row["coinsurance_cents"])


def test_half_a_share_let_off_comes_off_the_charge_to_the_cent() -> None:
    before, share = charged(0)
    assert share > 0
    assert charged(50) == (before - (share * 50 + 50) // 100, share)
    assert charged(100) == (before - share, share)


def test_a_plan_is_billed_as_ever() -> None:
    assert charged(50, payer=PLAN)[0] == charged(0, payer=PLAN)[0]


@pytest.mark.parametrize(
    ("charge", "share", "payer", "expected"),
    [
        (9500, 1200, MEDICARE, 8900), (9500, 1200, ANOTHER, 9500), (None, 1200, MEDICARE, None),
        (9500, None, MEDICARE, 9500), (500, 1200, MEDICARE, 1), (0, 1200, MEDICARE, 0), (9500, 1201, MEDICARE, 8899),
    ],
)  # fmt: skip
def test_the_charge_once_half_the_share_is_taken_off(
    charge: int | None, share: int | None, payer: Payer, expected: int | None
) -> None:
    assert Charges({}, None, {"C-000001": 50}).reduced(charge, share, "C-000001", payer) == expected
    assert Charges({}, None, {"C-000001": 50}).reduced(charge, share, "C-000002", payer) == charge


def test_the_last_determination_that_holds_today_is_followed() -> None:
    whole = {"kind": "hardship", "granted": True, "mirrored": True, "until_date": TODAY, "reduced_percent": 100}
    rows = [
        {"case_number": "C-1", "decided_date": TODAY - timedelta(9)} | whole,
        {"case_number": "C-1", "decided_date": TODAY} | whole | {"reduced_percent": 40},
        {"case_number": "C-2", "decided_date": TODAY} | whole | {"granted": False},
        {"case_number": "C-3", "decided_date": TODAY} | whole | {"mirrored": False},
        {"case_number": "C-4", "decided_date": TODAY + timedelta(1)} | whole,
        {"case_number": "C-5", "decided_date": TODAY - timedelta(9)} | whole | {"until_date": TODAY - timedelta(1)},
        {"case_number": "C-6", "decided_date": TODAY - timedelta(9)} | whole,
        {"case_number": "C-6", "decided_date": TODAY - timedelta(3)} | whole | {"granted": False, "mirrored": False},
        {"case_number": "C-7", "decided_date": TODAY - timedelta(9)} | whole,
        {"case_number": "C-7", "decided_date": TODAY} | whole | {"kind": "sliding_fee", "mirrored": False},
    ]
    assert taken_off(pd.DataFrame(rows), TODAY) == {"C-1": 40, "C-7": 100}
    assert taken_off(pd.DataFrame(rows[:0], columns=list(rows[0])), TODAY) == {}
