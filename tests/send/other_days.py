"""What is told of a demo month on other days than its own: composed of its tables and frames, as flows do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd

from config.approval import approval_settings
from config.deadlines import Deadlines, working_days_after
from config.message_settings import MessageSettings
from config.query_kinds import query_kinds, query_settings
from config.watch_settings import WatchSettings
from tasks.query.lists import listed
from tasks.query.machine import Query
from tasks.send.approval import compose_returned, compose_waiting
from tasks.send.messages import Message, MonthEnd, Reopened
from tasks.send.month_end import compose_overdue, compose_release, compose_reminders
from tasks.send.queries import compose_escalated, compose_queries
from tasks.send.run_told import HAPPENED, RunTold, compose_run
from tasks.send.stakeholders import Figures, compose_figures
from tasks.send.told import Told
from tasks.send.watch import compose_watch, day_of, watched
from tasks.store.approvals import Request
from tasks.store.records import Cycle, Digests
from tasks.store.trend import COLUMNS, OUTCOMES

LATER = date(2026, 12, 1)
NAMES = ("operations", "compliance", "data_owner", "quality", "board")
OWN = MessageSettings(**{name: f"{name}@maple.example" for name in NAMES})
LIMITS = WatchSettings(most_minutes_a_day=60)
STATES = ("told", "escalated", "answered", "closed")


def told_on_other_days(told: Told) -> list[Message]:
    """Everything that somebody is told beside the month's own messages and the day's co-pay cases."""
    noon = datetime(LATER.year, LATER.month, LATER.day, 12, tzinfo=UTC)
    cycle = Cycle(1, told.practice_id, told.month, 2, "decided", Digests("", "", ""), "", noon)
    return [*_watch(told), *_month_end(told, cycle), *_queries(told), *_figures(told, cycle), *_runs(told)]


def _watch(told: Told) -> list[Message]:
    day = day_of(told.month, told.month.last, LIMITS)._replace(left=5, is_full=True)
    work = watched(told.frames, told.tables, told.month, day, LIMITS)
    return compose_watch(told.practice_id, told.practice["practice_name"], work, told.tables["staff"], told.month, day)


def _month_end(told: Told, cycle: Cycle) -> list[Message]:
    practice, staff, frames = told.practice, told.tables["staff"], dict(told.frames)
    days = [working_days_after(told.month.last, number) for number in (3, 4, 5)]
    end = MonthEnd(Deadlines(*days))
    found = [one for day in days for one in compose_reminders(cycle, end, practice, frames, staff, False, day)]
    before = Reopened(1, "A. Biller", days[-1], 3, 24544)
    found += [
        compose_overdue(cycle, days[-1], practice, LATER),
        compose_release(cycle, practice, frames["claim_lines"], "A. Biller", LATER, before=before),
        *compose_returned(cycle, practice, frames, staff, LATER),
    ]
    asked = Request(told.practice_id, str(told.month), 2, "run", 1, "", datetime(2026, 10, 1, 12, tzinfo=UTC))
    for who in ("operations", "compliance"):
        settings = approval_settings(told.practice_id).model_copy(update={"escalate_to": who})
        found += compose_waiting(cycle, asked, practice, settings, {who: OWN.address(who)}, LATER)
    return found


def _queries(told: Told) -> list[Message]:
    """Every kind of question about cases of the month, in every state, and whoever looks after the unanswered."""
    cases = told.frames["decisions"].drop_duplicates("patient_id").to_dict("records")
    asked: list[Query] = []
    for kind, row in zip(list(query_kinds()) * len(STATES), cases, strict=False):
        asked.append(
            Query(
                len(asked) + 1, month=str(told.month), program=row["program"], case_number=row["case_number"],
                kind=kind, rule="consent_missing", about="", question="Was it approved?", asked_by="B1", round=1,
                asked=told.month.first, asked_to=str(row["care_manager_id"]), answer="no",
                answered_by="S0001", state=STATES[len(asked) % len(STATES)],
            )
        )  # fmt: skip
    rows = listed(asked, query_settings(told.practice_id), LATER)
    staff, practitioners = told.tables["staff"], told.tables["practitioners"]
    wanted = ["", *sorted(staff["staff_id"].astype("str"))]
    found = list(compose_queries(told.practice_id, told.practice, rows, staff, wanted, LATER).values())
    whose: Mapping[str, str] = {row["case_number"]: str(row["practitioner_id"]) for row in cases}
    for to in ("operations", "compliance", "practitioner"):
        found += compose_escalated(told.practice_id, told.practice, rows, to, practitioners, whose, LATER, OWN)
    return found


def _figures(told: Told, cycle: Cycle) -> list[Message]:
    counts = dict.fromkeys(COLUMNS, 0) | {"month": str(told.month), "patients": 60, "reached": 50, "expected_cents": 99}
    counts |= {f"patients_{tone}": 15 for tone in OUTCOMES}
    trend = pd.DataFrame([counts], columns=list(COLUMNS))
    return compose_figures(Figures(cycle, told.practice["practice_name"], trend, None), OWN, LATER)


def _runs(told: Told) -> list[Message]:
    run = RunTold(
        "8dc8be29", "month", "monthly-cycle", told.practice_id, str(told.month), "pull the source",
        "Flow run encountered an exception: UnreadableError: time_entries.csv, line 41: it is no number", "",
    )  # fmt: skip
    return [
        one
        for what in HAPPENED
        for one in compose_run(
            what, replace(run, message=run.message if what == "failed" else ""), {told.practice_id: OWN}, LATER
        )
    ]
