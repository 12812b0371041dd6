"""A month that is taken back or corrected after payment: what becomes of the claim that the second payer had."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.claim.tell import corrections_frame
from tasks.remit.post import post
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, PART_B, covered, remit, rows, send, signed
from tests.claim.test_left_over import SECOND, SECOND_PAYER
from tests.claim.test_overpaid import TODAY, cases, refund
from tests.remit.answers import answer

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered


def month(staff: str, revision: int) -> SignedMonth:
    return signed({"staff": staff, "coverages": covered(PART_B, MEDIGAP)}, revision=revision)


def sent_to_both(store: Store) -> tuple[str, str]:
    """The first payer paid; the second's claim is out and not answered."""
    whole = month("25", 1)
    send(store, whole)
    remit(store, str(rows(store, "claim_number")[0][0]))
    send(store, whole)
    (first,), (second,) = rows(store, "claim_number")
    return str(first), str(second)


def told(store: Store, found: SignedMonth) -> dict[str, tuple[str, str, str]]:
    """Action, state and what to do, by claim number, as the list of corrections has them."""
    with store.reading() as connection:
        left = difference(connection, found, drafted(found))
    frame = corrections_frame([*left.by_hand, *left.behind])
    names = ["action", "state", "fix"]
    return {str(row["claim_number"]): tuple(map(str, row[names])) for _, row in frame.iterrows()}


def pays(store: Store, second: str) -> None:
    content = answer(SECOND.format(n=second), "13.23", trace="T2", day="20261121", **SECOND_PAYER)
    assert post(store, "T2.835", content, TODAY).in_suspense == 0


def test_the_second_payers_open_claim_is_named_with_what_to_do(store: Store) -> None:
    first, second = sent_to_both(store)
    assert told(store, month("25", 1)) == {}
    send(store, month("15", 2))
    found = told(store, month("15", 2))
    assert found[first][0] == "refund"
    action, state, fix = found[second]
    assert (action, state) == ("withdraw", "written")
    assert "Founders F" in fix
    assert second in fix
    assert cases(store, "claim_number", "why") == [(first, "decision_changed")], "the case of the first is as before"


def test_what_the_second_payer_paid_is_to_be_paid_back_until_it_was(store: Store) -> None:
    first, second = sent_to_both(store)
    pays(store, second)
    assert told(store, month("25", 1)) == {}
    send(store, month("15", 2))
    assert [one[0] for one in told(store, month("15", 2)).values()] == ["refund", "refund"]
    assert sorted(cases(store, "claim_number", "open_cents")) == sorted([(first, 5184), (second, 1323)])
    refund(store, second, "13.23")
    assert list(told(store, month("15", 2))) == [first]


def test_what_the_second_payer_refused_needs_nothing(store: Store) -> None:
    first, second = sent_to_both(store)
    body = f"CLP*{second}*4*95*0**12*S1\nSVC*HC:99490*95*0**1\nCAS*PR*204*95"
    assert post(store, "T2.835", answer(body, trace="T2", **SECOND_PAYER), date(2026, 12, 1)).in_suspense == 0
    assert list(told(store, month("15", 2))) == [first]


def test_a_month_billed_otherwise_names_the_second_claim_beside_the_first(store: Store) -> None:
    first, second = sent_to_both(store)
    found = told(store, month("65", 2))
    assert found[first][0] == "clerical_reopening"
    assert found[second][0] == "corrected_claim"
    assert first in found[second][2]


def test_what_the_second_payer_answered_without_money_needs_nothing(store: Store) -> None:
    first, second = sent_to_both(store)
    body = f"CLP*{second}*2*95*0*13.23*12*S1\nSVC*HC:99490*95*0**1\nCAS*OA*23*81.77\nCAS*PR*1*13.23"
    assert post(store, "T2.835", answer(body, trace="T2", **SECOND_PAYER), date(2026, 12, 1)).in_suspense == 0
    send(store, month("15", 2))
    assert list(told(store, month("15", 2))) == [first]


def test_where_another_first_payer_is_billed_the_second_gets_its_money_back_too(store: Store) -> None:
    first, second = sent_to_both(store)
    pays(store, second)
    other = covered(PART_B | {"payer_id": "09999", "payer_name": "Other contractor"}, MEDIGAP)
    another = signed({"staff": "25", "coverages": other}, revision=2)
    send(store, another)
    assert {number: one[0] for number, one in told(store, another).items()} == {first: "refund", second: "refund"}
