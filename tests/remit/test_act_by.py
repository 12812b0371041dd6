"""A payer's answer that fits several rows of the list is due on the first last day of any of their ways."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tasks.remit.post import post
from tasks.remit.trace import name_cause
from tasks.remit.worklist import answers_of
from tasks.store import denials as cases
from tasks.store.remit_tables import denials
from tasks.store.store import Store
from tests.remit.answers import answer, denied
from tests.remit.billed import NOW, bill, rows

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

TODAY = date(2026, 11, 24)
# After the notice of 20 November: sixty days of a refund, 5 and 120 of an appeal, the year of a reopening.
SIXTY, APPEAL, YEAR = date(2027, 1, 19), date(2027, 3, 25), date(2027, 11, 20)


def listed(store: Store, reason: str, remarks: str = "", code: str = "99490", **told: Any) -> dict[str, Any]:
    """The one denial of a claim that is denied so, as the worklist has it."""
    bill(store, ("C1", code), **told)
    body = denied("C1", "CO", reason, remarks).replace("99490", code)
    post(store, "a.835", answer(body), TODAY)
    return row_of(store)


def row_of(store: Store) -> dict[str, Any]:
    found = answers_of(store, "P1")["denials"].iloc[0].to_dict()
    for name in ("due_date", "appeal_date"):
        found[name] = None if pd.isna(found[name]) else found[name].date()
    return found


@pytest.mark.parametrize(
    ("reason", "remarks", "due"),
    [
        ("50", "N115", SIXTY),  # too few minutes or no consent: refund; no care plan: appeal; diagnoses: reopening
        ("50", "", SIXTY),
        ("97", "M15", SIXTY),  # among others care-plan oversight: the claim is taken back
        ("97", "N20", APPEAL),  # two families: reopening; another of the group was paid: appeal
        ("96", "", APPEAL),  # not covered: nothing to do; a place of telehealth: reopening; a payment model: review
    ],
)
def test_what_fits_several_rows_is_due_on_their_first_last_day(
    store: Store, reason: str, remarks: str, due: date
) -> None:
    found = listed(store, reason, remarks)
    assert found["due_date"] == due
    assert found["may_mean"].endswith(
        "Until the cause is named (ccm denial C1 1 --error NAME), the earliest day holds."
    )
    assert rows(store, denials, "due_date") == [(due,)]


def test_the_worklist_says_what_else_an_answer_may_mean(store: Store) -> None:
    found = listed(store, "50", "N115")
    assert found["route"] == "clerical_reopening"
    assert found["clock"] == "60 days from the day it is identified", "the clock is that of the day shown"
    said = found["may_mean"]
    assert said.startswith(
        "Taken for diagnoses_do_not_support: Ask for a reopening of a clerical error, by 2027-11-20. The answer fits"
    )
    plan = "no_care_plan (No care plan came with the records that the payer asked for): Appeal to the contractor: "
    assert f"{plan}redetermination, by 2027-03-25." in said
    assert "consent_not_in_time (" in said
    assert found["appeal_date"] == APPEAL


@pytest.mark.parametrize(
    ("error", "route", "due", "appeal"),
    [
        ("diagnoses_do_not_support", "clerical_reopening", YEAR, APPEAL),
        ("no_care_plan", "redetermination", APPEAL, None),
        ("minutes_not_reached", "refund", SIXTY, None),
    ],
)
def test_a_cause_that_a_person_named_has_its_own_way_and_day(
    store: Store, error: str, route: str, due: date, appeal: date | None
) -> None:
    listed(store, "50", "N115")
    name_cause(store, "C1", 1, error, TODAY)
    found = row_of(store)
    told = [found[name] for name in ("error", "route", "due_date", "appeal_date", "may_mean")]
    assert told == [error, route, due, appeal, ""]
    assert rows(store, denials, "due_date") == [(due,)]
    bill(store, ("C2", "99490"))
    post(store, "b.835", answer(denied("C2", "CO", "50", "N115"), trace="T2"), TODAY)
    assert rows(store, denials, "error", "due_date", claim_number="C2") == [(error, due)], "and so do those to come"


def test_beside_a_reopening_of_one_row_alone_the_appeal_stays_open(store: Store) -> None:
    found = listed(store, "190")
    told = [found[name] for name in ("route", "due_date", "appeal_date", "may_mean")]
    assert told == ["clerical_reopening", YEAR, APPEAL, ""]


@pytest.mark.parametrize(
    ("group", "reason", "route"), [("CO", "29", "none"), ("OA", "18", "none"), ("PR", "204", "patient_bill")]
)
@pytest.mark.parametrize(("kind", "appeal"), [("medicare_part_b", APPEAL), ("medicare_advantage", None)])
def test_where_nothing_is_left_to_do_the_last_day_of_an_appeal_is_told(
    store: Store, group: str, reason: str, route: str, kind: str, appeal: date | None
) -> None:
    bill(store, ("C1", "99490"), payer_kind=kind)
    post(store, "a.835", answer(denied("C1", group, reason)), TODAY)
    found = row_of(store)
    assert (found["route"], found["appeal_date"]) == (route, appeal)


@pytest.mark.parametrize(("reason", "remarks"), [("16", "MA130"), ("B20", "N472")])
def test_what_one_way_alone_puts_right_has_its_own_day(store: Store, reason: str, remarks: str) -> None:
    found = listed(store, reason, remarks)
    assert (found["may_mean"], found["appeal_date"]) == ("", None)


def test_what_was_never_processed_is_sent_anew_whatever_cause_a_person_names(store: Store) -> None:
    listed(store, "16", "MA130 M76")
    name_cause(store, "C1", 1, "no_care_plan", TODAY)
    found = row_of(store)
    assert (found["error"], found["route"], found["appeal_date"]) == ("no_care_plan", "resubmission", None)


def test_a_plan_is_asked_first_where_its_answer_fits_several_rows(store: Store) -> None:
    found = listed(store, "50", payer_kind="medicare_advantage")
    assert found["route"] == "corrected_claim"
    assert found["due_date"] == date(2026, 11, 28), "Monday after the notice of Friday the 20th, and five days"
    assert found["clock"].startswith("unknown: ask the plan")
    assert found["appeal_date"] is None


def test_what_is_done_with_keeps_its_day_and_asks_nothing(store: Store) -> None:
    listed(store, "50")
    with store.writing() as connection:
        cases.mark(connection, "C1", 1, "accepted", "let stand", NOW)
    found = row_of(store)
    assert (found["due_date"], found["appeal_date"], found["may_mean"]) == (SIXTY, None, "")
