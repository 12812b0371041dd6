"""A remittance that itself asks for records (CO-252) opens the request, and its clock runs from the payer's notice."""

from __future__ import annotations

from datetime import date
from typing import Any

from tasks.remit.post import post, try_suspense_again
from tasks.remit.worklist import answers_of
from tasks.store.store import Store
from tests.remit.answers import answer, denied, paid
from tests.remit.billed import bill
from tests.remit.test_corrections import reversal
from tests.remit.test_record_requests import TODAY, written

COLUMNS = ["claim_number", "state", "asked_date", "due_date", "recorded_by"]


def requests(store: Store) -> list[tuple[Any, ...]]:
    frame = answers_of(store, "P1")["record_requests"]
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in ("asked_date", "due_date")}
    return [tuple(row) for row in frame.assign(**days)[COLUMNS].to_numpy().tolist()]


def say(store: Store, body: str, trace: str = "T1", day: str = "20261120", amount: str = "0") -> None:
    done = post(store, f"{trace}.835", answer(body, amount, trace=trace, day=day), TODAY)
    assert (done.state, done.in_suspense) == ("posted", 0), done


OPENED = ("C1", "open", "2026-11-20", "2027-01-04", "the remittance")


def test_it_is_due_forty_five_days_after_the_notice_and_the_appeal_stays_open(store: Store) -> None:
    bill(store, *((f"C{number}", "99490") for number in range(1, 7)))
    refusals = [("CO", "252", "N706"), ("PI", "252", "M127"), ("CO", "226", "N706"), ("CO", "50", "N706")]
    refusals += [("CO", "97", ""), ("CO", "252", "")]
    say(store, "\n".join(denied(f"C{number}", *told) for number, told in enumerate(refusals, start=1)))
    assert requests(store) == [(number, *OPENED[1:]) for number in ("C1", "C2", "C6")], "no other refusal asks"
    notes = answers_of(store, "P1")["record_requests"]["note"]
    assert notes.tolist() == ["Asked by CO-252 N706", "Asked by PI-252 M127", "Asked by CO-252"]
    denials = answers_of(store, "P1")["denials"].set_index("claim_number").loc[["C1", "C2", "C6"]]
    assert set(denials["route"]) == {"redetermination"}
    first = "Send the payer the records that it asks for by 2027-01-04 (ccm records C1 --answered DAY); then gather"
    assert denials.at["C1", "steps"].startswith(first)
    assert set(denials["due_date"].dt.strftime("%Y-%m-%d")) == {"2027-03-25"}, "125 days to appeal as well"


def test_the_same_again_changes_nothing_and_a_later_one_waits_for_the_first(store: Store) -> None:
    bill(store, ("C1", "99490"))
    say(store, denied("C1", "CO", "252"))
    say(store, denied("C1", "CO", "252", icn="ICN2"), "T2", "20261201")
    assert requests(store) == [OPENED], "the earlier last day holds while nothing was sent"


def test_what_was_sent_after_the_notice_was_dated_is_not_asked_for_again(store: Store) -> None:
    bill(store, ("C1", "99490"))
    written(store, asked=date(2026, 11, 10))
    written(store, answered=date(2026, 11, 25))
    say(store, denied("C1", "CO", "252"))
    assert [row[1] for row in requests(store)] == ["answered"]
    say(store, denied("C1", "CO", "252", icn="ICN2"), "T2", "20261201")
    assert [row[1:3] for row in requests(store)] == [("open", "2026-12-01"), ("answered", "2026-11-10")]


def test_the_letters_own_day_takes_the_place_of_the_remittances(store: Store) -> None:
    bill(store, ("C1", "99490"))
    say(store, denied("C1", "CO", "252"))
    said = written(store, asked=date(2026, 11, 20), due=date(2026, 12, 20))
    assert "due by 2026-12-20" in said
    assert "in the place of what the remittance opened" in said
    assert requests(store) == [("C1", "open", "2026-11-20", "2026-12-20", "kim")]
    assert "nothing was changed" in written(store, asked=date(2026, 11, 20), due=date(2026, 12, 1))


def test_an_older_letter_takes_the_place_of_nothing(store: Store) -> None:
    bill(store, ("C1", "99490"))
    written(store, asked=date(2026, 11, 1))
    written(store, answered=date(2026, 11, 10))
    say(store, denied("C1", "CO", "252"))
    letter = ("C1", "answered", "2026-11-01", "2026-12-16", "kim")
    assert "nothing was changed" in written(store, asked=date(2026, 11, 1))
    assert requests(store) == [OPENED, letter], "the letter typed again"
    assert "in the place of" not in written(store, asked=date(2026, 11, 15))
    late = ("C1", "open", "2026-11-15", "2026-12-30", "kim")
    assert requests(store) == [late, OPENED, letter], "a letter of before the notice"


def test_it_is_over_once_the_payer_pays(store: Store) -> None:
    bill(store, ("C1", "99490"), ("C2", "99490"))
    say(store, denied("C1", "CO", "252"))
    written(store, "C2", asked=date(2026, 11, 20))
    say(store, paid("C1", icn="ICN2"), "T2", "20261205", "47.42")
    say(store, paid("C2", icn="ICN3"), "T3", "20261205", "47.42")
    assert [row[:2] for row in requests(store)] == [("C2", "open"), ("C1", "settled")], "a letter waits for a person"
    steps = answers_of(store, "P1")["denials"].set_index("claim_number")["steps"]
    assert "by 2027-01-04" not in steps["C1"]


def test_a_settled_request_is_asked_anew_when_the_payer_takes_its_payment_back(store: Store) -> None:
    bill(store, ("C1", "99490"))
    say(store, denied("C1", "CO", "252"))
    say(store, paid("C1", icn="ICN2"), "T2", "20261205", "47.42")
    taken = reversal("C1", "ICN2") + "\n" + denied("C1", "CO", "252", icn="ICN3")
    say(store, taken, "T3", "20270301", "-47.42")
    assert requests(store) == [("C1", "open", "2027-03-01", "2027-04-15", "the remittance")]


def test_the_second_reason_of_a_line_asks_as_well(store: Store) -> None:
    bill(store, ("C1", "99490"), ("C2", "99490"))
    line = denied("C1", "CO", "16", "N706").replace("CAS*CO*16*100", "CAS*CO*16*60**252*40")
    patients = denied("C2", "CO", "16").replace("CAS*CO*16*100", "CAS*CO*16*60\nCAS*PR*252*40")
    say(store, "\n".join([line, patients]))
    assert requests(store) == [OPENED], "what is left to the patient asks for nothing"
    assert answers_of(store, "P1")["record_requests"]["note"].tolist() == ["Asked by CO-252 N706"]
    steps = answers_of(store, "P1")["denials"].set_index("claim_number")["steps"]
    assert steps["C1"].startswith("Send the payer the records that it asks for by 2027-01-04")
    say(store, paid("C1", icn="ICN2"), "T2", "20261205", "47.42")
    assert [row[:2] for row in requests(store)] == [("C1", "settled")]


def test_an_answer_that_left_suspense_asks_as_well(store: Store) -> None:
    done = post(store, "a.835", answer(denied("C1", "CO", "252")), TODAY)
    assert (done.in_suspense, requests(store)) == (1, [])
    bill(store, ("C1", "99490"))
    assert try_suspense_again(store, TODAY) == 1
    assert requests(store) == [OPENED]
