"""What stands after several answers to a claim: crossovers, reversals, corrections, payments twice, versions."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from tasks.remit import settle, standing
from tasks.remit.post import post
from tasks.store import remittances as stored
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import denial_events, denials, overpayments
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill, rows

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

TODAY = date(2026, 11, 24)
SECOND = {"payer": "SUPPLEMENT PLAN", "payer_id": "1999999999"}


def reversal(number: str, icn: str = "ICN1") -> str:
    """The payment of `paid` taken back."""
    return f"""CLP*{number}*22*-100*-47.42*-12.10*MB*{icn}
        NM1*QC*1*DOE*JAN****MI*1EG4TE5MK73
        SVC*HC:99490*-100*-47.42**1
        CAS*CO*45*-39.51**253*-.97
        CAS*PR*2*-12.10"""


def second(number: str, status: str = "2") -> str:
    """The second payer pays the coinsurance."""
    return f"""CLP*{number}*{status}*100*12.10**12*S1
        SVC*HC:99490*100*12.10**1
        CAS*OA*23*87.90"""


def balance(store, number: str = "C7", open_cents: int = 0):
    """What became of the claim's charge; it ties, but for what no answer explains."""
    with store.reading() as connection:
        frames = stored.of_claims(connection, [number])
    result = standing.balances(frames["claims"], *settle.stand(frames)).loc[number]
    assert result["open_cents"] == open_cents
    return result


def test_the_second_payer_pays_what_the_first_left(store):
    bill(store, ("C7", "99490"))
    forwarded = paid("C7", status="19") + "\nNM1*TT*2*SUPPLEMENT PLAN*****PI*44120\nMOA***MA01*MA18"
    lines = forwarded.splitlines()
    forwarded = "\n".join([*lines[:2], *lines[-2:], *lines[2:-2]])
    post(store, "a.835", answer(forwarded, "47.42"), TODAY)
    waits = balance(store)
    assert (waits["waiting"], waits["crossover_payer"], waits["patient_cents"]) == (True, "SUPPLEMENT PLAN", 1210)
    post(store, "b.835", answer(second("C7"), "12.10", trace="S900", **SECOND), TODAY)
    done = balance(store)
    assert (done["waiting"], done["paid_cents"], done["patient_cents"]) == (False, 5952, 0)
    assert rows(store, claims, "state", "payer_claim_number") == [("paid", "ICN1")]
    assert rows(store, ledger, "paid_cents") == [(5952,)]
    assert rows(store, overpayments, "claim_number") == []


