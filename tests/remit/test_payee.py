"""An answer whose payment went to an NPI that is none of the practice's waits, until a person says that it is."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from tasks.remit.assign import assign
from tasks.remit.post import post, try_suspense_again
from tasks.remit.unassign import unassign
from tasks.remit.worklist import waiting
from tasks.store import Store, basis
from tasks.store.claim_tables import claims
from tasks.store.records import Basis, Digests
from tasks.store.schema import cycles
from tests.remit.answers import answer, paid
from tests.remit.billed import NOW, bill, rows
from tests.remit.test_corrections import reversal

pytestmark = pytest.mark.slow  # a database each

TODAY = date(2026, 11, 24)
OTHERS, MINE, DOCTOR = "1093817465", "2900000011", "2900010002"


def decided(store: Store, month: str, billing: str, practice_id: str = "P1") -> None:
    """A month of the practice is on record, with the identifiers of its row and of its practitioner."""
    tables = {
        "practices": pd.DataFrame({"practice_id": [practice_id], "billing_npi": [billing]}),
        "practitioners": pd.DataFrame({"npi": [DOCTOR, None]}),
    }
    row = {"practice_id": practice_id, "month": month, "revision": 1, "state": "decided", "settings": "{}"}
    row |= dict.fromkeys(("input_digest", "settings_digest", "rulebook_digest", "result_digest"), "d")
    with store.writing() as connection:
        number = connection.execute(sa.insert(cycles).values(row | {"created_at": NOW})).inserted_primary_key[0]
        basis.keep(connection, number, Basis(Digests("a", "b", "c"), tables, "{}", b""))


def paid_to(payee: str, number: str = "C7", trace: str = "T1") -> bytes:
    content = answer(paid(number, icn=f"I{number}"), "47.42", trace=trace, payee=payee)
    return content.replace(b"*XX*", b"*FI*") if len(payee) == 9 else content


@pytest.mark.parametrize("payee", [MINE, DOCTOR, "2900000029", "481234567"])
def test_what_went_to_the_practice_is_posted(store, payee):
    bill(store, ("C7", "99490"))
    decided(store, "2026-09", "2900000029")  # its identifier of before
    decided(store, "2026-10", MINE)
    done = post(store, "a.835", paid_to(payee), TODAY)
    assert (done.state, done.in_suspense) == ("posted", 0)
    assert rows(store, claims, "state") == [("paid",)]


def test_where_no_month_tells_whose_an_identifier_is_it_is_posted(store):
    bill(store, ("C7", "99490"))
    decided(store, "2026-10", OTHERS, practice_id="P2")
    decided(store, "2026-10", "1")  # no identifier at all
    assert post(store, "a.835", paid_to(MINE), TODAY).in_suspense == 0


def test_what_went_to_another_waits_with_a_sentence(store):
    bill(store, ("C7", "99490"))
    decided(store, "2026-10", MINE)
    decided(store, "2026-10", OTHERS, practice_id="P2")
    done = post(store, "a.835", paid_to(OTHERS), TODAY)
    assert (done.state, done.in_suspense, done.payment_cents, done.difference_cents) == ("posted_in_part", 1, 4742, 0)
    assert rows(store, claims, "state") == [("written",)]
    (row,) = waiting(store).to_dict("records")
    assert (row["reason"], row["control_number"]) == ("other_payee", "C7")
    assert row["words"] == "The payment went to an NPI that is none of the practice's"
    assert "ccm suspense assign" in row["fix"]
    assert try_suspense_again(store, TODAY) == 0


def test_once_a_person_has_given_one_to_its_claim_the_others_follow(store):
    bill(store, *((number, "99490") for number in ("C7", "C8", "C9")))
    decided(store, "2026-10", MINE)
    post(store, "a.835", paid_to(OTHERS, "C7"), TODAY)
    post(store, "b.835", paid_to(OTHERS, "C8", "T2"), TODAY)
    first = int(waiting(store)["number"].iloc[0])
    assert assign(store, first, "C7", "Ann", "the hospital is paid for us", TODAY, other_payer=True)
    assert try_suspense_again(store, TODAY) == 1
    assert post(store, "c.835", paid_to(OTHERS, "C9", "T3"), TODAY).in_suspense == 0
    assert {state for (state,) in rows(store, claims, "state")} == {"paid"}
    unassign(store, first, "Ann", "it is not ours", TODAY)
    assert waiting(store)["reason"].tolist() == ["other_payee"]


def test_what_takes_back_an_answer_that_is_posted_goes_where_that_one_is(store: Store) -> None:
    bill(store, ("C7", "99490"))
    assert post(store, "a.835", paid_to(OTHERS, "C7"), TODAY).in_suspense == 0, "no month is on record yet"
    decided(store, "2026-10", MINE)
    after = "PLB*1234567893*20261231*FB:BALANCE*-47.42"
    back = answer(reversal("C7", icn="IC7"), "0", trace="T9", payee=OTHERS, after=after)
    assert post(store, "b.835", back, TODAY).in_suspense == 0
    assert rows(store, claims, "state") == [("reversed",)]
