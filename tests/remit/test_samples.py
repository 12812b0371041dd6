"""The kinds of remittance that are seen in public samples, restated with names, numbers and amounts of our own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.remit import settle, standing
from tasks.remit.post import post
from tasks.store import remittances as stored
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import (
    adjustments,
    claim_payments,
    denials,
    line_payments,
    overpayments,
    provider_adjustments,
    remittances,
)
from tests.remit.billed import bill_as_answered, rows

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parent / "fixtures"
TODAY = date(2026, 11, 24)

# File: of each claim its state, then in cents what was paid, is owed by the patient, was taken off, is denied; and the
# denials by line and code, with the error they were traced to.
SAMPLES = {
    "paid": ([("paid", 4798, 1224, 3478, 0)], []),
    "paid_with_further_units": ([("paid", 12089, 3084, 8327, 0)], []),
    "denied_another_practitioner": ([("denied", 0, 0, 0, 9500)], [(1, "CO B20", "another_practitioner_paid")]),
    "deductible": ([("paid", 0, 6120, 3380, 0)], []),
    "denied_wrong_payer": ([("denied", 0, 0, 0, 9500)], [(1, "OA 109", "advantage_plan_pays")]),
    "denied_duplicate": ([("denied", 0, 0, 0, 9500)], [(1, "OA 18", "same_code_twice")]),
    "further_units_denied": ([("part_paid", 4798, 1224, 3478, 21000)], [(2, "CO 151", "units_above_absolute_limit")]),
    "second_payer_pays_coinsurance": ([("paid", 1224, 0, 0, 0)], []),
    "second_payer_foreign_separator": ([("paid", 2150, 0, 0, 0)], []),
    "institutional_by_claim": ([("paid", 1641005, 0, 774015, 0), ("paid", 218740, 0, 71260, 0)], []),
    # A reduction that no table knows is a denial until somebody looks at it.
    "managed_care_claim_and_line": (
        [("part_paid", 15200, 9000, 0, 1800), ("part_paid", 25000, 12000, 3000, 2000)],
        [(0, "CO A2", ""), (0, "CO A2", "")],
    ),
    "second_payer_two_claims": (
        [("paid", 46600, 0, 0, 0), ("part_paid", 17550, 11000, 0, 2100)],
        [(2, "CO 42", "")],
    ),
    "medicare_forwarded": (
        [("paid", 4798, 1224, 3478, 0), ("part_paid", 4798, 1224, 3478, 3000), ("denied", 0, 0, 0, 9500)],
        [(1, "CO 16", "diagnoses_do_not_support"), (2, "CO 151", "units_above_absolute_limit")],
    ),
}


def file(name: str) -> bytes:
    return (FIXTURES / f"{name}.835").read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(store, name):
    bill_as_answered(store, file(name))
    done = post(store, f"{name}.835", file(name), TODAY)
    assert (done.state, done.difference_cents) == ("posted", 0)
    expected_claims, expected_denials = SAMPLES[name]
    assert balances(store) == expected_claims
    told = rows(store, denials, "line", "adjustment_group", "reason", "error")
    assert [(line, f"{group} {reason}", error) for line, group, reason, error in told] == expected_denials


def balances(store) -> list[tuple]:
    """Of each claim its state and what became of its charge, which ties to the cent."""
    found = dict(rows(store, claims, "claim_number", "state"))
    with store.reading() as connection:
        frames = stored.of_claims(connection, list(found))
    answers, changes = settle.stand(frames)
    result = standing.balances(frames["claims"], answers, changes)
    assert (result["open_cents"] == 0).all()
    columns = ["paid_cents", "patient_cents", "contractual_cents", "denial_cents"]
    return [
        (found[number], *map(int, row)) for number, row in zip(result.index, result[columns].to_numpy(), strict=True)
    ]


def test_every_kind_of_answer_in_one_payment_with_money_withheld(store):
    content = file("every_kind_with_withholding")
    bill_as_answered(store, content)
    done = post(store, "a.835", content, TODAY)
    assert (done.claims, done.in_suspense, done.denials, done.difference_cents) == (18, 0, 12, 0)
    assert rows(store, remittances, "payment_cents", "claims_cents", "provider_adjustment_cents") == [
        (25177, 29975, 4798)
    ]
    assert rows(store, provider_adjustments, "reason", "reference", "cents") == [("WO", "LK-0001", 4798)]
    states = dict(rows(store, claims, "claim_number", "state"))
    paid = {1, 2, 6, 7, 16, 17}
    assert {number: state for number, state in states.items() if state != "denied"} == {
        f"LK-{number:04d}": "paid" if number != 13 else "part_paid" for number in {*paid, 13}
    }
    traced = dict(rows(store, denials, "claim_number", "error"))
    assert traced.pop("LK-0004") in ("another_practitioner_paid", "units_above_absolute_limit")  # 119 says no more
    assert traced == {
        "LK-0003": "another_practitioner_paid",
        "LK-0005": "two_families_in_month",
        "LK-0008": "advantage_plan_pays",
        "LK-0009": "",
        "LK-0010": "hospice_election",
        "LK-0011": "same_code_twice",
        "LK-0012": "filed_late",
        "LK-0013": "units_above_absolute_limit",
        "LK-0014": "no_initiating_visit",
        "LK-0015": "information_missing",
        "LK-0018": "not_covered_by_plan",
    }
    assert rows(store, overpayments, "claim_number") == []


def test_medicare_forwards_to_the_second_payer(store):
    """Status 19, the crossover payer, remarks of claim and line, two reasons in a segment, interest, withholding."""
    content = file("medicare_forwarded")
    bill_as_answered(store, content)
    post(store, "a.835", content, TODAY)
    heads = ("status", "payer_order", "crossover_payer", "remarks", "payer_claim_number")
    assert rows(store, claim_payments, *heads) == [
        ("19", 1, "HERITAGE SUPPLEMENT PLAN", "MA01 MA18", "2226324000001"),
        ("19", 1, "HERITAGE SUPPLEMENT PLAN", "MA01 MA18", "2226324000002"),
        ("4", 0, "", "MA01 MA130", "2226324000003"),
    ]
    assert rows(store, adjustments, "claim_payment_id", "line", "position", "adjustment_group", "reason", "cents")[
        :3
    ] == [
        (1, 1, 1, "CO", "45", 3380),
        (1, 1, 2, "CO", "253", 98),
        (1, 1, 3, "PR", "2", 1224),
    ]
    assert [row for row in rows(store, line_payments, "claim_payment_id", "line", "remarks") if row[2]] == [
        (2, 2, "N362 MA01"),
        (3, 1, "M76"),
    ]
    assert rows(store, provider_adjustments, "reason", "reference", "cents") == [
        ("L6", "INT2226324", -125),
        ("WO", "2226190000044 4410", 125),
    ]
    # MA130: never processed, so it is sent anew by the filing limit and not appealed.
    assert rows(store, denials, "line", "route", "due_date", "remarks", claim_number="LK-0003") == [
        (1, "resubmission", date(2027, 10, 31), "M76 MA01 MA130")
    ]


def test_shifted_elements_keep_their_claim_in_suspense(store):
    content = file("third_payer_shifted_elements")
    bill_as_answered(store, content, payer_order=3)
    done = post(store, "a.835", content, TODAY)
    assert (done.state, done.in_suspense) == ("posted_in_part", 1)
    assert rows(store, claim_payments, "claim_number", "suspense_reason") == [("", "out_of_balance: 97821.25")]
    assert rows(store, claims, "state") == [("written",)]
