"""One practice's share of the tables, and its month."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.contract import inputs
from config.errors import InputError
from config.month import Month
from tasks.pull.entries import practice_of, practice_order

Tables = dict[str, pd.DataFrame]


def practice_ids(tables: Tables) -> list[str]:
    """The practices' identifiers, sorted."""
    return practice_order(tables)


def of_practice(tables: Tables, practice_id: str, month: Month) -> tuple[Tables, dict[str, int]]:
    """The practice's rows, of its time entries only those that touch the month; and how many are of other months.

    Every row belongs to exactly one practice: the patient's, else (patient unknown) the performer's, else the
    first one.
    Raises InputError listing the practices when this one is not among them.
    """
    out = rows_of(tables, practice_id)
    zone = str(out["practices"].loc[out["practices"]["practice_id"] == practice_id, "time_zone"].iloc[0])
    entries = out["time_entries"]
    touching = touches(entries, month, zone)
    out["time_entries"] = entries if touching.all() else entries.loc[touching].reset_index(drop=True)
    return out, {"other_month": int((~touching).sum())}


def rows_of(tables: Tables, practice_id: str) -> Tables:
    """The practice's rows, of whatever month; each row belongs to one practice (see `of_practice`).

    Taken again from what it gave, they are the same. InputError listing the practices when this one is not among them.
    """
    order = practice_order(tables)
    if practice_id not in order:
        raise InputError(f"There is no practice '{practice_id}' in the practices table; known are {', '.join(order)}.")
    out: Tables = {}
    for name, table in inputs().items():
        frame = tables[name]
        mine = np.ones(len(frame), dtype=bool)
        if len(order) > 1:
            mine = _mine(frame, table.names, tables, order.index(practice_id), order)
        out[name] = frame if mine.all() else frame.loc[mine].reset_index(drop=True)
    return out


def future_entries(tables: Tables, practice_id: str, month: Month, today: date) -> int:
    """How many of the practice's time entries outside the month lie after today: a wrong year, most likely."""
    entries = tables["time_entries"]
    later = entries["local_date"].to_numpy() > np.datetime64(today)
    order = practice_order(tables)
    zone = str(tables["practices"].loc[tables["practices"]["practice_id"] == practice_id, "time_zone"].iloc[0])
    entries = entries.loc[later]
    mine = _mine(entries, list(entries), tables, order.index(practice_id), order)
    return int((mine & ~touches(entries, month, zone)).sum())


def months_held(tables: Tables, practice_id: str) -> dict[str, int]:
    """How many of the practice's time entries lie in each month by their own day, the oldest month first."""
    entries = tables["time_entries"]
    order = practice_order(tables)
    mine = entries.loc[_mine(entries, list(entries), tables, order.index(practice_id), order), "local_date"].dropna()
    counts = mine.dt.strftime("%Y-%m").value_counts()
    return {str(month): int(counts[month]) for month in sorted(counts.index)}


def _mine(frame: pd.DataFrame, names: list[str], tables: Tables, place: int, order: list[str]) -> np.ndarray:
    if "practice_id" in names:
        # A row that names no known practice goes to the first one, where the checks will set it aside.
        known = frame["practice_id"].isin(order).to_numpy(dtype=bool)
        own = (frame["practice_id"] == order[place]).to_numpy(dtype=bool, na_value=False)
        return own | ~known if place == 0 else own
    columns: dict[str, Any] = {name: frame[name].array for name in ("patient_id", "performer_id") if name in names}
    return practice_of(columns, tables) == place


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
