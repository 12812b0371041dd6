"""The second payer is billed once the first has answered, with its answer, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from tasks.claim.difference import difference
from tasks.claim.drafts import Payer
from tasks.claim.second import way_to, ways_on
from tasks.claim.send_out import send_out
from tasks.claim.signed import SignedMonth, drafted
from tasks.remit.post import post
from tasks.store.store import Store
from tests.claim.signed_months import MEDIGAP, NOW, PART_B, claim_settings_of, covered, remit, rows, send, signed
from tests.claim.validators import complaints, named
from tests.remit.answers import answer

pytestmark = pytest.mark.slow

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


WAYS = ["coverage_id", "codes", "codes_not_covered", "confidence", "source", "filing_days"]


def verified(month: SignedMonth, *ways: tuple[str, str, str, str], table: str = "payer_answers") -> SignedMonth:
    """The month with what was found of further payers: patient, kind, identifier, and what becomes of the claim."""
    frame = pd.DataFrame(ways, columns=["patient_id", "payer_kind", "payer_id", "second_claim"]).assign(program="bhi")
    frame = frame.assign(**dict.fromkeys(WAYS, "") | {"filing_days": pd.NA})
    answers = frame if table == "program_answers" else frame.drop(columns="program")
    return replace(month, tables={**month.tables, table: answers})


def test_no_claim_goes_to_who_is_known_to_pay_none_unless_the_program_is_another(store: Store) -> None:
    none = ("P1", "medigap", "SYN23", "none")
    month = answered(store, month=verified(signed(BOTH), none))
    assert send(store, month) == []
    key, payer = ("P1", "medigap", "SYN23"), Payer("medigap", "Founders F", "SYN23", "F99")
    apart = ways_on(verified(month, (*key, "by_remittance"), table="program_answers").tables)
    assert [way_to(apart, "P1", program, payer) for program in ("ccm", "bhi")] == ["none", "by_remittance"]


def test_a_payer_in_third_place_is_billed_where_the_second_pays_none(store: Store) -> None:
    tricare = {"payer_kind": "tricare", "payer_name": "Tricare East", "payer_id": "TRIC", "member_id": "T1"}
    three = {"staff": "25", "coverages": covered(PART_B, tricare, MEDIGAP)}
    month = answered(store, month=verified(signed(three), ("P1", "tricare", "TRIC", "none")))
    assert len(send(store, month)) == 1
    assert rows(store, "payer_order", "payer_id") == [(1, "15202"), (2, "SYN23")]


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


LAST_DAY = date(2026, 12, 20)  # thirty days after the first payer's answer of 20 November
BILLS = claim_settings_of(unanswered_crossover="bill")
SECONDS = "CLP*{n}*2*95*13.23**12*S1\nSVC*HC:99490*95*13.23**1\nCAS*OA*23*81.77"


def sent_on(store: Store, month: SignedMonth, day: date) -> list[Any]:
    with store.writing() as connection:
        return send_out(connection, month, drafted(month), datetime.combine(day, NOW.timetz()))


def needs_on(store: Store, month: SignedMonth, day: date) -> list[tuple[int, str]]:
    with store.reading() as connection:
        held = difference(connection, month, drafted(month), day).held
    return [(draft.payer_order, need.need) for draft, need, _ in held]


@pytest.mark.parametrize(
    ("status", "more"), [("19", {}), ("1", {"remarks": "MA01 MA18"}), ("1", {"crossover": "FOUNDERS F"})]
)
def test_a_crossover_that_nobody_answers_is_told_once_its_wait_is_over(
    store: Store, status: str, more: dict[str, str]
) -> None:
    month = answered(store, status, **more)
    assert (sent_on(store, month, LAST_DAY), needs_on(store, month, LAST_DAY)) == ([], [])
    later = LAST_DAY + timedelta(days=1)
    assert sent_on(store, month, later) == [], "a practice that has not chosen to bill it sends nothing"
    assert needs_on(store, month, later) == [(2, "crossover_unanswered")]


def test_where_the_practice_chose_so_the_second_payer_is_billed_after_the_wait_and_once(store: Store) -> None:
    month = answered(store, "19", signed(BOTH, settings=BILLS))
    assert sent_on(store, month, LAST_DAY) == []
    (file,) = sent_on(store, month, LAST_DAY + timedelta(days=1))
    assert complaints(file.content) == []
    assert [one[3] for one in named(file.content, "NM1", "PR")] == ["FOUNDERS F", "MEDICARE"]
    later = LAST_DAY + timedelta(days=60)
    assert (sent_on(store, month, later), needs_on(store, month, later)) == ([], [])


@pytest.mark.parametrize("number", ["{n}", "{n}-"])
def test_a_crossover_that_was_answered_is_never_billed(store: Store, number: str) -> None:
    month = answered(store, "19", signed(BOTH, settings=BILLS))
    claim = str(rows(store, "claim_number")[0][0])
    body = SECONDS.replace("{n}", number.replace("{n}-", "{n}").replace("{n}", claim))
    if number.endswith("-"):  # the second payer has other charges: it waits in suspense, and came all the same
        body = body.replace("*95*", "*94*").replace("81.77", "80.77")
    done = post(store, "s.835", answer(body, "13.23", trace="S1", payer_id="1999999999"), date(2026, 12, 1))
    assert done.in_suspense == number.endswith("-")
    later = LAST_DAY + timedelta(days=60)
    assert (sent_on(store, month, later), needs_on(store, month, later)) == ([], [])


FIRSTS = "CLP*{n}*19*{c}*51.84*13.23*MB*ICN6\nSVC*HC:99490*{c}*51.84**1\nCAS*CO*45*{o}\nCAS*PR*2*13.23"


@pytest.mark.parametrize(
    ("body", "payer_id"),
    [
        (FIRSTS.replace("{c}", "95").replace("{o}", "29.93"), "1555555555"),
        (FIRSTS.replace("{c}", "94").replace("{o}", "28.93"), "15202"),
        (FIRSTS.replace("*19*{c}*51.84*13.23", "*4*{c}*0*").replace("*{c}*51.84*", "*{c}*0*").replace("{c}", "94")
         .replace("{o}", "80.77"), "15202"),
    ],
    ids=["from another contractor", "in suspense", "denied in suspense"],
)  # fmt: skip
def test_what_the_first_payer_says_besides_is_no_word_of_the_second(store: Store, body: str, payer_id: str) -> None:
    month = answered(store, "19")
    claim = str(rows(store, "claim_number")[0][0])
    cents = "0" if "*4*" in body else "51.84"
    done = post(store, "s.835", answer(body.replace("{n}", claim), cents, trace="S1", payer_id=payer_id),
                date(2026, 12, 1))  # fmt: skip
    assert done.in_suspense == (payer_id == "15202")
    later = LAST_DAY + timedelta(days=60)
    assert needs_on(store, month, later) == [(2, "crossover_unanswered")]
