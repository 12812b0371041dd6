"""What is no refusal of a line by a first payer: shares, remarks, returned claims, offsets, crossovers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.remit_tables import claim_payments, provider_adjustments
from tasks.store.store import Store, open_store
from tests.claim.signed_months import MEDIGAP, PART_B, covered, rows, send, signed
from tests.payer.books import Member
from tests.payer.payer import Payer
from tests.payer.refusals import returned
from tests.payer.remit import complaints, remittances
from tests.payer.submitted import submitted
from tests.remit.billed import rows as rows_of

pytestmark = pytest.mark.slow

RECEIVED, NOTICE, TODAY = date(2026, 11, 12), date(2026, 11, 20), date(2026, 12, 30)
MEMBER = PART_B["member_id"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    yield opened
    opened.close()


def posted(store: Store, payer: Payer, day: date = NOTICE) -> None:
    for place, content in enumerate(remittances(payer, day)):
        assert complaints(content) == []
        done = post(store, f"{payer.payer_id}-{day}-{place}", content, TODAY)
        assert (done.state, done.difference_cents, done.in_suspense) == ("posted", 0, 0)


def test_shares_and_the_remark_on_a_qualified_patient_are_no_denials(store: Store) -> None:
    """Rows 36 and 37: 60.49 allowed; deductible 30.00, a fifth of the rest 6.09 (30.49 / 5, cut)."""
    (file,) = send(store, signed({"staff": "25"}))
    payer = Payer(PART_B["payer_id"], "MEDICARE")
    payer.members[MEMBER] = Member(qualified=True, deductible_left={2026: 3000})
    payer.receive(file.content, RECEIVED)
    posted(store, payer)
    found = answers_of(store, "P1")
    assert found["denials"].empty
    (balance,) = found["claim_balances"].to_dict("records")
    assert (balance["patient_cents"], balance["open_cents"], balance["state"]) == (3609, 0, "paid")
    assert rows_of(store, claim_payments, "remarks") == [("MA01 N782",)]


@pytest.mark.slow
def test_a_second_payer_that_had_the_claim_already_is_waited_for(store: Store) -> None:
    """Row 21: Medicare handed the claim on without saying so, and the practice sent it too."""
    month = signed({"staff": "25", "coverages": covered(PART_B, MEDIGAP)})
    (file,) = send(store, month)
    medicare, second = Payer(PART_B["payer_id"], "MEDICARE"), Payer(MEDIGAP["payer_id"], "FOUNDERS F", "supplement")
    medicare.receive(file.content, RECEIVED)
    second.cross_over(medicare.waiting[0], RECEIVED)
    crossed, second.waiting = second.waiting, []
    posted(store, medicare)
    (again,) = send(store, month)
    second.receive(again.content, NOTICE)
    posted(store, second, NOTICE + timedelta(days=5))
    (denial,) = answers_of(store, "P1")["denials"].to_dict("records")
    told = (denial["error"], denial["route"], denial["owner"], denial["reason"])
    assert told == ("crossover_sent_twice", "wait_for_crossover", "billing", "18")
    assert denial["due_date"].date() == NOTICE + timedelta(days=35)
    second.waiting = crossed
    posted(store, second, NOTICE + timedelta(days=9))
    balances = answers_of(store, "P1")["claim_balances"].set_index("claim_number")
    first = str(rows(store, "claim_number")[0][0])
    assert balances.loc[first, "patient_cents"] == 0
    assert balances.loc[first, "paid_cents"] == sum(payer.filed[first].paid for payer in (medicare, second))


def test_a_clinics_claim_with_cg_twice_is_returned_and_nothing_comes(store: Store) -> None:
    """Row 32: it was never received, so that no remittance ever speaks of it."""
    (file,) = send(store, signed({"staff": "45"}, setting="rhc"))
    text = file.content.decode().replace("HC:99490", "HC:99490:CG").replace("HC:99439", "HC:99439:CG").encode()
    assert [returned(claim) for claim in submitted(text)] == [True]
    assert [returned(claim) for claim in submitted(file.content)] == [False]
    payer = Payer(PART_B["payer_id"], "MEDICARE")
    payer.receive(text, RECEIVED)
    assert payer.returned == [str(rows(store, "claim_number")[0][0])]
    assert remittances(payer, NOTICE) == []


@pytest.mark.slow
def test_money_taken_back_after_an_audit_is_seen_beside_the_claims(store: Store) -> None:
    """Row 11: no line is refused; the payer keeps back from another payment what it paid for a unit too many."""
    people = [{"staff": "65", "coverages": covered(PART_B | {"member_id": f"M{n}"})} for n in (1, 2)]
    (file,) = send(store, signed(*people))
    first, later = (str(one) for (one,) in rows(store, "claim_number"))
    payer = Payer(PART_B["payer_id"], "MEDICARE")
    payer.receive(file.content, RECEIVED, {first})
    posted(store, payer)
    payer.withhold(first, 3601)
    payer.receive(file.content, RECEIVED, {later})
    posted(store, payer, NOTICE + timedelta(days=30))
    assert answers_of(store, "P1")["denials"].empty
    icn = payer.filed[first].answers[0].icn
    assert rows_of(store, provider_adjustments, "reason", "reference", "cents") == [("WO", icn, 3601)]


def test_a_correction_that_names_nothing_is_refused(store: Store) -> None:
    """A claim of frequency 7 whose original the payer does not know: refused whole, and looked at by hand."""
    (file,) = send(store, signed({"staff": "25"}, setting="rhc"))
    text = file.content.decode().replace("71:A:1", "71:A:7").encode()
    payer = Payer(PART_B["payer_id"], "MEDICARE")
    payer.receive(text, RECEIVED)
    posted(store, payer)
    (denial,) = answers_of(store, "P1")["denials"].to_dict("records")
    assert (denial["reason"], denial["state"]) == ("16", "open")
