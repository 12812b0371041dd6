"""Which month a run is about in each practice, and which practices still have theirs before them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from prefect.runtime import flow_run

from config.deadlines import deadlines
from config.errors import InputError
from config.month import Month
from flows.checked_month import clock_there, day_there
from flows.waiting_runs import SETTLED
from tasks.progress import LOG
from tasks.pull.step import Source
from tasks.store import month_life
from tasks.store.status import ran_since
from tasks.store.step import Place


def months_there(pulled: Source, month: str) -> dict[str, Month]:
    """The month of each practice: the one given, or the one before that which it is now on the practice's own clock."""
    return {one: Month.parse(month) if month else Month.of(day_there(pulled, one)).previous for one in pulled.practices}


def wanted(
    place: Place, pulled: Source, months: Mapping[str, Month], which: str, practice: str = ""
) -> dict[str, Month]:
    """The practices that the run is for; of the others it is said that they are left out.

    `missing` leaves out whose month is finished: signed off, or decided by a run since the care team's last day was
    over; a practice that is named is run all the same. `due` leaves out those too whose last day is not over, or that a
    run had since then and since the month was last reopened or returned. One whose settings cannot be used is run, to
    say so.

    Whose month is closed is left out in any case; InputError where it is named, or nothing else is there. What is
    signed off and run all the same is said before.
    """
    with place.store.reading() as connection:
        stands = {one: month_life.settled(connection, one, month) for one, month in months.items()}
    if which == "all" or (which == "missing" and practice):
        return _but_closed(months, stands, practice)
    found = {one: _why_not(place, pulled, one, month, which) for one, month in months.items()}
    if left := [f"{one} ({why})" for one, why in found.items() if why]:
        LOG.info("left out, unless it is named or all are asked for: %s", ", ".join(left))
    return {one: month for one, month in months.items() if not found[one]}


def _but_closed(months: Mapping[str, Month], stands: Mapping[str, tuple[str, str]], practice: str) -> dict[str, Month]:
    """Those whose month is not closed, and it is said what stands of each."""
    left, closed = dict(months), []
    for one, (state, said) in stands.items():
        if state == month_life.CLOSED:
            again = f"ccm reopen --month {left.pop(one)} --practice {one} --reason TEXT, or reopen-month in the UI"
            closed.append(f"{said} and stays as it is; to change it, open it again: {again}.")
        elif state:
            LOG.info("%s and stands; a run that comes out otherwise opens it again, for a sign-off of its own", said)
    if closed and (practice or not left):
        raise InputError(closed[0] if len(closed) == 1 else f"All are closed. {closed[0]}")
    for said in closed:
        LOG.info("left out: %s", said)
    return left


def _why_not(place: Place, pulled: Source, practice_id: str, month: Month, which: str) -> str:
    """Why the practice is left out; empty where it is run."""
    try:
        last_day = deadlines(practice_id, month, place.settings).care_team
    except InputError:
        return ""
    is_over = day_there(pulled, practice_id) > last_day
    if not is_over and which == "due":
        return f"{month} is before its cut-off"
    since = datetime.combine(last_day + timedelta(days=1), time.min, clock_there(pulled, practice_id))
    with place.store.reading() as connection:
        last = month_life.last_move(connection, practice_id, month)
        state = last.state if last else month_life.OPEN
        if last is not None and state in (month_life.OPEN, month_life.REOPENED):
            since = max(since, last.moved_at)  # the next run decides what was returned or reopened
        # Begun again, a run goes through its own work once more: it may have been about to ask for approval.
        ran = is_over and ran_since(connection, practice_id, month, since, str(flow_run.id))
    if state in SETTLED or (ran and (state == month_life.DECIDED or which == "due")):
        return f"{month} is {month_life.WORDS[state]}"
    return ""
