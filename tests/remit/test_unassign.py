"""An answer given to a claim by hand is taken back: everything stands as before, and history keeps both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from config.errors import InputError
from flows.cli import app
from tasks.remit.assign import assign
from tasks.remit.post import post
from tasks.remit.unassign import unassign
from tasks.remit.worklist import answers_of
from tasks.store import open_store
from tasks.store.claim_tables import claim_files, claims, ledger
from tasks.store.denials import mark
from tasks.store.overpayments import record_refund
from tasks.store.remit_tables import (
    claim_payments,
    denial_codes,
    denials,
    line_payments,
    overpayments,
    remittance_files,
    suspense_events,
)  # fmt: skip
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill, rows
from tests.remit.test_assign import PAYER, TODAY, WHO, number_of

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

BACK = ("B. Auditor", "it was another patient's")
STAND = (
    (claims, ("claim_number", "state", "payer_claim_number")),
    (ledger, ("claim_number", "paid_cents", "state")),
    (claim_payments, ("id", "claim_number", "suspense_reason")),
    (line_payments, ("claim_payment_id", "line", "claim_line")),
    (denials, ("claim_number", "line", "claim_payment_id", "state", "due_date", "expected_cents", "error")),
    (denial_codes, ("reason", "error", "times")),
    (overpayments, ("claim_number", "cents", "open_cents", "why", "state", "keeps_cents")),
    (remittance_files, ("file_name", "state")),
)


def whole(store) -> list:
    return [rows(store, table, *columns) for table, columns in STAND] + [answers_of(store, "P1")["claim_balances"]]


def same(one: list, other: list) -> bool:
    return one[:-1] == other[:-1] and one[-1].equals(other[-1])


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([("7", paid("7"), "47.42")], id="the only answer"),
        pytest.param([("7", denied("7", "CO", "B20", "N472"), "0")], id="a denial"),
        pytest.param(
            [("C7", denied("C7", "CO", "50"), "0"), ("7", paid("7"), "47.42")], id="it had paid a denied claim"
        ),
        pytest.param(
            [("C7", denied("C7", "CO", "50"), "0"), ("7", denied("7", "CO", "B20", "N472"), "0")],
            id="it had denied a denied claim anew",
        ),
        pytest.param([("C7", paid("C7"), "47.42"), ("7", paid("7", icn="ICN2"), "47.42")], id="it had paid twice"),
    ],
)
def test_everything_stands_as_before_and_history_keeps_both(store, answers):
    bill(store, ("C7", "99490"), ("C8", "99490"), **PAYER)
    for place, (_, body, amount) in enumerate(answers):
        post(store, f"{place}.835", answer(body, amount, trace=f"EFT{place}", day=f"2026111{place}"), TODAY)
    number, before = number_of(store, "7"), whole(store)
    assert assign(store, number, "C7", *WHO, TODAY)
    moved = whole(store)
    assert not same(moved, before)
    assert unassign(store, number, *BACK, TODAY) == "C7"
    assert same(whole(store), before)
    assert sorted(rows(store, suspense_events, "claim_number", "assigned_by", "note")) == [
        ("", *BACK), ("C7", *WHO),
    ]  # fmt: skip
    with pytest.raises(InputError, match=f"^Answer {number} waits in suspense; there is nothing to take back.$"):
        unassign(store, number, *BACK, TODAY)
    assert assign(store, number, "C8", *WHO, TODAY), "it may go to the right claim now"
    assert unassign(store, number, *BACK, TODAY) == "C8"
    assert same(whole(store), before)


def test_a_denial_that_was_worked_on_before_is_worked_on_again(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(denied("C7", "CO", "50"), day="20261110"), TODAY)
    with store.writing() as connection:
        mark(connection, "C7", 1, "appealed", "sent", datetime(2026, 11, 12, tzinfo=UTC))
    post(store, "b.835", answer(paid("7"), "47.42", trace="EFT2"), TODAY)
    before = whole(store)
    assign(store, number := number_of(store, "7"), "C7", *WHO, TODAY)
    assert rows(store, denials, "state") == [("paid",)]
    unassign(store, number, *BACK, TODAY)
    assert same(whole(store), before)
    assert rows(store, denials, "state") == [("appealed",)]


def refused(store, number: int, sentence: str) -> None:
    before = whole(store)
    with pytest.raises(InputError) as told:
        unassign(store, number, *BACK, TODAY)
    assert str(told.value) == sentence
    assert same(whole(store), before)


def test_what_was_refunded_since_holds_it(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("C7"), "47.42"), TODAY)
    post(store, "b.835", answer(paid("7"), "47.42", trace="EFT2"), TODAY)
    assign(store, number := number_of(store, "7"), "C7", *WHO, TODAY)
    with store.writing() as connection:
        record_refund(connection, "C7", 1000, TODAY, "CHK 1", "B. Auditor", datetime.now(UTC))
    refused(
        store, number,
        f"Money of claim C7 was refunded since answer {number} was given to it (CHK 1); put that right first.",
    )  # fmt: skip


def test_a_denial_that_was_worked_on_since_holds_it(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(denied("7", "CO", "50")), TODAY)
    assign(store, number := number_of(store, "7"), "C7", *WHO, TODAY)
    with store.writing() as connection:
        mark(connection, "C7", 1, "appealed", "sent", datetime.now(UTC))
    refused(
        store, number,
        f"The denial of claim C7, line 1, is appealed since answer {number} was given to it; set it to open first "
        "(ccm denial).",
    )  # fmt: skip
    with store.writing() as connection:
        mark(connection, "C7", 1, "open", "withdrawn", datetime.now(UTC))
    assert unassign(store, number, *BACK, TODAY) == "C7"


def test_a_claim_that_went_out_since_holds_it(store):
    bill(store, ("C7", "99490"), patient_id="PT-1", **PAYER)
    post(store, "a.835", answer(paid("7"), "47.42"), TODAY)
    assign(store, number := number_of(store, "7"), "C7", *WHO, TODAY)
    bill(store, ("C9", "99490"), patient_id="PT-1", payer_order=2, payer_id="60054")
    with store.writing() as connection:
        connection.execute(sa.update(claim_files).values(created_at=datetime.now(UTC) + timedelta(minutes=1)))
    refused(
        store, number,
        f"Claim C9 of the same patient and month was written since answer {number} was given to claim C7; void it "
        "first.",
    )  # fmt: skip
    with store.writing() as connection:
        connection.execute(sa.update(claims).where(claims.c.claim_number == "C9").values(state="voided"))
    assert unassign(store, number, *BACK, TODAY) == "C7"


@pytest.mark.parametrize("who", [("", "why"), ("B. Auditor", " ")])
def test_who_and_why_are_asked(store, who):
    with pytest.raises(InputError, match=r"^Say who takes it back and why: --by NAME and --reason TEXT"):
        unassign(store, 1, *who, TODAY)


def test_what_its_payer_named_is_not_taken_back(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("C7"), "47.42"), TODAY)
    refused(
        store, number := number_of(store, "C7"),
        f"Answer {number} was given to no claim by hand; one that its payer named stays with it.",
    )  # fmt: skip
    with pytest.raises(InputError, match=r"^Answer 99 was given to no claim by hand"):
        unassign(store, 99, *BACK, date(2026, 11, 24))


def test_the_command_takes_it_back(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("7"), "47.42"), TODAY)
    number = str(number_of(store, "7"))
    store.close()
    run, out = CliRunner(), ["--out", str(tmp_path)]
    run.invoke(app, ["suspense", "assign", number, "--claim", "C7", "--by", "A", "--reason", "prefix", *out])
    told = run.invoke(app, ["suspense", "unassign", number, "--by", "B", "--reason", "wrong", *out])
    assert f"Answer {number} is taken back from claim C7 and waits in suspense again." in told.output
    assert (tmp_path / "suspense.csv").exists()
