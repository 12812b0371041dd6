"""The list of action items, as a frame of the contract: the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from config.action_kinds import newest_kind
from config.contract import worklist_outputs
from config.frames import as_contract
from config.month import Month
from tasks.action.machine import CLOSED, NOTICED, OPEN, Item
from tasks.action.measures import evidence
from tasks.store.actions import kept

LATE = pd.Timestamp.max.date()


def listed(items: Iterable[Item], month: Month | None = None, every: bool = False) -> pd.DataFrame:
    """The open items, and those that were closed when that month was the newest; every one of them where it is said.

    The soonest due come first, of one day those with most money, then with most patients at stake.
    """
    rows = []
    for item in items:
        closed_now = item.state == CLOSED and month is not None and item.closed_month == str(month)
        if item.months and (every or item.state == OPEN or closed_now):
            rows.append((_urgency(item), _row(item)))
    table = worklist_outputs()["actions"]
    frame = pd.DataFrame([row for _, row in sorted(rows, key=lambda one: one[0])], columns=table.names)
    for name in ("due_date", "new_due_date"):
        frame[name] = pd.to_datetime(frame[name])
    return as_contract(frame, table)


def as_of(items: Iterable[Item], month: Month) -> list[Item]:
    """The items by what the months up to that one showed; one that later months alone showed is not among them."""
    then = [(item, item.until(str(month))) for item in items]
    return [known for item, known in then if known.first_seen or known.newest == item.newest]


def _urgency(item: Item) -> tuple[Any, ...]:
    state = (OPEN, NOTICED, CLOSED).index(item.state)
    return state, item.due or LATE, -(item.shown.cents or 0), -item.shown.patients, item.number


def _row(item: Item) -> dict[str, Any]:
    shown, kind = item.shown, newest_kind(item.kind)
    by = "" if item.closed_by in ("", "run") else f" ({item.closed_by})"
    return {
        "action_number": kept.text(item.number),
        "step": item.step,
        "due_date": item.due,
        "audience": item.audience or shown.audience or None,
        "person": item.person or shown.person or None if item.state == NOTICED else item.person or None,
        "words": shown.words,
        "evidence": evidence(kind, shown.count, shown.of),
        "remedy": shown.remedy,
        "patients": shown.patients,
        "stake_cents": shown.cents,
        # One that no month shows any more, as its only one was corrected, is known since the first that was looked at.
        "first_month": item.first_seen or min(item.months),
        "newest_month": shown.month,
        "months_seen": item.months_seen,
        "trend": item.trend,
        "state": item.state,
        "result": f"{item.why}{by}" or None,
        "kind": item.kind,
        "about": item.about or None,
        "cases": shown.cases.replace(",", ", ") or None,
        "source": kind.source if kind else None,
    }
