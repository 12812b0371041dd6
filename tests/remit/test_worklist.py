"""What billing works with: the worklist, rates, codes that were seen, causes that a person named, money to return."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.denials import due_date, further_appeal
from config.errors import InputError
from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of, waiting
from tasks.store import denials as cases
from tasks.store.identities import nobody_named
from tasks.store.remit_tables import denial_codes, denial_events, denials
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import NOW, bill, rows
from tests.store.months import knows

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)


def of(frame, *columns: str) -> list[tuple]:
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


def test_the_worklist_says_what_to_do_by_when_the_most_urgent_first(store):
    bill(store, ("C1", "99490"), ("C2", "99490"), ("C3", "99490"))
    bill(store, ("D1", "99490"), practice_id="P2")
    body = denied("C1", "CO", "16", "MA130 M76") + "\n" + denied("C2", "CO", "B20") + "\n" + denied("D1", "CO", "24")
    post(store, "a.835", answer(body + "\n" + paid("C3"), "47.42"), TODAY)
    found = answers_of(store, "P1")["denials"]
    assert of(found, "claim_number", "route", "state", "code") == [
        ("C2", "redetermination", "open", "99490"),
        ("C1", "resubmission", "open", "99490"),
    ]
    assert found["due_date"].is_monotonic_increasing
    assert found["steps"].str.len().min() > 20
    other = answers_of(store, "P2")["denials"]
    assert of(other, "claim_number", "reason", "error", "route") == [("D1", "24", "", "review")]


def test_a_person_moves_a_denial_and_its_history_remembers(store):
    bill(store, ("C1", "99490"))
    post(store, "a.835", answer(denied("C1", "CO", "B20")), TODAY)
    with store.writing() as connection:
        cases.mark(connection, "C1", 1, "appealed", "faxed", NOW)
    assert rows(store, denials, "state") == [("appealed",)]
    assert [row[1:] for row in rows(store, denial_events, "id", "state", "note")] == [
        ("open", "denied"),
        ("appealed", "faxed"),
    ]
    with store.writing() as connection, pytest.raises(InputError, match="no state of a denial"):
        cases.mark(connection, "C1", 1, "written_off", "", NOW)
    with store.writing() as connection, pytest.raises(InputError, match="has no denial of line 7"):
        cases.mark(connection, "C1", 7, "resent", "", NOW)


def test_a_refused_appeal_goes_on_to_the_next_with_the_clock_of_its_letter(store):
    bill(store, ("C1", "99490"), ("C2", "99490"))
    post(store, "a.835", answer(denied("C1", "CO", "B20") + "\n" + denied("C2", "CO", "16", "MA130")), TODAY)

    def go_on(name: str, letter: date, claim: str = "C1") -> None:
        route = further_appeal(name)
        with store.writing() as connection:
            cases.appeal_on(connection, claim, 1, route, letter, due_date(route, letter), "by hand", NOW)

    for name, claim, why in (
        ("hearing", "C1", "goes against a refused reconsideration; line 1 of C1 is at redetermination"),
        ("reconsideration", "C2", "line 1 of C2 is at resubmission"),
        ("reconsideration", "C3", "no denial"),
    ):
        with pytest.raises(InputError, match=why):
            go_on(name, date(2027, 2, 1), claim)
    with pytest.raises(InputError, match="older than the notice"):
        go_on("reconsideration", date(2026, 1, 1))
    with pytest.raises(InputError, match="no further appeal; write reconsideration or hearing"):
        further_appeal("court")
    for name, letter, due in (
        ("reconsideration", date(2027, 2, 1), "2027-07-31"),
        ("hearing", date(2027, 8, 2), "2027-10-01"),
    ):
        go_on(name, letter)
        go_on(name, letter)
        mine = answers_of(store, "P1")["denials"].set_index("claim_number").loc["C1"]
        assert (mine["route"], mine["state"], f"{mine['due_date']:%Y-%m-%d}") == (name, "open", due)
        assert pd.isna(mine["appeal_date"])
        assert mine["may_mean"] == ""
    told = [row[1:] for row in rows(store, denial_events, "id", "claim_number", "note") if row[1] == "C1"]
    assert len(told) == 3, "said twice, kept once"
    assert told[-1][1].endswith("reconsideration refused by letter of 2027-08-02, next: hearing")
    assert name_cause(store, "C1", 1, "no_care_plan", TODAY) == 1
    mine = answers_of(store, "P1")["denials"].set_index("claim_number").loc["C1"]
    assert (mine["error"], mine["route"], f"{mine['due_date']:%Y-%m-%d}") == ("no_care_plan", "hearing", "2027-10-01")
    assert mine["clock"] == "60 days from the letter that refused the appeal before it"
    with store.writing() as connection:
        cases.mark(connection, "C1", 1, "paid", "won", NOW)
    with pytest.raises(InputError, match="is settled"):
        go_on("hearing", date(2027, 9, 1))


def test_a_note_has_no_patient_in_it(store):
    knows(store)
    bill(store, ("C1", "99490"))
    with store.reading() as connection:
        nobody_named(connection, "C1", note="faxed the records")
        nobody_named(connection, "C9", note="of a claim that is not there: Cora Pine")
        with pytest.raises(InputError, match=r"^--note: a patient's birth date stands in the text"):
            nobody_named(connection, "C1", note="dob May 6, 1941")


@pytest.mark.slow
def test_codes_that_were_seen_stand_beside_the_shipped_prediction(store):
    bill(store, *((f"C{n}", "99490") for n in range(4)))
    for n, (reason, remarks) in enumerate([("B20", "N472"), ("B20", "N472 MA01"), ("133", ""), ("B20", "")]):
        post(store, f"{n}.835", answer(denied(f"C{n}", "CO", reason, remarks), trace=f"T{n}", day=f"2026111{n}"), TODAY)
    found = answers_of(store, "P1")["denial_codes"]
    assert of(found, "reason", "remarks", "error", "times") == [
        ("133", "", "", 1),
        ("B20", "", "another_practitioner_paid", 1),
        ("B20", "N472", "another_practitioner_paid", 2),
    ]
    assert "CO-B20" in found["predicted"].iloc[1]
    assert rows(store, denial_codes, "first_date", "last_date", remarks="N472") == [
        (date(2026, 11, 10), date(2026, 11, 11))
    ]


@pytest.mark.slow
def test_an_error_that_a_person_named_is_found_the_next_time(store):
    bill(store, *((f"C{n}", "99490") for n in range(3)))
    for n in range(2):
        post(store, f"{n}.835", answer(denied(f"C{n}", "CO", "133"), trace=f"T{n}"), TODAY)
    assert rows(store, denials, "error", "route") == [("", "review"), ("", "review")]
    assert name_cause(store, "C0", 1, "hospice_election", TODAY) == 2
    post(store, "2.835", answer(denied("C2", "CO", "133"), trace="T2"), TODAY)
    traced = rows(store, denials, "error", "route")
    assert len(set(traced)) == 1
    assert traced[0][0] == "hospice_election"
    assert traced[0][1] != "review"
    assert all(row[0] for row in rows(store, denials, "rule"))
    with pytest.raises(InputError, match="is no error of the table"):
        name_cause(store, "C0", 1, "bad_luck", TODAY)
    with pytest.raises(InputError, match="has no denial"):
        name_cause(store, "C9", 1, "hospice_election", TODAY)


def test_denial_rates_by_month_payer_practitioner_error_and_rule(store):
    bill(store, ("C1", "99490 99439"), ("C2", "99490"), ("C3", "99490"))
    bill(store, ("C4", "99490"), month="2026-09", rendering_npi="1000000004", payer_name="Plan")
    body = "\n".join([denied("C2", "CO", "B20"), paid("C3"), denied("C4", "CO", "B20")])
    two = "CLP*C1*1*180*47.42*12.10*MB*ICN1\nSVC*HC:99490*100*47.42**1\nCAS*CO*45*39.51**253*.97\nCAS*PR*2*12.10"
    two += "\nSVC*HC:99439*80*0**1\nCAS*CO*151*80"
    post(store, "a.835", answer(f"{body}\n{two}", "94.84"), TODAY)
    post(store, "b.835", answer(paid("C2", icn="ICN9"), "47.42", trace="T9"), TODAY)
    found = answers_of(store, "P1")["denial_rates"]
    told = ("name", "answered_lines", "denied_lines", "denied_per_thousand", "denied_cents", "recovered_lines")
    by = {name: of(part, *told) for name, part in found.groupby("by")}
    assert by["month"] == [("2026-09", 1, 1, 1000, 10000, 0), ("2026-10", 4, 2, 500, 18000, 1)]
    assert by["payer"] == [("Medicare", 4, 2, 500, 18000, 1), ("Plan", 1, 1, 1000, 10000, 0)]
    assert by["practitioner"] == [("1000000004", 1, 1, 1000, 10000, 0), ("1234567893", 4, 2, 500, 18000, 1)]
    assert by["error"] == [
        ("another_practitioner_paid", 5, 2, 400, 20000, 1),
        ("units_above_absolute_limit", 5, 1, 200, 8000, 0),
    ]
    assert {row[0] for row in by["rule"]} >= {"billed_by_another_practitioner"}
    answered = store.answer_counts("P1").answered
    assert of(answered, "month", "payer_name", "standing", "claims", "lines") == [
        ("2026-09", "Plan", "denied", 1, 1),
        ("2026-10", "Medicare", "denied", 1, 2),
        ("2026-10", "Medicare", "paid", 1, 1),
        ("2026-10", "Medicare", "recovered", 1, 1),
    ]
    assert store.answer_counts("P9").answered.empty


def test_balances_overpayments_and_suspense_are_listed(store):
    bill(store, ("C1", "99490"))
    bill(store, ("C2", "99490"), state="voided")
    body = paid("C1", status="19") + "\n" + paid("C2", icn="ICN2") + "\n" + paid("LOST", icn="ICN3")
    post(store, "a.835", answer(body, "142.26"), TODAY)
    found = answers_of(store, "P1")
    ties = ("claim_number", "state", "charge_cents", "paid_cents", "contractual_cents", "patient_cents", "open_cents")
    assert of(found["claim_balances"], *ties, "waiting") == [
        ("C1", "paid", 10000, 4742, 4048, 1210, 0, True),
        ("C2", "voided", 10000, 4742, 4048, 1210, 0, False),
    ]
    assert of(found["overpayments"], "claim_number", "cents", "why", "state") == [
        ("C2", 4742, "voided_after_payment", "open")
    ]
    held = waiting(store)
    assert of(held, "file_name", "position", "control_number", "paid_cents", "reason") == [
        ("a.835", 3, "LOST", 4742, "unknown_claim")
    ]
    assert held["words"].item() == "No claim of ours has this number"
