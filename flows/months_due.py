"""Which month a run is about in each practice, and which practices still have theirs before them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.deadlines import deadlines
from config.errors import InputError
from config.month import EASTERN, Month, is_time_zone
from flows.checked_month import day_there
from tasks.progress import LOG
from tasks.pull.step import Source
from tasks.store.status import ran_since
from tasks.store.step import Place


def months_there(pulled: Source, month: str) -> dict[str, Month]:
    """The month of each practice: the one given, or the one before that which it is now on the practice's own clock."""
    return {one: Month.parse(month) if month else Month.of(day_there(pulled, one)).previous for one in pulled.practices}


def still_due(place: Place, pulled: Source, months: Mapping[str, Month]) -> dict[str, Month]:
    """Those whose care team's last day is over and whose month no run has ended since; it is said who is left out.

    So a practice whose day the worker, the database or its files missed has its turn on the next. One whose settings
    cannot be used is due: its run says so.
    """
    due = {one: month for one, month in months.items() if _due(place, pulled, one, month)}
    if left := [f"{one} ({month})" for one, month in months.items() if one not in due]:
        LOG.info("not due, before its cut-off or run since: %s", ", ".join(left))
    return due


def _due(place: Place, pulled: Source, practice_id: str, month: Month) -> bool:
    try:
        last_day = deadlines(practice_id, month, place.settings).care_team
    except InputError:
        return True
    if day_there(pulled, practice_id) <= last_day:
        return False
    over = datetime.combine(last_day + timedelta(days=1), time.min, ZoneInfo(_zone(pulled, practice_id)))
    with place.store.reading() as connection:
        return not ran_since(connection, practice_id, month, over)


def _zone(pulled: Source, practice_id: str) -> str:
    practices = pulled.tables["practices"]
    zones = practices.loc[(practices["practice_id"] == practice_id).to_numpy(bool, na_value=False), "time_zone"]
    zone = str(zones.iloc[0]) if len(zones) else ""
    return zone if is_time_zone(zone) else EASTERN
