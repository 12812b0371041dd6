"""Action items in the messages of those who own them: nothing, one and a hundred; reminders on their day."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from config.audiences import audience
from config.message_settings import MessageSettings
from config.month import Month
from tasks.send.actions_due import compose_due_actions
from tasks.send.messages import Message, compose
from tasks.send.report import render_report, report_view
from tests.send.actions import actions
from tests.send.frames import nothing, output
from tests.send.month import context, decision
from tests.send.test_audience_table import MOST_BYTES

PERSONS = {"care_manager": "S1", "billing_practitioner": "D1"}
PRACTITIONERS = pd.DataFrame({"practitioner_id": ["D1", "D2"], "email": ["okafor@maple.example", "lee@maple.example"]})
STAFF = pd.DataFrame({"staff_id": ["S1"], "email": ["ana@maple.example"]})
NAMES = ("care_manager", "billing_practitioner", "billing", "operations", "compliance")
MONTH = Month(2026, 10)
FRIDAY = date(2026, 11, 20)


def month(*rows: dict, patients: bool = True) -> dict:
    decided = [decision(1, "bill", care_manager_id="S1", practitioner_id="D1")] if patients else []
    frames = nothing() | {"decisions": output("decisions", *decided), "actions": actions(*rows)}
    return {"frames": frames, "practitioners": PRACTITIONERS, "today": FRIDAY}


def told(name: str, *rows: dict) -> list[Message]:
    return [one for one in compose(context(**month(*rows))) if one.audience == name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [0, 1, 100])
def test_nothing_one_and_a_hundred(name: str, number: int) -> None:
    own = {"audience": name, "person": PERSONS.get(name)}
    other = {"audience": "billing" if name != "billing" else "operations", "words": "Somebody else's"}
    found = told(name, *[own] * number, *[other] * number)
    if not number:
        assert all("action item" not in one.subject + one.text for one in found)
        assert not found or name in ("care_manager", "billing", "operations"), "a quiet message is left out"
        return
    (message,) = found
    assert message.subject.endswith("1 action item" if number == 1 else "100 action items")
    never = audience(name).never
    for body in (message.html, message.text):
        flat = " ".join(body.split())
        assert ("and 90 more in actions.csv" in flat) is (number == 100)
        assert "A-000001" in flat
        assert "A-000011" not in flat
        assert "3 patient-months of 40 (8 %)" in flat
        assert "Mend it." in flat
        assert "months since 2026-08, rising" in flat
        assert "Somebody else's" not in flat
        assert ("$198.39 at stake" in flat) is ("money" not in never)
        assert ("C-900001" in flat) is ("case_number" not in never)
    assert len(message.html.encode()) < MOST_BYTES


def test_most_urgent_first_and_what_is_late_says_so() -> None:
    late = {"audience": "billing", "due_date": pd.Timestamp(2026, 10, 1), "words": "The late one"}
    (message,) = told("billing", late, {"audience": "billing", "words": "The other one"})
    assert message.text.index("The late one") < message.text.index("The other one")
    assert "By Thu, Oct 1 (overdue)" in message.text
    assert message.text.count("(overdue)") == 1


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_same_remedy_in_a_row_is_said_once(form: str) -> None:
    """In one box before them; an item with another has its own."""
    own = {"audience": "compliance", "due_date": "2026-12-01"}
    rows = [own | {"remedy": "Ask how"}] * 5 + [own | {"remedy": "Train"}] + [own | {"remedy": "Ask how"}]
    (message,) = told("compliance", *rows)
    flat = " ".join(re.sub(r"<[^>]+>", " ", getattr(message, form)).split())
    assert flat.count("For each of the next 5: Ask how.") == 1
    assert (flat.count("Ask how."), flat.count("Train."), flat.count("For each")) == (2, 1, 1)
    said = [flat.index(words) for words in ("For each", "A-000001", "A-000005", "A-000006", "Train.", "A-000007")]
    assert said == sorted(said)
    many = told("compliance", *[own | {"remedy": "Ask how"}] * 100)[0]
    assert "For each of the next 10: Ask how." in " ".join(re.sub(r"<[^>]+>", " ", getattr(many, form)).split())


def test_each_care_manager_has_own_items_and_of_a_shared_one_no_case() -> None:
    rows = [{"audience": "care_manager", "person": "S1"}, {"audience": "care_manager", "person": "S9"}]
    mine, theirs = told("care_manager", *rows)
    assert (mine.kind, theirs.kind) == ("worklist-S1", "worklist-S9")
    assert "A-000001" in mine.text
    assert "A-000002" not in mine.text
    assert "A-000002" in theirs.text
    (shared,) = told("care_manager", {"audience": "care_manager", "person": None})
    assert "A-000001" in shared.text
    assert "C-900001" not in shared.text, "it may be of another's panel"


def test_closed_ones_are_in_no_message() -> None:
    assert told("compliance", {"audience": "compliance", "state": "closed"}) == []


def test_the_report_names_what_is_open_and_what_was_closed() -> None:
    frames = month({"audience": "billing"}, {"audience": "billing", "state": "closed", "result": "done (B1)"})["frames"]
    page = render_report(report_view(frames, "Maple", MONTH, 1, today=FRIDAY))
    assert "1 action item open: 1 of billing." in page
    assert "Closed since the month before: A-000002, held again (done (B1))" in page
    assert "C-900001" not in page
    assert "Nothing is open." in render_report(report_view(nothing(), "Maple", MONTH, 1, today=FRIDAY))


@pytest.mark.parametrize(("day", "reminded"), [(19, False), (20, True), (21, False), (23, True), (24, False)])
def test_reminders_on_the_day_and_the_working_day_after(day: int, reminded: bool) -> None:
    rows = [{"audience": name, "person": PERSONS.get(name)} for name in NAMES]
    people = {"care_manager": STAFF, "billing_practitioner": PRACTITIONERS}
    practice = {"practice_name": "Maple", "billing_email": "billing@maple.example"}
    settings, today = MessageSettings(operations="boss@maple.example"), date(2026, 11, day)
    found = compose_due_actions("P1", practice, actions(*rows), people, today, settings)
    assert bool(found) is reminded
    if reminded:
        to = {one.audience: one.recipient for one in found}
        assert to == {
            "billing": "billing@maple.example", "billing_practitioner": "okafor@maple.example",
            "care_manager": "ana@maple.example", "compliance": "", "operations": "boss@maple.example",
        }  # fmt: skip
        assert all("1 action item due" in one.subject and one.kind.startswith("actions") for one in found)


def test_a_practice_without_items_is_reminded_of_nothing() -> None:
    people = {"care_manager": STAFF, "billing_practitioner": PRACTITIONERS}
    assert compose_due_actions("P1", {}, actions(), people, date(2026, 11, 20), MessageSettings()) == []


@pytest.mark.parametrize(
    ("row", "message", "page"),
    [
        ({}, "in 3 months since 2026-08, rising", "2026\u201108, 3 months, rising"),
        ({"months_seen": 1, "first_month": "2026-10", "trend": "new"}, "first seen in 2026-10", "2026\u201110, new"),
        ({"months_seen": 1, "trend": "falling"}, "first seen in 2026-08, falling", "2026\u201108, falling"),
        ({"newest_month": "2026-09"}, "rising, not since 2026-09", "2026\u201108, not this month"),
    ],
)
def test_since_when_and_where_it_goes(row: dict, message: str, page: str) -> None:
    (one,) = told("billing", {"audience": "billing"} | row, {"audience": "operations"})[:1]
    for body in (one.html, one.text):
        assert message in " ".join(body.split()).replace("In 3", "in 3").replace("First", "first")
    shown = month({"audience": "billing"} | row)["frames"]
    assert page in render_report(report_view(shown, "Maple", MONTH, 1, today=FRIDAY))
