"""An answer is not given to a claim that its payer or its day contradicts, unless a person says that both are one."""

from __future__ import annotations

from datetime import date

import pytest

from config.errors import InputError
from tasks.remit.assign import assign
from tasks.remit.post import post
from tasks.store.remit_tables import suspense_events
from tests.remit.answers import answer, paid
from tests.remit.billed import bill, rows
from tests.remit.test_assign import PAYER, TODAY, WHO, number_of, whole

pytestmark = pytest.mark.slow

OTHER_DAY = (
    "Answer {} is about a service of 2026-10-31 and claim C7 has one of 2026-09-30; give the claim of that day, or "
    "--anyway where the payer wrote it wrongly."
)
OTHER_PAYER = (
    "Answer {} comes from MEDICARE TEST CONTRACTOR and claim C7 was billed to {}; give a claim of that payer, or "
    "--other-payer where one answers for the other."
)


def refused(store, number: int, claim: str, sentence: str, **said: bool) -> None:
    before = whole(store)
    with pytest.raises(InputError) as told:
        assign(store, number, claim, *WHO, TODAY, **said)
    assert str(told.value) == sentence
    assert whole(store) == before


def waits(store, content: str = "") -> int:
    post(store, "a.835", answer(content or paid("7"), "47.42"), TODAY)
    return number_of(store, "7")


def test_another_service_date_is_refused_until_a_person_says_so_and_why(store):
    bill(store, ("C7", "99490"), service_date=date(2026, 9, 30), **PAYER)
    number = waits(store)
    refused(store, number, "C7", OTHER_DAY.format(number))
    refused(store, number, "C7", OTHER_DAY.format(number), other_payer=True)
    assert assign(store, number, "C7", *WHO, TODAY, anyway=True)
    noted = f"{WHO[1]} (another service date, said by A. Biller)"
    assert rows(store, suspense_events, "note") == [(noted,)]


def test_an_answer_without_a_day_of_its_own_is_compared_by_that_of_its_claim(store):
    bill(store, ("C7", "99490"), service_date=date(2026, 9, 30), **PAYER)
    body = (
        paid("7")
        .replace("        DTM*472*20261031\n", "")
        .replace("        SVC*", "        DTM*232*20261031\n        SVC*")
    )
    refused(store, number := waits(store, body), "C7", OTHER_DAY.format(number))


def test_an_answer_that_tells_no_day_contradicts_none(store):
    bill(store, ("C7", "99490"), service_date=date(2026, 9, 30), **PAYER)
    assert assign(store, waits(store, paid("7").replace("        DTM*472*20261031\n", "")), "C7", *WHO, TODAY)


def test_another_payer_is_refused_whatever_is_said_of_the_day(store):
    bill(store, ("C7", "99490"), payer_name="Coastal Health Plan", payer_id="60054")
    number = waits(store)
    sentence = OTHER_PAYER.format(number, "Coastal Health Plan (60054)")
    refused(store, number, "C7", sentence)
    refused(store, number, "C7", sentence, anyway=True)
    assert assign(store, number, "C7", *WHO, TODAY, other_payer=True)
    assert rows(store, suspense_events, "note") == [(f"{WHO[1]} (another payer, said by A. Biller)",)]


def test_a_payer_is_known_by_its_number_or_by_the_claims_it_answered_before(store):
    bill(store, ("C6", "99490"), ("C7", "99490"))
    number = waits(store)
    refused(store, number, "C7", OTHER_PAYER.format(number, "Medicare (12345)"))
    post(store, "b.835", answer(paid("C6"), "47.42", trace="EFT2"), TODAY)
    assert assign(store, number, "C7", *WHO, TODAY)


def test_a_payer_that_answers_for_another_claim_is_not_taken_by_its_name(store):
    bill(store, ("C6", "99490"), payer_id="99999")
    bill(store, ("C7", "99490"), **PAYER)
    number = waits(store)
    post(store, "b.835", answer(paid("C6"), "47.42", trace="EFT2"), TODAY)
    refused(store, number, "C7", OTHER_PAYER.format(number, "Medicare Test Contractor (12345)"))


def test_a_payer_in_the_second_place_does_not_make_the_first_payers_claims_its_own(store):
    bill(store, ("C6", "99490"), ("C7", "99490"))
    post(store, "b.835", answer(paid("C6", status="2"), "47.42", trace="EFT2"), TODAY)
    number = waits(store)
    refused(store, number, "C7", OTHER_PAYER.format(number, "Medicare (12345)"))


def test_the_day_is_that_of_its_own_payment_where_a_file_has_two_alike(store):
    from tests.remit.answers import interchange, remittance

    bill(store, ("C7", "99490"), service_date=date(2026, 9, 30), **PAYER)
    other = paid("7").replace("20261031", "20260930")
    both = interchange(
        remittance(paid("7"), "47.42", trace="EFT1"), remittance(other, "47.42", trace="EFT2"), control=5
    )
    post(store, "a.835", both, TODAY)
    from tasks.store.remit_tables import claim_payments

    first, second = (row[0] for row in rows(store, claim_payments, "id"))
    refused(store, first, "C7", OTHER_DAY.format(first))
    assert assign(store, second, "C7", *WHO, TODAY)