def test_the_second_payer_refuses_and_the_first_stands(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7", status="19"), "47.42"), TODAY)
    refusal = "CLP*C7*4*100*0**12*S1\nSVC*HC:99490*100*0**1\nCAS*OA*23*87.90\nCAS*PR*204*12.10"
    post(store, "b.835", answer(refusal, trace="S900", **SECOND), TODAY)
    assert rows(store, claims, "state") == [("part_paid",)]
    assert rows(store, denials, "reason", "denied_cents", "expected_cents") == [("204", 1210, 1210)]


ORDERS = [
    pytest.param(order, marks=() if order in ((0, 1, 2), (2, 1, 0)) else pytest.mark.slow)
    for order in permutations(range(3))
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
def test_a_reversal_and_its_correction_stand_the_same_in_any_order(store, order):
    """Paid, then taken back and denied: one file each, imported in every order."""
    bill(store, ("C7", "99490"))
    files = [
        answer(paid("C7"), "47.42", trace="T1", day="20261105"),
        answer(reversal("C7"), "-47.42", trace="T2", day="20261119"),
        answer(denied("C7", "CO", "97", icn="ICN2"), trace="T3", day="20261120"),
    ]
    for place in order:
        post(store, f"{place}.835", files[place], TODAY)
    assert rows(store, claims, "state") == [("denied",)]
    assert rows(store, ledger, "state", "paid_cents") == [("denied", 0)]
    assert rows(store, denials, "reason", "denied_cents", "state") == [("97", 10000, "open")]
    assert balance(store)["paid_cents"] == 0
    assert rows(store, overpayments, "state") in ([], [("refunded",)])


def test_a_reversal_with_its_correction_in_one_payment(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(denied("C7", "CO", "16", "M76"), trace="T1", day="20261105"), TODAY)
    assert rows(store, denials, "state") == [("open",)]
    back = "CLP*C7*22*-100*0**MB*ICN1\nSVC*HC:99490*-100*0**1\nCAS*CO*16*-100"
    post(store, "b.835", answer(back + "\n" + paid("C7", icn="ICN2"), "47.42", trace="T2"), TODAY)
    assert rows(store, claims, "state", "payer_claim_number") == [("paid", "ICN2")]
    assert rows(store, denials, "state") == [("paid",)]
    assert [row[0] for row in rows(store, denial_events, "note")] == ["denied", "the payer allowed it"]


def test_taken_back_and_nothing_else_yet(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(reversal("C7"), "-47.42", trace="T2"), TODAY)
    assert rows(store, claims, "state") == [("reversed",)]
    assert rows(store, ledger, "state", "paid_cents") == [("reversed", 0)]
    result = balance(store, open_cents=10000)
    assert (result["paid_cents"], result["patient_cents"]) == (0, 0)


def test_denied_again_opens_again_with_the_new_codes(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(denied("C7", "CO", "16", "MA130 M76"), trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(denied("C7", "CO", "B20", icn="ICN2"), trace="T2"), TODAY)
    assert rows(store, denials, "reason", "opened_date", "state") == [("B20", date(2026, 11, 20), "open")]
    assert [row[1] for row in rows(store, denial_events, "id", "note")] == ["denied", "denied again"]


@pytest.mark.slow
def test_another_payer_of_the_same_place_pays_after_the_first_refused(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(denied("C7", "OA", "109"), trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(paid("C7"), "47.42", trace="T2", **SECOND), TODAY)
    assert rows(store, denials, "state") == [("paid",)]
    assert rows(store, claims, "state") == [("paid",)]


@pytest.mark.slow
def test_a_later_version_that_is_paid_ends_the_denial_of_the_first(store):
    bill(store, ("C7", "99490"), patient_id="PT1")
    post(store, "a.835", answer(denied("C7", "CO", "16", "MA130"), trace="T1", day="20261105"), TODAY)
    bill(store, ("C8", "99490"), patient_id="PT1", version=2)
    post(store, "b.835", answer(paid("C8"), "47.42", trace="T2"), TODAY)
    assert rows(store, denials, "claim_number", "state") == [("C7", "paid")]
    assert rows(store, ledger, "claim_number", "state", "paid_cents") == [("C8", "paid", 4742)]


def test_a_contract_never_takes_a_whole_charge_in_silence(store):
    bill(store, ("C7", "99490 99439"))
    body = "CLP*C7*1*180*47.42*12.10*MB*ICN1\nSVC*HC:99490*100*47.42**1\nCAS*CO*45*39.51**253*.97\nCAS*PR*2*12.10"
    post(store, "a.835", answer(body + "\nSVC*HC:99439*80*0**1\nCAS*CO*45*80", "47.42"), TODAY)
    assert rows(store, denials, "line", "reason", "denied_cents", "error", "route") == [(2, "45", 8000, "", "review")]
    assert rows(store, claims, "state") == [("part_paid",)]


def test_forwarded_unseen_is_no_answer(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer("CLP*C7*23*100*0**MB*ICN1\nSVC*HC:99490*100*0**1\nCAS*OA*45*100"), TODAY)
    assert rows(store, claims, "state") == [("written",)]
    assert rows(store, denials, "line") == []


def test_paid_twice_opens_an_overpayment_and_its_reversal_closes_it(store):
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(paid("C7", icn="ICN2"), "47.42", trace="T2", day="20261112"), TODAY)
    case = ("cents", "why", "identified_date", "due_date", "state")
    assert rows(store, overpayments, *case) == [(4742, "paid_twice", TODAY, date(2027, 1, 23), "open")]
    post(store, "c.835", answer(reversal("C7"), "-47.42", trace="T3"), TODAY)
    assert rows(store, overpayments, "state") == [("refunded",)]
    assert rows(store, claims, "state") == [("paid",)]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["voided", "replaced"])
def test_money_for_a_claim_that_was_taken_back_is_an_overpayment(store, state):
    bill(store, ("C7", "99490"), patient_id="PT1", state=state)
    bill(store, ("C8", "99490"), patient_id="PT1", version=2, replaces="C7")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(paid("C8", icn="ICN2"), "47.42", trace="T2"), TODAY)
    post(store, "c.835", answer("CLP*OTHER*1*1*1**MB*X", "1", trace="T3"), TODAY)
    why = {"voided": "voided_after_payment", "replaced": "paid_beside_replacement"}[state]
    assert rows(store, overpayments, "claim_number", "cents", "why", "state") == [("C7", 4742, why, "open")]
    assert dict(rows(store, claims, "claim_number", "state")) == {"C7": state, "C8": "paid"}


@pytest.mark.parametrize("name", ["ICN1", "ICN1 12345"])
def test_money_withheld_for_a_claim_closes_its_overpayment(store, name):
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    assert rows(store, overpayments, "state") == [("open",)]
    bill(store, ("C9", "99490"))
    provider = f"PLB*1234567893*20261231*WO:{name}*47.42"
    post(store, "b.835", answer(paid("C9", icn="ICN9"), "0", trace="T2", after=provider), TODAY)
    assert rows(store, overpayments, "state") == [("refunded",)]
