"""Denied lines go again only where nothing of them is paid, beside what stands by then."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import InputError
from tasks.claim.asked import LineHeldError
from tasks.claim.send_out import send_again
from tasks.claim.signed import SignedMonth
from tasks.store.store import Store
from tests.claim.signed_months import NOW, rows, signed
from tests.claim.test_following import PAID_99490, PART, answered, asked
from tests.claim.validators import named

pytestmark = pytest.mark.slow


def sent_codes(file: Any) -> list[str]:
    return [one[1] for one in named(file.content, "SV1")]


def once_more(store: Store, month: SignedMonth, number: str, *lines: int) -> Any:
    with store.writing() as connection:
        return send_again(connection, month, asked(month), number, lines, NOW, anyway=True)


@pytest.mark.slow
def test_denied_as_a_whole_and_paid_in_part_only_a_named_line_goes_again(store: Store) -> None:
    month = signed({"staff": "45"})
    body = "CLP*{n}*1*167*51.84**MB*ICN5\nCAS*CO*97*72\nSVC*HC:99490*95*51.84**1\nCAS*CO*45*43.16"
    number = answered(store, month, body)
    with pytest.raises(InputError, match="name the denied line with --line"):
        once_more(store, month, number)
    with pytest.raises(InputError, match=f"Line 1 of {number} is paid"):
        once_more(store, month, number, 1)
    assert sent_codes(once_more(store, month, number, 2)) == ["HC:99439"]


@pytest.mark.parametrize(
    ("staff", "paid", "body"),
    [
        ("25", "50", "CLP*{n}*1*95*50**MB*ICN1\nSVC*HC:99490*95*50**1\nCAS*CO*45*43.16**151*1.84\nLQ*HE*N362"),
        (
            "65",
            "87.84",
            "CLP*{n}*1*239*87.84**MB*ICN1\nSVC*HC:99490*95*51.84**1\nCAS*CO*45*43.16\nSVC*HC:99439*72*36**1\n"
            "CAS*CO*45*36\nSVC*HC:99439*72*0**0\nCAS*CO*151*72\nLQ*HE*N362",
        ),
    ],
)
def test_a_line_paid_in_part_is_not_billed_again(store: Store, staff: str, paid: str, body: str) -> None:
    month = signed({"staff": staff})
    number = answered(store, month, body, paid)
    with pytest.raises(InputError, match="is paid, if not in full"):
        once_more(store, month, number)
    assert len(rows(store, "claim_number")) == 1


@pytest.mark.slow
def test_a_base_that_was_only_sent_again_does_not_stand_beside_its_further_unit(store: Store) -> None:
    month = signed({"staff": "45"})
    both = "CLP*{n}*4*167*0**MB*ICN1\nSVC*HC:99490*95*0**1\nCAS*CO*16*95\nLQ*HE*MA130\nSVC*HC:99439*72*0**1\n"
    number = answered(store, month, both + "CAS*CO*16*72\nLQ*HE*MA130", "0")
    assert sent_codes(once_more(store, month, number, 1)) == ["HC:99490"]
    with pytest.raises(LineHeldError):
        once_more(store, month, number, 2)
    answered(store, month, f"CLP*{{n}}*1*95*51.84*13.23*MB*ICN6\n{PAID_99490}", trace="T2")
    assert sent_codes(once_more(store, month, number, 2)) == ["HC:99439"]


@pytest.mark.slow
def test_a_line_that_went_alone_and_is_denied_again_goes_alone_once_more(store: Store) -> None:
    month = signed({"staff": "45"})
    number = answered(store, month, PART)
    once_more(store, month, number)
    second = answered(store, month, "CLP*{n}*4*72*0**MB*ICN6\nSVC*HC:99439*72*0**1\nCAS*CO*16*72", "0", "T2")
    assert second != number
    assert sent_codes(once_more(store, month, second)) == ["HC:99439"]
    assert [one[0] for one in rows(store, "state")] == ["part_paid", "denied", "written"]
