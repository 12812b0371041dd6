"""What was refunded in full by check counts as taken back; what a payer took back itself waits for a correction."""

from __future__ import annotations

import pytest

from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import PLAN, rows, send, signed
from tests.claim.test_overpaid import answered, cases, posted, refund, sent
from tests.claim.validators import named


def by_hand(store: Store, month: SignedMonth) -> list[str]:
    with store.reading() as connection:
        return [one.action for one in difference(connection, month, drafted(month)).by_hand]


@pytest.mark.slow
def test_refunded_to_the_wrong_payer_by_check_the_right_plan_is_billed(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    right = signed({"staff": "25"}, payer=PLAN, revision=2)
    assert (send(store, right), by_hand(store, right)) == ([], ["refund"])
    refund(store, number, "50.00")
    assert send(store, right) == [], "not while a cent is missing"
    refund(store, number, "1.84", "1002")
    (file,) = send(store, right)
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["ACORN HMO"]
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert (send(store, right), by_hand(store, right)) == ([], [])


@pytest.mark.slow
def test_a_month_that_is_billed_again_after_its_refund_goes_out_again(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    nothing = signed({"staff": "15"}, revision=2)
    send(store, nothing)
    refund(store, number, "51.84")
    assert (send(store, nothing), by_hand(store, nothing)) == ([], [])
    (file,) = send(store, signed({"staff": "45"}, revision=3))
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99490", "HC:99439"]
    second = str(rows(store, "claim_number")[1][0])
    posted(store, answered(second, "99490 99439", icn="ICN2"), trace="T2")
    assert [one[:3] for one in cases(store, "claim_number", "open_cents", "state")] == [(number, 0, "refunded")]
    send(store, signed({"staff": "25"}, revision=4))
    found = cases(store, "claim_number", "open_cents", "state")
    assert found == [(number, 0, "refunded"), (second, 3600, "open")], "the new payment keeps what is billed still"


def test_a_refund_of_a_part_leaves_the_claim_as_it_stands(store: Store) -> None:
    number = sent(store, "99490 99439", staff="45")
    send(store, signed({"staff": "25"}, revision=2))
    refund(store, number, "36.00")
    assert send(store, signed({"staff": "25"}, revision=2)) == []


@pytest.mark.slow
def test_a_reversal_alone_bills_nothing_again_before_its_correction(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    month = signed({"staff": "25"})
    posted(store, answered(number, "99490", "22", -1), trace="T2")
    assert (send(store, month), by_hand(store, month)) == ([], ["wait_for_answer"])
    posted(store, answered(number, "99490", icn="ICN2"), trace="T3")
    assert (send(store, month), by_hand(store, month)) == ([], [])
    assert rows(store, "version", "state") == [(1, "paid")]
