"""Messages of other days than the demo month's own: composed of its stored revision, as flows do."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from config.approval import approval_settings
from config.contract import outputs, worklist_outputs
from config.deadlines import deadlines
from config.frames import empty
from config.message_settings import MessageSettings
from config.month import Month
from config.watch_settings import WatchSettings
from tasks.send.approval import compose_returned, compose_waiting
from tasks.send.messages import Message, MonthEnd
from tasks.send.mime import Written
from tasks.send.month_end import compose_reminders
from tasks.send.run_told import HAPPENED, RunTold, compose_run
from tasks.send.watch import compose_watch, day_of, watched
from tasks.store.approvals import Request
from tasks.store.practice import practice_row
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store

FRAMES = ("decisions", "findings", "quarantine")
TABLES = ("practices", "staff", "stays", "coverages")
WATCHED_ON = date(2026, 10, 26)  # a Monday: everything that can be reached is told
LATER = date(2026, 11, 10)
ERROR = "UnreadableError: time_entries.csv, line 41, column minutes: the cell is not a whole number (and 7 more)"
OWN = MessageSettings(operations="ops@maple.example", data_owner="it@maple.example")


def told_on_other_days(out: Path, month: Month) -> list[Written]:
    """The watch, the reminders of the month's end, of an approval that waits and of a returned month, runs that need
    somebody; and what the outbox has of daily messages, sign-off's among them."""
    with closing(open_store(f"sqlite:///{out / 'ccm.db'}")) as store:
        cycle = store.latest("P1", month)
        assert cycle is not None
        daily = [one for one in store.newest_messages(most=1000)[0] if one.month != str(month)]
        return [*daily, *_month_end(store, cycle), *_watch(store, cycle), *_runs()]


def _month_end(store: Store, cycle: Cycle) -> list[Message]:
    frames = {name: store.frame(name, cycle) for name in FRAMES}
    frames |= {"copay_cases": store.open_copay_cases("P1"), "queries": empty(worklist_outputs()["queries"])}
    tables = store.kept_tables(cycle, *TABLES)
    practice, days = practice_row(tables), deadlines("P1", cycle.month)
    asked = Request("P1", str(cycle.month), cycle.revision, "run", 1, "", datetime(2026, 11, 5, 12, tzinfo=UTC))
    own = {"operations": OWN.operations}
    told = compose_waiting(cycle, asked, practice, approval_settings("P1"), own, LATER)
    for day in (days.care_team, days.hand_over):
        told += compose_reminders(cycle, MonthEnd(days), practice, frames, tables["staff"], False, day)
    return told + compose_returned(cycle, practice, frames, tables["staff"], LATER)


def _watch(store: Store, cycle: Cycle) -> list[Message]:
    frames = {name: store.frame(name, cycle) for name in FRAMES}
    frames |= {"copay_cases": empty(outputs()["copay_cases"])}
    tables, limits = store.kept_tables(cycle, *TABLES), WatchSettings(most_minutes_a_day=60)
    day = day_of(cycle.month, WATCHED_ON, limits)
    work = watched(frames, tables, cycle.month, day, limits)
    return compose_watch("P1", practice_row(tables)["practice_name"], work, tables["staff"], cycle.month, day)


def _runs() -> list[Message]:
    about = ("8dc8be29", "month 2026-10", "monthly-cycle", "P1", "2026-10", "pull the source")
    said, place = f"Flow run encountered an exception: {ERROR}", "http://127.0.0.1:4200/runs/flow-run/8dc8be29"
    runs = {what: RunTold(*about, said if what == "failed" else "", place) for what in HAPPENED}
    return [one for what, run in runs.items() for one in compose_run(what, run, {"P1": OWN}, LATER)]
