"""Telling the day's minutes watch, as Prefect runs it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.contract import outputs
from config.deadlines import closed_days
from config.frames import empty
from config.message_settings import message_settings
from config.month import Month
from config.staff_left import have_left
from config.watch_settings import WatchSettings
from tasks.progress import LOG, no_cell_in_errors, step
from tasks.send.watch import compose_watch, day_of, watch_rows, watched
from tasks.send.words import plural
from tasks.send.worklists_folder import write_minutes
from tasks.store.day import today_by
from tasks.store.outbox import put_daily
from tasks.store.practice import practice_row
from tasks.store.step import Place


@task(name="tell who can still reach a threshold", cache_policy=NO_CACHE)
def tell_watch(
    place: Place,
    practice_id: str,
    frames: dict[str, pd.DataFrame],
    tables: dict[str, pd.DataFrame],
    month: Month,
    limits: WatchSettings,
) -> dict[str, Any]:
    """The day's messages wait in the outbox and worklists/minutes.csv says the same with the patients; counts."""
    with step("watch", "looking for who can still reach a threshold") as done, no_cell_in_errors():
        day = day_of(month, today_by(tables), limits, closed_days(practice_id, place.settings))
        # Co-pay cases have a day of their own: the outreach.
        work = watched(frames | {"copay_cases": empty(outputs()["copay_cases"])}, tables, month, day, limits)
        own, practice_name = message_settings(practice_id, place.settings), practice_row(tables)["practice_name"]
        composed = compose_watch(practice_id, practice_name, work, tables["staff"], month, day, own.templates)
        told = write_minutes(place.out, practice_id, watch_rows(work, frames["decisions"]))
        with place.store.writing() as connection:
            put_daily(connection, composed)
        near = sum(len(view["near"]) for view in work.values())
        for one in sorted(have_left(tables["staff"], day.today) & work.keys()):
            LOG.info("%s has left: nobody is told of %s; write who looks after them into patients.care_manager_id", one,
                     plural(work[one]["patients"], "patient"))  # fmt: skip
        done(f"{near:,} can still reach a threshold, {plural(day.left, 'working day')} left", near)
    counts = {"managers": len(work), "near": near, "holds": sum(view["held"] for view in work.values())}
    changes = sum(len(view["changes"]) for view in work.values())
    return {"practice_id": practice_id, "told": str(told), **counts, "changes": changes, "days_left": day.left}
