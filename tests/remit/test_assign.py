"""An answer that fits no claim is given to one by hand: money and denials move, and history knows who did it."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from typer.testing import CliRunner

from config.errors import InputError
from flows.cli import app
from tasks.remit.assign import assign
from tasks.remit.post import post
from tasks.remit.worklist import answers_of, waiting
from tasks.store import open_store
from tasks.store.claim_tables import claims, ledger
from tasks.store.remit_tables import claim_payments, denials, line_payments, remittance_files, suspense_events
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill, rows
from tests.store.months import knows

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)
WHO = ("A. Biller", "the payer dropped our prefix")
PAYER = {"payer_name": "Medicare Test Contractor"}  # as the answers call it


def number_of(store, control_number: str) -> int:
    (found,) = rows(store, claim_payments, "id", control_number=control_number)
    return found[0]


def whole(store) -> list:
    tables = ((claims, ("claim_number", "state")), (ledger, ("claim_number", "paid_cents", "state")))
    tables += ((claim_payments, ("id", "claim_number", "suspense_reason")), (denials, ("claim_number", "line")))
    tables += ((line_payments, ("claim_payment_id", "claim_line")), (suspense_events, ("claim_number", "note")))
    return [rows(store, table, *columns) for table, columns in tables]


def test_a_payment_moves_to_the_claim_and_its_balance_ties(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("7"), "47.42"), TODAY)
    number = number_of(store, "7")
    assert waiting(store)["number"].tolist() == [number]
    assert assign(store, number, "C7", *WHO, TODAY)
    assert waiting(store).empty
    balance = answers_of(store, "P1")["claim_balances"].iloc[0]
    told = ("state", "paid_cents", "contractual_cents", "patient_cents", "open_cents")
    assert tuple(balance[list(told)]) == ("paid", 4742, 4048, 1210, 0)
    assert rows(store, ledger, "paid_cents", "state") == [(4742, "paid")]
    assert rows(store, line_payments, "claim_line") == [(1,)]
    assert rows(store, remittance_files, "state") == [("posted",)]
    assert rows(
        store, suspense_events, "claim_payment_id", "claim_number", "suspense_reason", "assigned_by", "note"
    ) == [(number, "C7", "unknown_claim", *WHO)]
    before = whole(store)
    assert not assign(store, number, "C7", *WHO, TODAY), "a second time changes nothing"
    assert post(store, "again.835", answer(paid("7"), "47.42"), TODAY).state == "repeated"
    assert whole(store) == before


def test_a_reason_has_no_patient_in_it(store):
    knows(store)
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("7"), "47.42"), TODAY)
    before = whole(store)
    with pytest.raises(InputError, match=r"^--reason: a patient's name stands in the text"):
        assign(store, number_of(store, "7"), "C7", WHO[0], "it is Cora Pine's", TODAY)
    assert whole(store) == before


def test_a_denial_moves_too_and_is_on_the_worklist(store):
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(denied("7", "CO", "B20")), TODAY)
    assert rows(store, denials, "claim_number") == []
    assign(store, number_of(store, "7"), "C7", *WHO, TODAY)
    assert rows(store, denials, "claim_number", "line", "error") == [("C7", 1, "another_practitioner_paid")]
    assert rows(store, claims, "state") == [("denied",)]


@pytest.mark.slow
def test_another_charge_is_taken_only_for_the_claim_that_the_payer_named(store):
    bill(store, ("C7", "99490"), ("C8", "99490 99439"), **PAYER)
    post(store, "a.835", answer(paid("C8") + "\n" + paid("7"), "94.84"), TODAY)
    named, nameless = number_of(store, "C8"), number_of(store, "7")
    before = whole(store)
    with pytest.raises(InputError, match=r"^Claim C8 charges \$180.00 and answer \d+ is about \$100.00"):
        assign(store, nameless, "C8", *WHO, TODAY)
    assert whole(store) == before
    assert assign(store, named, "C8", *WHO, TODAY)
    balances = answers_of(store, "P1")["claim_balances"].set_index("claim_number")
    assert balances.loc["C8", "open_cents"] == 8000, "what the payer says nothing of stays open"


@pytest.mark.parametrize(
    ("control", "claim", "who", "sentence"),
    [
        ("7", "C9", WHO, "There is no claim of that number in this database; the numbers stand in claims.csv."),
        ("7", "C8", WHO, "Claim C8 has none of the codes of answer N (99490); give another one."),
        ("BAD", "C7", WHO, "Answer N waits because its own amounts or codes are wrong (out_of_balance: 1.00); ask the "
         "payer for a corrected remittance."),
        ("7", "C7", ("A. Biller", " "), "Say who assigns it and why: --by NAME and --reason TEXT, without names of "
         "patients."),
        ("C7", "C6", WHO, "There is no answer N in suspense; its number stands in suspense.csv."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(store, control, claim, who, sentence):
    bill(store, ("C6", "99490"), ("C7", "99490"), ("C8", "G0506"), **PAYER)
    bad = paid("BAD").replace("CAS*PR*2*12.10", "CAS*PR*2*11.10")
    post(store, "a.835", answer(paid("7") + "\n" + bad + "\n" + paid("C7"), "142.26"), TODAY)
    number, before = number_of(store, control), whole(store)
    with pytest.raises(InputError) as refused:
        assign(store, number, claim, *who, TODAY)
    assert str(refused.value) == sentence.replace("answer N", f"answer {number}").replace(
        "Answer N", f"Answer {number}"
    )
    assert whole(store) == before


def test_an_answer_that_was_assigned_is_not_moved_on(store):
    bill(store, ("C6", "99490"), ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("7"), "47.42"), TODAY)
    number = number_of(store, "7")
    assign(store, number, "C7", *WHO, TODAY)
    with pytest.raises(InputError, match=f"Answer {number} is that of claim C7 already"):
        assign(store, number, "C6", *WHO, TODAY)


def test_the_commands_list_and_assign(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ccm.db'}")
    bill(store, ("C7", "99490"), **PAYER)
    post(store, "a.835", answer(paid("[red]7"), "47.42"), TODAY)
    store.close()
    run, out = CliRunner(), ["--out", str(tmp_path)]
    listed = run.invoke(app, ["suspense", *out], env={"COLUMNS": "150"})
    assert listed.exit_code == 0, listed.output
    assert "[red]7" in listed.output
    held = pd.read_csv(tmp_path / "suspense.csv")
    number = str(held["number"].item())
    told = ["suspense", "assign", number, "--claim", "C7", "--by", "A. Biller", "--reason", "prefix", *out]
    assert f"Answer {number} is assigned to claim C7." in run.invoke(app, told).output
    assert not (tmp_path / "suspense.csv").exists()
    assert f"Answer {number} was assigned before to claim C7." in run.invoke(app, told).output
    assert "No answer waits in suspense." in run.invoke(app, ["suspense", *out]).output
