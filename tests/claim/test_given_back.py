"""What was refunded in full by check counts as taken back; what a payer took back itself waits for a correction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from config.errors import InputError
from tasks.claim.difference import difference
from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, NOW, PART_B, PLAN, covered, rows, send, signed
from tests.claim.test_left_over import FIRST, SECOND, SECOND_PAYER, both_paid, said
from tests.claim.test_overpaid import answered, cases, posted, refund, sent
from tests.claim.validators import named

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all


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


REVERSED = date(2026, 11, 20)  # of every remittance that these tests post
CHANGED = {"staff": "25", "conditions": [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]}


def reversed_alone(store: Store) -> str:
    number = sent(store, "99490", staff="25")
    posted(store, answered(number, "99490", "22", -1), trace="T2")
    return number


def on(store: Store, month: SignedMonth, day: date) -> tuple[list[Any], list[str]]:
    """What goes out on that day, and what a person is told to do."""
    with store.writing() as connection:
        files = send_out(connection, month, drafted(month), datetime.combine(day, NOW.timetz()))
    with store.reading() as connection:
        return files, [one.action for one in difference(connection, month, drafted(month), day).by_hand]


def test_a_changed_month_waits_for_the_correction_of_a_reversal_and_is_not_billed_twice(store: Store) -> None:
    number = reversed_alone(store)
    changed = signed(CHANGED, revision=2)
    assert on(store, changed, REVERSED + timedelta(days=30)) == ([], ["wait_for_answer"])
    posted(store, answered(number, "99490", icn="ICN2"), trace="T3")
    assert on(store, changed, REVERSED + timedelta(days=90)) == ([], ["clerical_reopening"])
    assert rows(store, "version", "state") == [(1, "paid")]


def test_without_a_correction_the_changed_month_goes_out_when_the_wait_is_over(store: Store) -> None:
    reversed_alone(store)
    (file,), told = on(store, signed(CHANGED, revision=2), REVERSED + timedelta(days=31))
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert told == []


def again(store: Store, number: str, month: SignedMonth, *lines: int) -> Any:
    with store.writing() as connection:
        return send_again(connection, month, drafted(month), number, lines, NOW, after_reversal=True)


def test_after_a_reversal_staff_may_have_the_same_billed_again(store: Store) -> None:
    number = reversed_alone(store)
    month = signed({"staff": "25"})
    file = again(store, number, month)
    assert [one[1:3] for one in named(file.content, "SV1")] == [["HC:99490", "95"]]
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert rows(store, "version", "state") == [(1, "replaced"), (2, "written")]
    assert (send(store, month), by_hand(store, month)) == ([], [])
    second = str(rows(store, "claim_number")[1][0])
    posted(store, answered(second, "99490", icn="ICN3"), trace="T3")
    assert cases(store) == []
    posted(store, answered(number, "99490", icn="ICN2"), trace="T4")
    assert cases(store, "claim_number", "open_cents", "why") == [(number, 5184, "paid_beside_replacement")]


def test_what_was_not_taken_back_is_not_sent_after_a_reversal(store: Store) -> None:
    number = sent(store, "99490", staff="25")
    with pytest.raises(InputError, match=f"{number} is not a claim whose payment the payer took back"):
        again(store, number, signed({"staff": "25"}))
    posted(store, answered(number, "99490", "22", -1), trace="T2")
    with pytest.raises(InputError, match="leave out --line"):
        again(store, number, signed({"staff": "25"}), 1)
    with pytest.raises(InputError, match="does not bill"):
        again(store, number, signed({"staff": "15"}, revision=2))


BOTH = {"staff": "25", "coverages": covered(PART_B, MEDIGAP)}


def first_took_back(store: Store, crossover: bool) -> str:
    """The first payer took its payment back, and the second's is here still; the first's claim."""
    first, _ = both_paid(store, crossover)
    said(store, "T3", FIRST.format(n=first, s="22", m="-", i="ICN1"), cents="-51.84", day="20261120")
    return first


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_what_the_first_payer_alone_took_back_waits_for_its_correction_too(store: Store, crossover: bool) -> None:
    first = first_took_back(store, crossover)
    changed = signed(BOTH | CHANGED, revision=2)
    assert on(store, signed(BOTH), REVERSED + timedelta(days=90)) == ([], ["wait_for_answer"])
    assert on(store, changed, REVERSED + timedelta(days=30)) == ([], ["wait_for_answer"])
    (file,), told = on(store, changed, REVERSED + timedelta(days=31))
    assert (named(file.content, "CLM")[0][5], told) == ("11:B:1", [])
    assert (first, "replaced") in rows(store, "claim_number", "state")


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_what_the_first_payer_alone_took_back_staff_may_have_billed_again(store: Store, crossover: bool) -> None:
    first = first_took_back(store, crossover)
    file = again(store, first, signed(BOTH))
    assert [one[1:3] for one in named(file.content, "SV1")] == [["HC:99490", "95"]]
    assert (first, "replaced") in rows(store, "claim_number", "state")
    assert [one[1:] for one in cases(store, "claim_number", "why", "state")] == [("first_payer_took_back", "open")]


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_what_the_first_payer_corrected_is_not_taken_back(store: Store, crossover: bool) -> None:
    first = first_took_back(store, crossover)
    said(store, "T4", FIRST.format(n=first, s="1", m="", i="ICN2"), cents="51.84", day="20261120")
    with pytest.raises(InputError, match=f"{first} is not a claim whose payment the payer took back"):
        again(store, first, signed(BOTH))
    assert on(store, signed(BOTH), REVERSED + timedelta(days=90))[1] == []
    assert [one[0] for one in rows(store, "payer_order")].count(1) == 1, "the first payer is billed nothing more"


@pytest.mark.parametrize("crossover", [False, True], ids=["billed", "handed on"])
def test_a_reversal_by_the_second_payer_takes_nothing_back_at_the_first(store: Store, crossover: bool) -> None:
    first, second = both_paid(store, crossover)
    gone = SECOND.format(n=second).replace("*2*95*13.23", "*22*-95*-13.23").replace("*95*13.23**1", "*-95*-13.23**1")
    said(store, "T3", gone.replace("81.77", "-81.77"), cents="-13.23", day="20261120", **SECOND_PAYER)
    with pytest.raises(InputError, match=f"{first} is not a claim whose payment the payer took back"):
        again(store, first, signed(BOTH))
