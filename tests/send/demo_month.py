"""The demo month with everything that is told of it, as the flow does it and without Prefect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from config.action_kinds import action_settings, kinds_in_force
from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.action.lists import listed
from tasks.action.look import Rules, look
from tasks.action.measures import measured
from tasks.check.check import check_tables
from tasks.claim.superbill import claim_lines
from tasks.cover.step import ask_payers, who_covers
from tasks.demo.write import write_demo_data
from tasks.pull.practice import of_practice
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tasks.qualify.decide import decide
from tasks.qualify.reconcile import reconcile
from tasks.route.step import route_copay_cases
from tasks.send.actions_due import compose_due_actions
from tasks.send.messages import Message
from tasks.send.outreach import compose_outreach
from tasks.send.told import Told
from tasks.store.step import number_cases, open_place
from tests.send.other_days import OWN, told_on_other_days

TODAY = date(2026, 11, 5)
OWED = pd.DataFrame({"state": ["open"], "due_date": [pd.Timestamp(TODAY)], "why": ["paid_twice"], "open_cents": [4742]})


@dataclass
class DemoMonth:
    """The tables that were read, what there is to tell, and the messages of the month and of days before and after."""

    tables: dict[str, pd.DataFrame]
    told: Told
    messages: list[Message]

    @property
    def has_cases(self) -> bool:
        """Whether there are co-pay cases, and so somebody to be told of them."""
        return not self.told.frames["copay_cases"].empty


def demo_month(folder: Path, patients: int, month: Month) -> DemoMonth:
    write_demo_data(folder / "source", patients, 2, 7, Month(2026, 10))
    pulled, rejected = settle_unreadable(read_source(str(folder / "source")), "stop")
    settings, book = practice_settings("P1"), load_rulebook(month)
    place = open_place(str(folder / "out"), None, None)
    share, aside_months = of_practice(pulled, "P1", month)
    read = {name: len(frame) for name, frame in share.items()}
    read["time_entries"] += sum(aside_months.values())
    checked = check_tables(share, settings, month, TODAY)
    covered = who_covers.fn(place, "P1", checked.accepted, month)
    decided = decide(covered.tables, month, book, settings)
    aside = pd.concat([rejected, checked.quarantine], ignore_index=True)
    totals = reconcile(read, aside, aside_months, checked.accepted, decided)
    decided, aside = number_cases.fn(place, "P1", decided, aside)
    chronic = frozenset(code for code, status in book.chronic.items() if status == 1)
    lines = claim_lines(decided["decisions"], decided["code_lines"], checked.accepted, chronic)
    routed = route_copay_cases.fn(place, "P1", covered.tables, decided, settings, month)
    asked = ask_payers.fn(place, "P1", month, covered, decided["decisions"])
    evidence = {"quarantine": aside, "checks": checked.checks, "signals": checked.signals, "reconciliation": totals}
    frames = decided | asked | evidence | {"claim_lines": lines, "copay_cases": routed.cases}
    frames["actions"] = _taught(frames | {"entries_read": share["time_entries"]}, month)
    told = Told("P1", month, checked.accepted, _with_news(frames), TODAY, overpayments=OWED)
    changed = {"case_number": "C-000001", "program": "ccm", "field": "outcome", "before": "hold", "after": "bill"}
    changes = pd.DataFrame([changed])
    return DemoMonth(share, told, told.compose(2, changes) + _day(told) + told_on_other_days(told))


def _taught(frames: dict[str, pd.DataFrame], month: Month) -> pd.DataFrame:
    """What the month would teach if once were enough."""
    settings = action_settings("P1")
    kinds = kinds_in_force(month, settings)
    once = {"at_least": 1, "percent": 0, "months": 1}
    rules = Rules({name: one.model_copy(update=once) for name, one in kinds.items()}, settings)
    moved = look([], measured(frames, rules.kinds.values(), month), month, TODAY, rules)
    return listed([item for item, _ in moved], month)


def _with_news(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every hold is a practitioner's too, and every case one of a beneficiary who paid: all audiences have news."""
    findings, cases = frames["findings"], frames["copay_cases"]
    theirs = findings[findings["outcome"] == "hold"].assign(owner="practitioner", rule="signed_by_nobody")
    return frames | {
        "findings": pd.concat([findings, theirs], ignore_index=True),
        "copay_cases": pd.concat([cases, cases.assign(response="qmb_paid", state="open")], ignore_index=True),
    }


def _day(told: Told) -> list[Message]:
    cases = told.frames["copay_cases"].assign(escalated_to=None, due_date=pd.Timestamp(TODAY))
    words = "A Qualified Medicare Beneficiary paid $13.23: give it back"
    alerts = pd.DataFrame({"whose": ["C-000001"], "words": [words]})
    staff, patients = told.tables["staff"], told.tables["patients"]
    people = {"care_manager": staff, "billing_practitioner": told.tables["practitioners"]}
    due = told.frames["actions"].assign(due_date=pd.Timestamp(TODAY))
    reminders = compose_due_actions("P1", told.practice, due, people, TODAY, told.settings)
    return reminders + compose_outreach("P1", told.practice, cases, alerts, staff, patients, TODAY, OWN)
