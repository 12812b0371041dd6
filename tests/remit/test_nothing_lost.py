"""No answer is lost beside another, and no contract takes a charge but for a cent in silence."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.remit import settle, standing
from tasks.remit.post import post
from tasks.store import remittances
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import denials
from tests.remit.answers import answer, denied, interchange, paid, remittance
from tests.remit.billed import bill, rows

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)


def test_two_payments_of_no_money_with_one_trace_are_both_posted(store):
    bill(store, ("C7", "99490"), ("C8", "99490"))
    two = [remittance(denied(claim, "CO", "16", "MA130"), trace="0") for claim in ("C7", "C8")]
    done = post(store, "a.835", interchange(*two), TODAY)
    assert (done.state, done.payments, done.denials) == ("posted", 2, 2)
    assert rows(store, denials, "claim_number") == [("C7",), ("C8",)]
    assert post(store, "b.835", interchange(*two, control=2), TODAY).state == "repeated"


def test_a_payment_of_no_money_with_the_trace_of_another_file_is_posted_where_its_claims_differ(store):
    bill(store, ("C7", "99490"), ("C8", "99490"), ("C9", "99490"))
    one, two, three = (remittance(denied(claim, "CO", "16", "MA130"), trace="0") for claim in ("C7", "C8", "C9"))
    for place, body in enumerate((one, two, three)):
        done = post(store, f"{place}.835", interchange(body, control=place + 1), TODAY)
        assert (done.state, done.denials) == ("posted", 1)
    again = [(two,), (two, one), (three, two, one)]
    for place, bodies in enumerate(again, start=4):
        assert post(store, f"{place}.835", interchange(*bodies, control=place), TODAY).state == "repeated"
    assert rows(store, denials, "claim_number") == [("C7",), ("C8",), ("C9",)]


@pytest.mark.parametrize("claim", ["C7", "C8"])
def test_it_is_set_aside_where_it_says_something_else_of_one_of_its_claims(store, claim):
    bill(store, ("C7", "99490"), ("C8", "99490"))
    for place, number in enumerate(("C7", "C8"), start=1):
        body = remittance(denied(number, "CO", "97"), trace="0")
        post(store, f"{place}.835", interchange(body, control=place), TODAY)
    other = remittance(denied(claim, "CO", "B20"), trace="0")
    done = post(store, "b.835", interchange(other, control=3), TODAY)
    assert done.state == "quarantined"
    assert "payment 0 was posted from 1.835 with other claims or amounts" in done.reason
    assert rows(store, denials, "reason") == [("97",), ("97",)]


def test_two_payments_of_money_that_differ_under_one_trace_are_set_aside(store):
    bill(store, ("C7", "99490"), ("C8", "99490"))
    two = [remittance(paid(claim), "47.42") for claim in ("C7", "C8")]
    done = post(store, "a.835", interchange(*two), TODAY)
    assert done.state == "quarantined"
    assert "payment EFT1001 stands in it more than once with other claims" in done.reason
    assert {state for (state,) in rows(store, claims, "state")} == {"written"}


@pytest.mark.parametrize("cents", ["CO*45*80\nCAS*PR*2*0", "CO*45*79.99\nCAS*PR*2*0.01", "CO*45*79.99\nCAS*OA*23*0.01"])
def test_a_contract_that_takes_all_but_a_cent_is_a_denial(store, cents):
    bill(store, ("C7", "99490 99439"))
    body = "CLP*C7*1*180*47.42*12.10*MB*ICN1\nSVC*HC:99490*100*47.42**1\nCAS*CO*45*39.51**253*.97\nCAS*PR*2*12.10"
    post(store, "a.835", answer(f"{body}\nSVC*HC:99439*80*0**1\nCAS*{cents}", "47.42"), TODAY)
    assert rows(store, denials, "line", "reason", "state") == [(2, "45", "open")]
    assert rows(store, claims, "state") == [("part_paid",)]


def test_that_a_paid_claim_is_there_already_takes_nothing_from_it(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", day="20261110"), TODAY)
    post(store, "b.835", answer(denied("C7", "OA", "18", icn="ICN2"), trace="S2", day="20261120"), TODAY)
    assert rows(store, claims, "state") == [("paid",)]
    assert rows(store, denials, "claim_number") == []
    with store.reading() as connection:
        frames = remittances.of_claims(connection, ["C7"])
    found = standing.balances(frames["claims"], *settle.stand(frames)).loc["C7"]
    assert (found["patient_cents"], found["paid_cents"], found["open_cents"]) == (1210, 4742, 0)


def test_a_claim_that_was_denied_before_and_is_there_already_is_denied(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(denied("C7", "CO", "97"), trace="S1", day="20261110"), TODAY)
    post(store, "b.835", answer(denied("C7", "OA", "18", icn="ICN2"), trace="S2", day="20261120"), TODAY)
    assert rows(store, claims, "state") == [("denied",)]
