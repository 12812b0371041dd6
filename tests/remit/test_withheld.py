"""Money that a payer kept back for a claim of ours (PLB WO) stands on a list, with what accounts for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.overpayments import record_refund, refresh
from tasks.store.remit_tables import overpayments, provider_adjustments
from tests.remit.answers import answer, paid
from tests.remit.billed import bill, rows
from tests.remit.test_corrections import reversal

pytestmark = pytest.mark.slow  # a database each

TODAY = date(2026, 11, 24)


def kept_back(name: str, amount: str = "47.42") -> str:
    return f"PLB*1234567893*20261231*WO:{name}*{amount}"


def withheld(store, practice: str = "P1"):
    frame = answers_of(store, practice)["withheld"]
    assert (frame["withheld_cents"] == frame["accounted_cents"] + frame["open_cents"]).all()
    return frame


@pytest.mark.parametrize("name", ["ICN1", "ICN1 12345", "C7", "ICN1-7"])
def test_money_kept_back_for_a_claim_without_an_overpayment_is_on_the_list(store, name):
    bill(store, ("C7", "99490"), ("C9", "99490"))
    post(store, "a.835", answer(paid("C7", icn=name.split(" ")[0]), "47.42", trace="T1", day="20261105"), TODAY)
    assert withheld(store).empty
    post(store, "b.835", answer(paid("C9", icn="ICN9"), "0", trace="T2", after=kept_back(name)), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["claim_number"], row["withheld_cents"], row["open_cents"]) == ("C7", 4742, 4742)
    assert (row["payer_name"], row["trace_number"], row["file_name"]) == ("MEDICARE TEST CONTRACTOR", "T2", "b.835")
    assert row["payment_date"].date() == date(2026, 11, 20)
    assert "letter" in row["to_do"]
    assert sum(cents for (cents,) in rows(store, provider_adjustments, "cents")) == row["withheld_cents"]


def test_what_an_overpayment_accounts_for_leaves_nothing_to_do(store):
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    bill(store, ("C9", "99490"))
    post(store, "b.835", answer(paid("C9", icn="ICN9"), "0", trace="T2", after=kept_back("ICN1")), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["accounted_cents"], row["open_cents"], row["to_do"]) == (4742, 0, "")


def test_more_than_the_overpayment_is_left_open(store):
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    after = kept_back("ICN1", "50.42")
    post(store, "b.835", answer("", "-50.42", trace="T2", after=after), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["withheld_cents"], row["accounted_cents"], row["open_cents"]) == (5042, 4742, 300)


def test_what_a_reversal_took_back_is_accounted_for(store):
    """The payer takes its payment back in one remittance and keeps the money from a later one."""
    bill(store, ("C7", "99490"), ("C9", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    forward = "PLB*1234567893*20261231*FB:BALANCE*-47.42"
    post(store, "b.835", answer(reversal("C7"), "0", trace="T2", day="20261112", after=forward), TODAY)
    post(store, "c.835", answer(paid("C9", icn="ICN9"), "0", trace="T3", after=kept_back("ICN1")), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["accounted_cents"], row["open_cents"]) == (4742, 0)


def test_money_given_back_is_taken_off_and_another_practice_sees_nothing(store):
    bill(store, ("C7", "99490"))
    bill(store, ("D1", "99490"), practice_id="P2")
    for number in ("C7", "D1"):
        post(store, f"{number}.835", answer(paid(number, icn=f"I{number}"), "47.42", trace=number), TODAY)
    for trace, amount in (("T2", "47.42"), ("T3", "-40.00")):
        post(
            store,
            f"{trace}.835",
            answer("", f"{-float(amount):.2f}", trace=trace, after=kept_back("IC7", amount)),
            TODAY,
        )
    (row,) = withheld(store).to_dict("records")
    assert (row["claim_number"], row["withheld_cents"], row["trace_number"]) == ("C7", 742, "T3")
    assert withheld(store, "P2").empty


def test_what_was_taken_back_and_paid_anew_accounts_for_nothing(store) -> None:
    bill(store, ("C7", "99490"), ("C9", "99490"))
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    both = reversal("C7") + "\n" + paid("C7", icn="ICN2")
    post(store, "b.835", answer(both, "0", trace="T2", day="20261112"), TODAY)
    post(store, "c.835", answer(paid("C9", icn="ICN9"), "0", trace="T3", after=kept_back("ICN1")), TODAY)
    assert [row["open_cents"] for row in withheld(store).to_dict("records")] == [4742]


def test_what_was_paid_back_by_check_accounts_for_nothing_that_is_kept_back_besides(store) -> None:
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    with store.writing() as connection:
        record_refund(connection, "C7", 4742, TODAY, "CHECK 1", "Ann", datetime(2026, 11, 10, tzinfo=UTC))
    bill(store, ("C9", "99490"))
    post(store, "b.835", answer(paid("C9", icn="ICN9"), "0", trace="T2", after=kept_back("ICN1")), TODAY)
    assert [row["open_cents"] for row in withheld(store).to_dict("records")] == [4742]


def test_two_payers_that_number_their_claims_alike_keep_money_back_each_for_its_own(store) -> None:
    """Of two payers that call different claims ICN1, what one keeps back is for the claim that it answered."""
    bill(store, ("C7", "99490"), ("C9", "99490"), ("C8", "99490"), state="voided")
    plan = {"payer": "PLAN", "payer_id": "1999999999"}
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(paid("C9"), "47.42", trace="T2", day="20261106", **plan), TODAY)
    post(store, "c.835", answer("", "-47.42", trace="T3", after=kept_back("ICN1 4410"), **plan), TODAY)
    told = {row["claim_number"]: row["accounted_cents"] for row in withheld(store).to_dict("records")}
    assert told == {"C9": 4742}
    assert dict(rows(store, overpayments, "claim_number", "open_cents")) == {"C7": 4742, "C9": 0}


def test_a_payer_that_answered_no_such_claim_means_none_of_another_payers(store) -> None:
    bill(store, ("C7", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1", day="20261105"), TODAY)
    plan = {"payer": "PLAN", "payer_id": "1999999999"}
    post(store, "b.835", answer("", "-47.42", trace="T2", after=kept_back("ICN1"), **plan), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["claim_number"], row["payer_name"], row["reference"]) == ("", "PLAN", "ICN1")
    assert rows(store, overpayments, "claim_number", "open_cents") == [("C7", 4742)]


def test_a_name_as_a_whole_closes_nothing_of_the_claim_that_its_first_word_names(store) -> None:
    bill(store, ("C7", "99490"), ("C9", "99490"), state="voided")
    post(store, "a.835", answer(paid("C7", icn="ICN1"), "47.42", trace="T1", day="20261105"), TODAY)
    post(store, "b.835", answer(paid("C9", icn="ICN1 7"), "47.42", trace="T2", day="20261106"), TODAY)
    post(store, "c.835", answer("", "-47.42", trace="T3", after=kept_back("ICN1 7")), TODAY)
    with store.writing() as connection:
        refresh(connection, ["C7", "C9"], TODAY)
    assert dict(rows(store, overpayments, "claim_number", "open_cents")) == {"C7": 4742, "C9": 0}


@pytest.mark.parametrize("name", ["OLD-SYSTEM-1", "", "ICN9 1"])
def test_money_kept_back_that_names_no_claim_of_ours_is_listed_as_unknown(store, name) -> None:
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7"), "32.42", trace="T1", after=kept_back(name, "15")), TODAY)
    post(store, "b.835", answer("", "-5", trace="T2", after=kept_back(name, "5")), TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["claim_number"], row["reference"]) == ("", name)
    assert (row["withheld_cents"], row["accounted_cents"], row["open_cents"]) == (2000, 0, 2000)
    assert (row["trace_number"], row["file_name"]) == ("T2", "b.835")
    assert "no claim that is on record" in row["to_do"]
    post(store, "c.835", answer("", "20", trace="T3", after=kept_back(name, "-20")), TODAY)
    assert withheld(store).empty


def test_a_payer_that_writes_its_name_otherwise_gives_back_what_it_kept(store) -> None:
    bill(store, ("C7", "99490"))
    post(store, "a.835", answer(paid("C7"), "32.42", trace="T1", after=kept_back("OLD", "15")), TODAY)
    back = answer("", "12", trace="T2", payer="Medicare Test Contr.", after=kept_back("OLD", "-12"))
    post(store, "b.835", back, TODAY)
    (row,) = withheld(store).to_dict("records")
    assert (row["payer_name"], row["open_cents"]) == ("Medicare Test Contr.", 300)


def test_what_names_no_claim_is_listed_for_the_practice_whose_payment_it_was_kept_from(store) -> None:
    bill(store, ("C7", "99490"))
    bill(store, ("D1", "99490"), practice_id="P2")
    post(store, "a.835", answer(paid("C7"), "47.42", trace="T1"), TODAY)
    post(store, "b.835", answer(paid("D1"), "32.42", trace="T2", after=kept_back("OLD", "15")), TODAY)
    assert withheld(store).empty
    assert withheld(store, "P2")["open_cents"].tolist() == [1500]


def test_each_of_several_is_held_against_its_own_claim(store) -> None:
    bill(store, ("C7", "99490"), ("C8", "99490"), ("C9", "99490"), state="voided")
    answers = "\n".join(paid(number, icn=f"ICN{number[1]}") for number in ("C7", "C8", "C9"))
    post(store, "a.835", answer(answers, "142.26", trace="T1", day="20261105"), TODAY)
    told = (("C7", "1"), ("ICN8 4410", "2"), ("C7", "3"), ("OLD", "4"), ("ICN8 4410", "5"), ("ICN9 17", "6"))
    after = "\n".join(kept_back(name, cents) for name, cents in told)
    post(store, "b.835", answer("", "-21", trace="T2", after=after), TODAY)
    found = {row["claim_number"]: row["withheld_cents"] for row in withheld(store).to_dict("records")}
    assert found == {"C7": 400, "C8": 700, "C9": 600, "": 400}
    assert dict(rows(store, overpayments, "claim_number", "open_cents")) == {"C7": 4342, "C8": 4042, "C9": 4142}
