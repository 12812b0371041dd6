"""One practice's share of the tables, and its month."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from config.contract import Table, inputs
from config.errors import InputError
from config.month import Month
from tasks.pull.entries import practice_order
from tasks.pull.owners import Whose
from tasks.pull.place import unknown
from tasks.pull.pulled import no_unreadable

Tables = dict[str, pd.DataFrame]


class Places(NamedTuple):
    """Where in each table the rows of each practice in `order` stand, and behind them those that are nobody's."""

    order: list[str]
    rows: dict[str, list[np.ndarray]]


def practice_ids(tables: Tables) -> list[str]:
    """The practices' identifiers, sorted."""
    return practice_order(tables)


def of_practice(
    tables: Tables, practice_id: str, month: Month, places: Places | None = None
) -> tuple[Tables, dict[str, int]]:
    """The practice's rows, of its time entries only those that touch the month; and how many are of other months.

    A row belongs to one practice at most: see `Whose`. InputError listing the practices when this one is not among
    them.
    """
    return of_month(rows_of(tables, practice_id, places), practice_id, month)


def of_month(mine: Tables, practice_id: str, month: Month) -> tuple[Tables, dict[str, int]]:
    """One practice's rows without the time entries that do not touch the month; and how many those are."""
    entries = mine["time_entries"]
    touching = touches(entries, month, _zone(mine, practice_id))
    entries = entries if touching.all() else entries.loc[touching].reset_index(drop=True)
    return mine | {"time_entries": entries}, {"other_month": int((~touching).sum())}


def rows_of(tables: Tables, practice_id: str, places: Places | None = None) -> Tables:
    """The practice's rows, of whatever month; each row belongs to one practice (see `of_practice`).

    `places` are those of `rows_by_practice`, which whoever takes several practices asks for once. Taken again from what
    it gave, they are the same. InputError listing the practices when this one is not among them.
    """
    order, among = places or rows_by_practice(tables)
    if practice_id not in order:
        raise InputError(unknown(practice_id, order))
    own = order.index(practice_id)
    out: Tables = {}
    for name, there in among.items():
        frame, mine = tables[name], there[own]
        if len(mine) < len(frame):
            frame = _without_others_words(frame.iloc[mine].reset_index(drop=True), inputs()[name])
        out[name] = frame
    return out


def _without_others_words(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A choice is one of the contract's, or a word that stands in one of these rows; another practice's is none."""
    for column in table.columns:
        if column.type != "choice" or len(frame[column.name].cat.categories) <= len(column.values):
            continue
        words, there = frame[column.name].cat, set(frame[column.name].dropna())
        own = [word for word in words.categories if word in column.values or word in there]
        frame[column.name] = words.set_categories(pd.Index(own, dtype="str"))
    return frame


def rows_by_practice(tables: Tables, whose: Whose | None = None) -> Places:
    """Of each table, the places of every practice's rows in it, practices in the order of `practice_order`.

    The tables are gone through once, however many practices there are.
    """
    whose = whose or Whose(tables, no_unreadable())
    found, parts = {}, len(whose.order) + 1
    for name in inputs():
        of = whose.of(name, tables[name])
        of = np.where(of < 0, len(whose.order), of)
        found[name] = np.split(np.argsort(of, kind="stable"), np.cumsum(np.bincount(of, minlength=parts))[:-1])
    return Places(whose.order, found)


def future_entries(mine: Tables, practice_id: str, month: Month, today: date) -> int:
    """How many of a practice's time entries outside the month lie after today: a wrong year, most likely."""
    entries = mine["time_entries"]
    later = entries["local_date"].to_numpy() > np.datetime64(today)
    return int((~touches(entries.loc[later], month, _zone(mine, practice_id))).sum())


def months_held(mine: Tables) -> dict[str, int]:
    """How many of a practice's time entries lie in each month by their own day, the oldest month first."""
    counts = mine["time_entries"]["local_date"].dropna().dt.strftime("%Y-%m").value_counts()
    return {str(month): int(counts[month]) for month in sorted(counts.index)}


def _zone(mine: Tables, practice_id: str) -> str:
    practices = mine["practices"]
    return str(practices.loc[practices["practice_id"] == practice_id, "time_zone"].iloc[0])


def touches(entries: pd.DataFrame, month: Month, zone: str) -> np.ndarray:
    """Whether any part of an entry lies in the month on that clock; an entry without any day is taken along."""
    first, after = (int(moment.timestamp()) for moment in month.span(zone))
    start = entries["start_s"].to_numpy()
    length = np.maximum(entries["seconds"].to_numpy(), 0)
    clock = entries["has_clock"].to_numpy()
    by_clock = (start < after) & ((start >= first) | (start + length > first))
    day = entries["local_date"].to_numpy()
    by_day = np.isnat(day) | ((day >= np.datetime64(month.first)) & (day <= np.datetime64(month.last)))
    return np.where(clock, by_clock, by_day)
