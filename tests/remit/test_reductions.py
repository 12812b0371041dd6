"""A penalty or incentive on a paid line is a reduction of it, and no denial; on a line with nothing paid it is one."""

from __future__ import annotations

from datetime import date

import pytest

from config.denials import denials, is_denial
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import denials as denial_rows
from tests.remit.answers import answer, paid
from tests.remit.billed import bill, rows

TODAY = date(2026, 11, 24)
WARNED = "CO-237 is taken for a reduction of a paid line, which is not verified: read the payer's notice"


def with_reduction(number: str, code: str, cents: str, left: str, contract: str = "39.51") -> str:
    """The paid claim with that much taken off besides, and so much less paid."""
    return paid(number).replace("47.42", left).replace("45*39.51**253*.97", f"45*{contract}**253*.97**{code}*{cents}")


@pytest.mark.parametrize("code", ["104", "144", "237"])
def test_a_paid_line_with_a_reduction_opens_no_denial_and_ties(store, code):
    bill(store, ("C1", "99490"))
    post(store, "a.835", answer(with_reduction("C1", code, "1.32", "46.10"), "46.10"), TODAY)
    assert rows(store, denial_rows, "claim_number") == []
    assert rows(store, claims, "state") == [("paid",)]
    one = answers_of(store, "P1")["claim_balances"].iloc[0]
    told = ("paid_cents", "contractual_cents", "reduced_cents", "patient_cents", "denial_cents", "open_cents")
    assert tuple(one[list(told)]) == (4610, 4180, 132, 1210, 0, 0)
    assert one["warning"] == WARNED.replace("237", code)


def test_an_incentive_adds_to_what_is_paid(store):
    bill(store, ("C1", "99490"))
    post(store, "a.835", answer(with_reduction("C1", "144", "-1.32", "48.74"), "48.74"), TODAY)
    one = answers_of(store, "P1")["claim_balances"].iloc[0]
    assert tuple(one[["paid_cents", "reduced_cents", "open_cents"]]) == (4874, -132, 0)
    assert rows(store, denial_rows, "claim_number") == []


def test_a_line_of_which_it_leaves_nothing_is_denied(store):
    bill(store, ("C1", "99490"))
    body = paid("C1").replace("*47.42*12.10*", "*0**").replace("*47.42**1", "*0**1")
    body = body.replace("CAS*CO*45*39.51**253*.97", "CAS*CO*237*100").replace("        CAS*PR*2*12.10", "")
    post(store, "a.835", answer(body), TODAY)
    assert rows(store, denial_rows, "claim_number", "reason", "denied_cents", "state") == [("C1", "237", 10000, "open")]
    one = answers_of(store, "P1")["claim_balances"].iloc[0]
    assert (one["denial_cents"], one["reduced_cents"], one["warning"]) == (10000, 0, "")


def test_a_penalty_that_the_patient_is_asked_for_is_looked_at(store):
    bill(store, ("C1", "99490"))
    body = paid("C1").replace("PR*2*12.10", "PR*2*10.78**237*1.32")
    post(store, "a.835", answer(body, "47.42"), TODAY)
    assert rows(store, denial_rows, "adjustment_group", "reason", "denied_cents") == [("PR", "237", 132)]


def test_a_claim_without_one_has_neither_sum_nor_warning(store):
    bill(store, ("C1", "99490"))
    post(store, "a.835", answer(paid("C1"), "47.42"), TODAY)
    one = answers_of(store, "P1")["claim_balances"].iloc[0]
    assert (one["reduced_cents"], one["warning"]) == (0, "")


def test_what_is_recalled_of_a_reduction_is_called_unverified():
    found = [row for row in denials().codes.values() if row.what == "reduction"]
    assert {row.code for row in found} == {"104", "144", "237"}
    assert all(row.confidence == "unverified" and row.source.startswith("Recalled") for row in found)
    assert not any(is_denial(row.code) for row in found)
