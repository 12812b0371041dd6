"""What messages say in their reader's terms: no command to who has no shell, what is urgent before what is known."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.contract import inputs, outputs, worklist_outputs
from config.frames import as_contract, empty
from config.message_settings import MessageSettings
from config.query_kinds import query_settings
from tasks.query.lists import listed
from tasks.query.machine import Query
from tasks.send.actions_due import compose_due_actions
from tasks.send.approval import compose_returned
from tasks.send.messages import Message, MonthEnd, compose
from tasks.send.month_end import compose_reminders
from tasks.send.outreach import compose_outreach
from tasks.send.queries import compose_escalated, compose_queries
from tests.send.actions import actions
from tests.send.month import context, frames, output
from tests.send.test_month_end import DAYS, PRACTICE, cycle

DAY = date(2026, 11, 4)
DOCTORS = as_contract(
    pd.DataFrame({"practitioner_id": ["D1"], "email": ["ada@maple.example"]}), inputs()["practitioners"]
)
PERSONAL = ("care_manager", "billing_practitioner")
ASKED = {"month": "2026-10", "program": "ccm", "kind": "note_approved", "rule": "time_unapproved", "about": "E1",
         "question": "Was it?", "asked_by": "B1", "asked": date(2026, 10, 1), "round": 1, "asked_to": "S1"}  # fmt: skip


def told() -> list[Message]:
    """Messages of every kind that has something to do, to all audiences."""
    month, settings = context(), MessageSettings()
    items = actions(*({"audience": one, "due_date": pd.Timestamp(DAY)} for one in (*PERSONAL, "billing")))
    known = frames()
    known["decisions"] = known["decisions"].assign(practitioner_id="D1")
    found = compose(context(frames=known | {"actions": items}, practitioners=DOCTORS))
    found += compose_due_actions(
        "P1", PRACTICE, items, {"care_manager": month.staff, "billing_practitioner": DOCTORS}, DAY, settings
    )
    found += compose_reminders(cycle(), MonthEnd(DAYS), PRACTICE, month.frames, month.staff, False, DAY)
    found += compose_returned(cycle(), PRACTICE, month.frames, month.staff, DAY)
    rows = {
        state: listed([Query(1, case_number="C-000001", **ASKED, state=state)], query_settings("P1"), DAY)
        for state in ("told", "escalated")
    }
    found += compose_queries("P1", PRACTICE, rows["told"], month.staff, ["S1"], DAY).values()
    found += compose_escalated(
        "P1", PRACTICE, rows["escalated"], "practitioner", DOCTORS, {"C-000001": "D1"}, DAY, settings
    )
    case = {"case_number": "C-000001", "patient_id": "100", "state": "open", "owner": "care_manager",
            "due_date": pd.Timestamp(DAY), "option": "hardship", "next_step": "Ask", "response": "refused"}  # fmt: skip
    cases = as_contract(pd.DataFrame([case]), outputs()["copay_cases"]).assign(escalated_to=pd.NA)
    patients = as_contract(pd.DataFrame({"patient_id": ["100"], "care_manager_id": ["S1"]}), inputs()["patients"])
    alerts = empty(worklist_outputs()["copay_alerts"])
    return found + compose_outreach("P1", PRACTICE, cases, alerts, month.staff, patients, DAY)


def test_who_has_no_shell_is_told_no_command() -> None:
    own = [one for one in told() if one.audience in PERSONAL]
    kinds = {(one.audience, one.kind.partition("-")[0]) for one in own}
    wanted = {("care_manager", kind) for kind in ("worklist", "actions", "cutoff", "returned", "queries", "outreach")}
    assert kinds == wanted | {("billing_practitioner", kind) for kind in ("attest", "actions", "queries")}
    assert [(one.kind, text) for one in own for text in (one.text, one.html) if "ccm " in text] == []
    others = [one for one in told() if one.audience == "billing"]
    assert all("ccm " in one.html for one in others)


@pytest.mark.parametrize("form", ["html", "text"])
def test_billing_reads_what_to_do_before_what_amounts_rest_on(form: str) -> None:
    known = frames() | {"actions": actions({"audience": "billing"})}
    known["decisions"] = known["decisions"].assign(care_manager_id=None)
    known["quarantine"] = known["quarantine"].assign(owner="billing")
    found = compose(context(frames=known, end=MonthEnd(DAYS), today=DAY))[-1]
    text = getattr(found, form).lower().partition("</head>")[2 if form == "html" else 0]
    order = ("sign-off by", "holds", "to pass on", "nobody else hears", "open case", "1 action item (" if form == "text"
             else "1 action item<", "1 input row", "99439", "amounts are those", "denials avoided")  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("form", ["html", "text"])
def test_operations_reads_line_by_line_only_of_tables_that_lost_a_row(form: str) -> None:
    parts = [{"total": f"rows:{name}", "part": part, "amount": 7} for name in ("visits", "stays")
             for part in ("in", "accepted")]  # fmt: skip
    rows = pd.concat([frames()["reconciliation"], output("reconciliation", *parts)])
    made = compose(context(frames=frames() | {"reconciliation": rows}))
    (found,) = [one for one in made if one.audience == "operations"]
    text = " ".join(getattr(found, form).split())
    assert "All accepted: rows of stays 7, rows of visits 7." in text
    assert "8 accepted, 1 quarantined" in text
    assert "7 accepted" not in text


@pytest.mark.parametrize("form", ["html", "text"])
def test_programs_are_written_as_people_write_them(form: str) -> None:
    parts = [{"total": f"patients:{name}", "part": part, "amount": 9} for name in ("bhi", "cocm")
             for part in ("in", "bill")]  # fmt: skip
    rows = pd.concat([frames()["reconciliation"], output("reconciliation", *parts)])
    made = compose(context(frames=frames() | {"reconciliation": rows}))
    (found,) = [one for one in made if one.audience == "operations"]
    text = " ".join(getattr(found, form).split())
    assert "atients of BHI" in text
    assert "atients of CoCM" in text
