"""The audit packet says what became of a patient-month: claims, answers, denials, money returned, the month's moves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tasks.remit.post import post
from tasks.send.packet_afterwards import afterwards_view
from tasks.store import month_life
from tasks.store.afterwards import afterwards
from tasks.store.overpayments import record_refund
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill
from tests.store.months import BASIS, OCTOBER, month, no_cases

TODAY, AT = date(2026, 11, 24), datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")


def decided(store):
    return store.save_cycle("P1", OCTOBER, BASIS, month(2), no_cases(), lambda *_: [], by="A. Preparer").cycle


def view(store, cycle, patient: str):
    with store.reading() as connection:
        return afterwards_view(afterwards(connection, cycle, patient), ZONE)


def test_before_any_claim_only_the_months_moves_are_told(store):
    found = view(store, decided(store), "PT-C7")
    assert [found[name] for name in ("claims", "answers", "denials", "returns")] == [[], [], [], []]
    assert [(row["state"], row["revision"], row["by"]) for row in found["moves"]] == [("decided", "1", "A. Preparer")]


def test_a_month_is_told_to_have_been_signed_off_by_whom_by_the_practices_clock(store):
    cycle = decided(store)
    with store.writing() as connection:
        month_life.sign_off(connection, cycle, "C. Coder", AT)
    row = view(store, cycle, "PT-C7")["moves"][-1]
    assert (row["at"], row["state"], row["by"]) == ("2026-11-24 20:30", "signed off", "C. Coder")


def test_claims_and_answers_are_those_of_the_patient_alone(store):
    cycle = decided(store)
    bill(store, ("C7", "99490"), ("C9", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(denied("C9", "CO", "B7"), "0", trace="T2", day="20261105"), TODAY)
    found = view(store, cycle, "PT-C7")
    (claim,), (said,) = found["claims"], found["answers"]
    assert (claim["number"], claim["codes"], claim["payer"]) == ("C7", "99490 x1", "Medicare (first payer)")
    assert (claim["written"], claim["charge"]) == ("2026-11-05 06:00, of revision 1", "$100.00")
    assert (said["claim"], said["paid"], said["trace"], said["paid_on"]) == ("C7", "$47.42", "T1", "2026-11-05")
    assert found["denials"] == found["returns"] == []
    (other,) = view(store, cycle, "PT-C9")["denials"]
    assert other["claim"].startswith("C9")
    assert other["state"].startswith("open")


def test_money_to_return_says_what_was_returned_and_what_is_open(store):
    cycle = decided(store)
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    (owed,) = view(store, cycle, "PT-C7")["returns"]
    assert (owed["amount"], owed["returned"]) == ("$47.42", "nothing by a refund of ours")
    with store.writing() as connection:
        record_refund(connection, "C7", 2000, date(2026, 11, 20), "1001", "A. Biller", AT)
    (owed,) = view(store, cycle, "PT-C7")["returns"]
    assert (owed["returned"], owed["open"]) == ("$20.00 on 2026-11-20, 1001", "$27.42 (open)")
