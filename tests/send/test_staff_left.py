"""Who has left gets no message of any kind, and it is said where patients or questions are still theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from config.contract import inputs, outputs, worklist_outputs
from config.frames import as_contract, empty
from config.message_settings import MessageSettings
from config.month import Month
from config.query_kinds import query_settings
from config.staff_left import have_left
from config.watch_settings import WatchSettings
from tasks.query.lists import listed
from tasks.query.machine import Query
from tasks.send.actions_due import compose_due_actions
from tasks.send.approval import compose_returned
from tasks.send.messages import MonthEnd, compose
from tasks.send.month_end import compose_reminders
from tasks.send.outreach import compose_outreach
from tasks.send.queries import compose_escalated, compose_queries
from tasks.send.watch import compose_watch, day_of
from tests.check.frames import check, example, warned
from tests.send.actions import actions
from tests.send.month import context
from tests.send.test_month_end import DAYS, PRACTICE, cycle

LAST, NEXT = date(2026, 11, 3), date(2026, 11, 4)
ROWS = {"staff_id": ["S1", "S2"], "email": ["maja@maple.example", None], "end_date": [pd.Timestamp(LAST), None]}
STAFF = as_contract(pd.DataFrame(ROWS), inputs()["staff"])
DOCTORS = as_contract(
    pd.DataFrame({"practitioner_id": ["D1"], "email": ["ada@maple.example"], "end_date": [pd.Timestamp(LAST)]}),
    inputs()["practitioners"],
)
NOVEMBER = Month(2026, 11)


def test_the_last_day_still_counts_and_tables_without_the_column_know_of_nobody() -> None:
    assert have_left(STAFF, LAST) == frozenset()
    assert have_left(STAFF, NEXT) == {"S1"}
    assert have_left(STAFF.drop(columns="end_date"), NEXT) == have_left(STAFF, None) == frozenset()


def test_the_months_message_goes_to_no_one_who_has_left_and_billing_and_operations_hear_of_their_patients() -> None:
    on_last, after = (compose(context(staff=STAFF, today=day)) for day in (LAST, NEXT))
    assert {one.kind for one in on_last} - {one.kind for one in after} == {"worklist-S1"}
    told = {one.audience: one for one in after}
    for text in (told["billing"].text, told["billing"].html):
        assert "Care manager S1 has left and" in " ".join(text.split())
    assert "* Care manager S1:" in told["operations"].text
    assert "Care manager S1<" in told["operations"].html
    assert not any("ave left" in one.text for one in on_last)


def test_nor_to_a_practitioner_whose_holds_billing_passes_on() -> None:
    held = context().frames["decisions"].assign(practitioner_id="D1")
    month = context(frames=context().frames | {"decisions": held}, practitioners=DOCTORS)
    on_last, after = (compose(replace(month, today=day)) for day in (LAST, NEXT))
    assert {one.kind for one in on_last} - {one.kind for one in after} == {"attest-D1"}
    told = {one.audience: " ".join(one.text.split()) for one in after}
    assert "For the practitioner: 1 case" in told["billing"]
    assert "Practitioner D1 has left and" in told["billing"]
    assert "* Practitioner D1:" in told["operations"]
    assert not any("as left" in one.text for one in on_last)


def test_nor_does_an_escalated_question_or_a_due_item_go_to_a_practitioner_who_has_left() -> None:
    asked = {"month": "2026-10", "program": "ccm", "kind": "note_approved", "rule": "time_unapproved", "about": "E1"}
    asked |= {"question": "Was it?", "asked_by": "B1", "asked": date(2026, 10, 1), "round": 1, "state": "escalated"}
    asked |= {"asked_to": "S1"}
    rows = listed([Query(1, case_number="C-000001", **asked)], query_settings("P1"), NEXT)
    item = actions({"audience": "billing_practitioner", "person": "D1", "due_date": pd.Timestamp(NEXT)})
    item["due_date"] = pd.Timestamp(LAST)
    for day, kind, items in ((LAST, "queries-D1", ["actions-D1"]), (NEXT, "queries-", [])):
        about = (rows, "practitioner", DOCTORS, {"C-000001": "D1"}, day, MessageSettings())
        (told,) = compose_escalated("P1", PRACTICE, *about)
        assert (told.kind, bool(told.recipient)) == (kind, day == LAST)
        people = {"billing_practitioner": DOCTORS}
        made = compose_due_actions("P1", PRACTICE, item, people, day, MessageSettings())
        assert [one.kind for one in made] == items


def test_nor_does_any_reminder() -> None:
    for day, kinds in ((LAST, {"cutoff-S1", "cutoff-S2"}), (NEXT, {"cutoff-S2"})):
        made = compose_reminders(cycle(), MonthEnd(DAYS), PRACTICE, context().frames, STAFF, True, day)
        assert {one.kind for one in made} == kinds
        back = compose_returned(cycle(), PRACTICE, context().frames, STAFF, day)
        assert {one.kind for one in back} == {kind.replace("cutoff", "returned") for kind in kinds}
        work = {"S1": _watched(), "S2": _watched()}
        found = compose_watch(
            "P1", "Maple", work, STAFF, Month(2026, 11), day_of(Month(2026, 11), day, WatchSettings())
        )
        assert len(found) == len(kinds)


def test_nor_a_reminder_of_an_action_item_their_own_or_everybodys() -> None:
    people = {"care_manager": STAFF}
    for person in ("S1", None):
        rows = actions({"audience": "care_manager", "person": person, "due_date": pd.Timestamp(NEXT)})
        made = compose_due_actions("P1", PRACTICE, rows, people, NEXT, MessageSettings())
        assert [one.kind for one in made] == ([] if person else ["actions-S2"])


def test_nor_a_question_of_billings() -> None:
    asked = {"month": "2026-10", "program": "ccm", "kind": "note_approved", "rule": "time_unapproved", "about": "E1"}
    asked |= {"question": "Was it?", "asked_by": "B1", "asked": LAST, "round": 1, "state": "told", "asked_to": "S1"}
    rows = listed([Query(1, case_number="C-000001", **asked)], query_settings("P1"), NEXT)
    assert list(compose_queries("P1", PRACTICE, rows, STAFF, ["S1"], LAST)) == ["S1"]
    assert compose_queries("P1", PRACTICE, rows, STAFF, ["S1"], NEXT) == {}


def test_their_due_cases_are_billings_then() -> None:
    case = {"case_number": "C-000001", "patient_id": "100", "state": "open", "owner": "care_manager",
            "due_date": pd.Timestamp(LAST), "option": "hardship", "next_step": "Ask",
            "response": "refused"}  # fmt: skip
    cases = as_contract(pd.DataFrame([case]), outputs()["copay_cases"]).assign(escalated_to=pd.NA)
    patients = as_contract(pd.DataFrame({"patient_id": ["100"], "care_manager_id": ["S1"]}), inputs()["patients"])
    alerts = empty(worklist_outputs()["copay_alerts"])
    whom = [
        [one.audience for one in compose_outreach("P1", PRACTICE, cases, alerts, STAFF, patients, day)]
        for day in (LAST, NEXT)
    ]
    assert whom == [["care_manager"], ["billing"]]


def test_the_check_names_patients_of_who_has_left_by_the_day_it_looks() -> None:
    mine = {"care_manager_id": "S1", "unenrolled_date": None, "death_date": None}
    patients = [example("patients", **mine), example("patients", patient_id="2", **mine | {"death_date": "2026-09-01"})]
    for end, counted in (("2026-01-31", {"care_manager_gone": 1}), ("2099-01-31", {})):
        checked = check(staff=[example("staff", staff_id="S1", end_date=end)], patients=patients)
        assert {name: n for name, n in warned(checked, "patients").items() if name == "care_manager_gone"} == counted


def _watched() -> dict:
    return {"patients": 1, "reached": 0, "even_pace": 0, "over_panel": 0, "near": [], "out_of_reach": 0, "holds": [],
            "held": 0, "changes": []}  # fmt: skip


def test_the_check_names_enrolled_patients_of_a_practitioner_who_has_left() -> None:
    for end, counted in (("2026-01-31", {"practitioner_gone": 1}), ("2099-01-31", {})):
        doctor = example("practitioners", end_date=end)
        checked = check(practitioners=[doctor], patients=[example("patients")])
        assert {name: n for name, n in warned(checked, "patients").items() if name == "practitioner_gone"} == counted
