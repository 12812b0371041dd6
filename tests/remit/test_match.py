"""Which line of the claim an answer is about: by our own number, by code and modifiers, or the claim as a whole."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.remit.post import post
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import claim_payments, denials, line_payments
from tests.remit.answers import answer
from tests.remit.billed import bill, rows

TODAY = date(2026, 11, 24)


def line(code: str, charge: str, paid: str, units: str, reason: str, more: str = "") -> str:
    taken = float(charge) - float(paid)
    return f"SVC*HC:{code}*{charge}*{paid}**{units}\nCAS*CO*{reason}*{taken:g}{more}"


CASES = {
    "lines in another order": ([line("99439", "80", "30", "1", "45"), line("99490", "100", "60", "1", "45")], [2, 1]),
    "our own number": (
        [line("99439", "80", "0", "1", "97", "\nREF*6R*2"), line("99490", "100", "60", "1", "45", "\nREF*6R*1")],
        [2, 1],
    ),
    "a number that is not ours": ([line("99490", "100", "60", "1", "45", "\nREF*6R*9"),
                                   line("99439", "80", "30", "1", "45", "\nREF*6R*X")], [1, 2]),
    "the payer's modifiers": ([line("99490:25", "100", "60", "1", "45"), line("99439", "80", "30", "1", "45")], [1, 2]),
    "a line in two parts": (
        [line("99490", "60", "4", "1", "45"), line("99490", "40", "20", "1", "45"), line("99439", "80", "9", "1", "9")],
        [1, 1, 2],
    ),
    "a code that the payer changed": (
        ["SVC*HC:G0511*100*60**1*HC:99490\nCAS*CO*45*40", line("99439", "80", "30", "1", "45")],
        [1, 2],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_lines_are_found(store, case):
    parts, expected = CASES[case]
    paid = sum(float(part.split("*")[3]) for part in parts)
    bill(store, ("C7", "99490 99439"))
    body = f"CLP*C7*1*180*{paid:g}**MB*ICN1\n" + "\n".join(parts)
    assert post(store, "a.835", answer(body, f"{paid:g}"), TODAY).state == "posted"
    assert [row[1] for row in rows(store, line_payments, "line", "claim_line")] == expected


def test_two_lines_of_one_code_are_told_apart_by_their_order(store):
    bill(store, ("C7", "99490 99439 99439"))
    parts = [
        line("99490", "100", "60", "1", "45"),
        line("99439", "80", "30", "1", "45"),
        line("99439", "80", "0", "1", "97"),
    ]
    post(store, "a.835", answer("CLP*C7*1*260*90**MB*ICN1\n" + "\n".join(parts), "90"), TODAY)
    assert rows(store, denials, "line", "reason") == [(3, "97")]


def test_a_claim_denied_as_a_whole_has_one_denial(store):
    bill(store, ("C7", "99490 99439"), ("C8", "99490 99439"))
    bare = "CLP*C7*4*180*0**MB*ICN1\nCAS*CO*29*180\nMOA***MA01"
    lined = "CLP*C8*4*180*0**MB*ICN2\nCAS*CO*29*180\nSVC*HC:99490*100*0**1\nSVC*HC:99439*80*0**1"
    lined = lined.replace("SVC*HC:99490*100*0**1", "SVC*HC:99490*100*100**1").replace("*80*0**1", "*80*80**1")
    post(store, "a.835", answer(bare), TODAY)
    assert rows(store, claims, "state", claim_number="C7") == [("denied",)]
    assert rows(store, denials, "line", "reason", "error", "denied_cents", "expected_cents", "remarks") == [
        (0, "29", "filed_late", 18000, 10643, "MA01")
    ]
    # Lines shown as paid in full and the claim's adjustment taking it all back: denied as well.
    post(store, "b.835", answer(lined, trace="T2"), TODAY)
    assert rows(store, claims, "state", claim_number="C8") == [("denied",)]


def test_the_patients_share_is_told_where_the_payer_leaves_it_out(store):
    bill(store, ("C7", "99490"))
    body = "CLP*C7*1*100*50**MB*ICN1\nSVC*HC:99490*100*50**1\nCAS*CO*45*38\nCAS*PR*2*12"
    post(store, "a.835", answer(body, "50"), TODAY)
    assert rows(store, claim_payments, "patient_cents") == [(1200,)]
