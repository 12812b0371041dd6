"""Action items as Prefect runs them: what the month teaches, seen before it is told and kept as the month is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.engine import Connection

from config.action_kinds import action_settings, kinds_in_force
from config.deadlines import closed_days
from config.month import Month
from tasks.action.desk import all_items, record
from tasks.action.lists import as_of, listed
from tasks.action.look import Rules, look
from tasks.action.measures import measured
from tasks.progress import no_cell_in_errors
from tasks.store import denials
from tasks.store.actions import kept
from tasks.store.day import today_by
from tasks.store.step import Place

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Taught:
    """The items that concern the month as they stand after its run, and what puts that on record in a transaction."""

    actions: pd.DataFrame
    keep: Callable[[Connection], None]


@task(name="see what the month taught", cache_policy=NO_CACHE)
def what_it_taught(place: Place, practice_id: str, month: Month, frames: Frames, read: Frames) -> Taught:
    """`actions` as they stand after this run of the month, by what it and the months before it showed; nothing is
    written before `keep` is called.

    It follows from what is decided and on record, so a run that was killed before it comes to the same.
    """
    with no_cell_in_errors():
        settings, today = action_settings(practice_id, place.settings), today_by(read)
        rules = Rules(kinds_in_force(month, settings), settings, closed_days(practice_id, place.settings))
        with place.store.reading() as connection:
            denied = denials.of_practice(connection, practice_id)
            items = all_items(connection, practice_id)
        shown = {**frames, "entries_read": read["time_entries"], "denials": denied}
        seen = measured(shown, rules.kinds.values(), month)
        now = [item for item, _ in look(items, seen, month, today, rules)]

    def keep(connection: Connection) -> None:
        kept.alone(connection, practice_id)
        stood = all_items(connection, practice_id)
        known = {item.key: item for item in stood}
        for item, moves in look(stood, seen, month, today, rules):
            before = known.get(item.key)
            if before is None:
                number = kept.add(connection, practice_id, dict(zip(("kind", "about", "whose"), item.key, strict=True)))
                before = type(item)(number, *item.key)
            record(connection, practice_id, before, moves)

    return Taught(listed(as_of(now, month), month), keep)
