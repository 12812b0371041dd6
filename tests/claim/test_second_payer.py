"""The second payer is billed once the first has answered, with its answer, and never twice."""

from __future__ import annotations

import pytest

from tasks.claim.difference import difference
from tasks.claim.signed import SignedMonth, drafted
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, PART_B, claim_settings_of, covered, remit, rows, send, signed
from tests.claim.validators import complaints, named

BOTH = {"staff": "25", "coverages": covered(PART_B, MEDIGAP)}


def answered(store: Store, status: str = "1", month: SignedMonth | None = None, **more: str) -> SignedMonth:
    found = month or signed(BOTH)
    send(store, found)
    remit(store, rows(store, "claim_number")[0][0], status, **more)
    return found


def test_the_second_claim_tells_what_the_first_payer_paid_and_why_not_all(store: Store) -> None:
    month = answered(store)
    (file,) = send(store, month)
    assert complaints(file.content) == []
    assert [one[1] for one in named(file.content, "SBR")] == ["S", "P"]
    assert [one[-1] for one in named(file.content, "SBR")] == ["CI", "MB"]
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["FOUNDERS F", "MEDICARE"]
    assert [one[-1] for one in named(file.content, "NM1", "IL")] == ["F99", "1EG4TE5MK73"]
    assert named(file.content, "AMT", "D") == [["AMT", "D", "51.84"]]
    assert named(file.content, "SVD") == [["SVD", "15202", "51.84", "HC:99490", "", "1"]]
    assert named(file.content, "CAS") == [["CAS", "CO", "45", "28.87", "", "253", "1.06"], ["CAS", "PR", "2", "13.23"]]
    assert named(file.content, "DTP", "573") == [["DTP", "573", "D8", "20261120"]]
    assert named(file.content, "REF", "F8") == [["REF", "F8", "ICN5"]]
    assert named(file.content, "CLM")[0][2] == "95"
    assert rows(store, "payer_order", "payer_id", "state") == [(1, "15202", "paid"), (2, "SYN23", "written")]


def test_it_is_sent_once(store: Store) -> None:
    month = answered(store)
    assert len(send(store, month)) == 1
    assert send(store, month) == []


@pytest.mark.parametrize(
    ("status", "more"), [("19", {}), ("1", {"remarks": "MA01 MA18"}), ("1", {"crossover": "FOUNDERS F"}), ("4", {})]
)
def test_what_was_handed_on_or_not_processed_is_not_sent(store: Store, status: str, more: dict[str, str]) -> None:
    assert send(store, answered(store, status, **more)) == []


def test_a_payer_may_hand_on_without_saying_so(store: Store) -> None:
    settings = claim_settings_of(payers={"15202": {"crosses_over": True}})
    assert send(store, answered(store, month=signed(BOTH, settings=settings))) == []


def test_without_a_second_payer_there_is_no_second_claim(store: Store) -> None:
    assert send(store, answered(store, month=signed({"staff": "25"}))) == []


def test_a_second_payer_without_an_identifier_is_held_with_what_it_lacks(store: Store) -> None:
    month = signed({"staff": "25", "coverages": covered(PART_B, MEDIGAP | {"payer_id": None})})
    assert send(store, answered(store, month=month)) == []
    with store.reading() as connection:
        held = difference(connection, month, drafted(month)).held
    assert [(draft.payer_order, need.need) for draft, need, _ in held] == [(2, "payer_identifier_missing")]


def test_a_clinics_second_claim_is_on_its_own_form(store: Store) -> None:
    month = answered(store, month=signed(BOTH, setting="rhc", month="2026-05"))
    (file,) = send(store, month)
    assert complaints(file.content) == []
    assert named(file.content, "CLM")[0][5] == "71:A:1"
    assert named(file.content, "SVD") == [["SVD", "15202", "51.84", "HC:99490", "0521", "1"]]
