"""What a payer has paid is never billed again as if it were new."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.remit.post import post
from tasks.store.store import Store
from tests.claim.signed_months import rows, send, signed
from tests.claim.test_overpaid import TODAY, cases, money
from tests.remit.answers import answer

PAID_BASE = "SVC*HC:99490*95*51.84**1\nCAS*CO*45*43.16"
DENIED_MORE = "SVC*HC:99439*72*0**1\nCAS*CO*16*72\nLQ*HE*M53\nLQ*HE*MA130"
PART = f"CLP*{{n}}*1*167*51.84**MB*ICN1\n{PAID_BASE}\n{DENIED_MORE}"
OTHER_DIAGNOSES = {"conditions": [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]}


def said(store: Store, month: SignedMonth, body: str, cents: int = 0, trace: str = "T1", **told: str) -> str:
    """The month is sent, if it was not, and its last claim answered so; the claim's number."""
    if not rows(store, "claim_number"):
        send(store, month)
    number = str(rows(store, "claim_number")[-1][0])
    content = answer(body.replace("{n}", number), money(cents) if cents else "0", trace=trace, **told)
    assert post(store, f"{trace}.835", content, TODAY).in_suspense == 0
    return number


def by_hand(store: Store, month: SignedMonth) -> list[str]:
    with store.reading() as connection:
        return [one.action for one in difference(connection, month, drafted(month)).by_hand]


@pytest.mark.slow
@pytest.mark.parametrize("corrected", [{"staff": "45", **OTHER_DIAGNOSES}, {"staff": "25"}])
def test_a_line_sent_back_undecided_beside_a_paid_one_makes_no_new_claim(store: Store, corrected: Any) -> None:
    said(store, signed({"staff": "45"}), PART, 5184)
    month = signed(corrected, revision=2)
    assert send(store, month) == []
    assert by_hand(store, month) == ["clerical_reopening"]
    assert rows(store, "state") == [("part_paid",)]


@pytest.mark.slow
def test_sent_back_undecided_and_paid_later_it_makes_no_new_claim(store: Store) -> None:
    first = signed({"staff": "25"})
    back = "CLP*{n}*4*95*0**MB*ICN1\nMOA***MA130\nSVC*HC:99490*95*0**1\nCAS*CO*16*95"
    said(store, first, back, day="20261105")
    said(store, first, f"CLP*{{n}}*1*95*51.84**MB*ICN2\n{PAID_BASE}", 5184, "T2")
    month = signed({"staff": "45"}, revision=2)
    assert send(store, month) == []
    assert by_hand(store, month) == ["clerical_reopening"]


@pytest.mark.slow
def test_sent_back_undecided_and_denied_later_it_is_no_first_claim_any_more(store: Store) -> None:
    first = signed({"staff": "25"})
    refused = "SVC*HC:99490*95*0**1\nCAS*CO*16*95"
    said(store, first, f"CLP*{{n}}*4*95*0**MB*ICN1\nMOA***MA130\n{refused}", day="20261105")
    month = signed({"staff": "45"}, revision=2)
    assert by_hand(store, month) == []
    said(store, first, f"CLP*{{n}}*4*95*0**MB*ICN2\n{refused}", trace="T2")
    assert by_hand(store, month) == ["clerical_reopening"]


def test_a_paid_line_beside_one_sent_back_undecided_goes_back_when_the_month_bills_nothing(store: Store) -> None:
    number = said(store, signed({"staff": "45"}), PART, 5184)
    month = signed({"staff": "15"}, revision=2)
    assert send(store, month) == []
    assert by_hand(store, month) == ["refund"]
    assert cases(store, "claim_number", "cents", "state") == [(number, 5184, "open")]
