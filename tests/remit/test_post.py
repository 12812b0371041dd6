"""A remittance is posted: balanced, matched, each claim in its state, each denial on the worklist."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.remit.post import post
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import (
    adjustments,
    claim_payments,
    denial_events,
    denials,
    line_payments,
    provider_adjustments,
    remittance_files,
    remittances,
)
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill, rows
from tests.store.conftest import url

pytestmark = pytest.mark.slow

__all__ = ["url"]  # on both databases in the quick suite too

TODAY = date(2026, 11, 24)


def test_a_payment_is_posted_with_every_adjustment(store):
    bill(store, ("C7", "99490"))
    done = post(store, "a.835", answer(paid("C7"), "47.42"), TODAY)
    assert (done.state, done.payments, done.claims, done.in_suspense, done.denials) == ("posted", 1, 1, 0, 0)
    assert (done.payment_cents, done.difference_cents) == (4742, 0)
    assert rows(store, claims, "claim_number", "state", "payer_claim_number") == [("C7", "paid", "ICN1")]
    assert rows(store, ledger, "claim_number", "state", "paid_cents") == [("C7", "paid", 4742)]
    assert rows(store, adjustments, "line", "position", "adjustment_group", "reason", "cents") == [
        (1, 1, "CO", "45", 3951),
        (1, 2, "CO", "253", 97),
        (1, 3, "PR", "2", 1210),
    ]
    assert rows(store, denials, "claim_number") == []
    assert rows(store, line_payments, "line", "claim_line", "code", "units", "paid_cents") == [(1, 1, "99490", 1, 4742)]


def test_a_denial_is_on_the_worklist_and_never_written_off(store):
    bill(store, ("C7", "99490"))
    done = post(store, "a.835", answer(denied("C7", "CO", "B20", "N472")), TODAY)
    assert done.denials == 1
    assert rows(store, claims, "state") == [("denied",)]
    codes = ("adjustment_group", "reason", "remarks", "denied_cents", "expected_cents", "state")
    assert rows(store, denials, *codes) == [("CO", "B20", "N472", 10000, 6049, "open")]
    traced = ("error", "route", "owner")
    assert rows(store, denials, *traced) == [("another_practitioner_paid", "redetermination", "care_manager")]
    assert rows(store, denials, "opened_date", "due_date") == [(date(2026, 11, 20), date(2027, 3, 25))]
    assert rows(store, denial_events, "claim_number", "line", "state", "note") == [("C7", 1, "open", "denied")]


def test_one_line_of_a_claim_is_denied_and_the_other_paid(store):
    bill(store, ("C7", "99490 99439x3"))
    body = paid("C7").replace("*100*47.42*12.10", "*340*47.42*12.10")
    body += "\nSVC*HC:99439*240*0**3\nCAS*CO*151*240\nLQ*HE*N362"
    post(store, "a.835", answer(body, "47.42"), TODAY)
    assert rows(store, claims, "state") == [("part_paid",)]
    assert rows(store, denials, "line", "reason", "error", "denied_cents", "expected_cents") == [
        (2, "151", "units_above_absolute_limit", 24000, 13782)
    ]


def test_an_unknown_claim_waits_in_suspense_and_the_rest_is_posted(store):
    bill(store, ("C7", "99490"))
    done = post(store, "a.835", answer(paid("C7") + "\n" + paid("OTHER", icn="ICN2"), "94.84"), TODAY)
    assert (done.state, done.in_suspense) == ("posted_in_part", 1)
    assert rows(store, claim_payments, "control_number", "claim_number", "suspense_reason") == [
        ("C7", "C7", ""),
        ("OTHER", "", "unknown_claim"),
    ]
    assert rows(store, remittance_files, "state") == [("posted_in_part",)]


def test_what_does_not_tie_to_the_payment_is_shown(store):
    bill(store, ("C7", "99490"))
    provider = "PLB*1234567893*20261231*WO:C1*15.42*L6*-1.50"
    done = post(store, "a.835", answer(paid("C7"), "30.00", after=provider), TODAY)
    assert done.state == "posted"
    assert (done.difference_cents, done.differences) == (-350, [("EFT1001", -350)])
    assert rows(store, provider_adjustments, "reason", "reference", "cents") == [("L6", "", -150), ("WO", "C1", 1542)]
    sums = ("payment_cents", "claims_cents", "provider_adjustment_cents", "difference_cents")
    assert rows(store, remittances, *sums) == [(3000, 4742, 1392, -350)]


@pytest.mark.parametrize("same_name", [True, False])
def test_the_same_file_again_changes_nothing(store, same_name):
    bill(store, ("C7", "99490"))
    file = answer(denied("C7", "CO", "97"))
    post(store, "a.835", file, TODAY)
    done = post(store, "a.835" if same_name else "b.835", file, TODAY)
    assert done.state == "repeated"
    assert f"the same file came {'before' if same_name else 'as a.835'}; nothing" in done.reason
    assert len(rows(store, claim_payments, "id")) == 1
    assert len(rows(store, denial_events, "id")) == 1
