"""The month board: a row a practice, with state, counts, money, what is due and where to look. Nobody is named."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from config.deadlines import deadlines
from config.errors import InputError
from config.month import Month
from tasks.send.words import count, dollars
from tasks.store import month_life
from tasks.store.day import today_of
from tasks.store.month_life import WORDS
from tasks.store.status import MonthStatus, statuses
from tasks.store.store import Store

COLOURS = {
    month_life.OPEN: "⚪",
    month_life.CUT_OFF: "🟠",
    month_life.DECIDED: "🟡",
    month_life.SIGNED_OFF: "🔵",
    month_life.RELEASED: "🟢",
    month_life.CLOSED: "⚫",
    month_life.REOPENED: "🔴",
}
PAGES = (("report", "report.html"), ("data quality", "data_quality.html"))


def due_of(state: str, practice_id: str, month: Month, settings: Path | None, today: date) -> str:
    """What the month waits for, and until when, or since when it is late; empty once nothing is due."""
    try:
        days = deadlines(practice_id, month, settings)
    except InputError:  # of this one practice: the others have their row all the same
        return "settings to mend: see `ccm doctor`"
    sign_off = _until("sign-off", days.sign_off, today)
    if state == month_life.OPEN:
        # Returned after its last day: the care team has no day of its own any more, the sign-off has.
        over = today > days.care_team
        return f"care team, then another run; {sign_off}" if over else f"care team until {days.care_team}"
    if state == month_life.CUT_OFF:
        return _until("run", days.hand_over, today)
    if state in (month_life.DECIDED, month_life.REOPENED):
        return sign_off
    return "claims" if state == month_life.SIGNED_OFF else ""


def _until(what: str, day: date, today: date) -> str:
    return f"{what} by {day}" if today <= day else f"{what}, last day was {day}"


def board_markdown(store: Store, month: Month, out: Path, settings: Path | None) -> str:
    """The board of the month. Where CCM_RESULTS_URL says under which address the results are read, places are links."""
    with store.reading() as connection:
        found = {one.practice_id: one for one in statuses(connection, month=month)}
        practices = sorted({*found, *store.every_practice()})
        days = {name: today_of(connection, name) for name in practices}
    linked = bool(_address())
    rows = ["| Practice | State | Due | Revision | Ready | On hold | Expected |" + " Look at |" * linked]
    rows.append("|---|---|---|---:|---:|---:|---:|" + "---|" * linked)
    rows += [_row(store, name, month, found.get(name), settings, days[name]) for name in practices]
    states = [one.last.state if one.last else month_life.OPEN for one in found.values()]
    told = ", ".join(f"{count(states.count(name))} {WORDS[name]}" for name in WORDS if name in states)
    where = (
        []
        if linked
        else ["", f"Of each practice, in `{out}`: reports in `<practice>/{month}`, `<practice>/worklists`."]
    )
    return "\n".join([f"### {month}: {told or 'nothing was run yet'}", "", *rows, *where])


def _row(
    store: Store, practice_id: str, month: Month, status: MonthStatus | None, settings: Path | None, today: date
) -> str:
    last = status.last if status else None
    state = last.state if last else month_life.OPEN
    trend = store.trend(practice_id, month, 1)
    numbers = ["", "", ""]
    if len(trend):
        one = trend.iloc[0]
        numbers = [count(int(one["bill"])), count(int(one["hold"])), dollars(int(one["expected_cents"]))]
    going_on = status.now if status else ""
    revision = str(last.revision) if last and last.revision else ""
    due = due_of(state, practice_id, month, settings, today)
    cells = [practice_id, f"{COLOURS[state]} {WORDS[state]}{going_on}", due, revision, *numbers]
    if _address():
        cells.append(_links(practice_id, month) if len(trend) else "")
    return "| " + " | ".join(cells) + " |"


def _address() -> str:
    return os.environ.get("CCM_RESULTS_URL", "").rstrip("/")


def _links(practice_id: str, month: Month) -> str:
    """Report, data-quality page and worklists of the practice, under the address at which results are read."""
    files = [(name, f"{practice_id}/{month}/{file}") for name, file in PAGES]
    files.append(("worklists", f"{practice_id}/worklists/"))
    return ", ".join(f"[{name}]({_address()}/{path})" for name, path in files)
