"""Whose the rows are that have a cell which could not be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.contract import inputs
from tasks.pull.entries import known_practice_of, positions, practice_order
from tasks.pull.pulled import Pulled

PLACE = ["source_file", "source_line"]


def owners(pulled: Pulled) -> pd.Series:
    """The practice of each unreadable cell's row, aligned with `unreadable`; missing where nothing in the row tells it.

    A row is its practice_id's, else its patient's, else its performer's. A source of one practice has no other owner.
    """
    cells = pulled.unreadable
    order = practice_order(pulled.tables)
    if len(order) == 1:
        return pd.Series(order[0], cells.index, dtype="str")
    found = pd.Series(None, cells.index, dtype="str")
    for name in cells["table"].unique():
        theirs = cells.loc[cells["table"] == name, PLACE].reset_index()
        rows = pulled.tables[name]
        rows = rows.loc[at_places(rows, theirs)].drop_duplicates(PLACE).astype({"source_file": "str"})
        owned = theirs.merge(rows.assign(owner=_owner(rows, name, pulled, order))[[*PLACE, "owner"]], on=PLACE)
        found[owned["index"].to_numpy()] = owned["owner"].to_numpy()
    return found


def at_places(rows: pd.DataFrame, places: pd.DataFrame) -> np.ndarray:
    """Which rows stand at one of those places, by file and line."""
    marks = pd.MultiIndex.from_frame(places[PLACE].drop_duplicates().astype({"source_file": "object"}))
    return pd.MultiIndex.from_arrays([rows["source_file"].astype("object"), rows["source_line"]]).isin(marks)


def _owner(rows: pd.DataFrame, name: str, pulled: Pulled, order: list[str]) -> np.ndarray:
    names = inputs()[name].names
    if "practice_id" in names:
        place = positions(rows["practice_id"].array, order)
    else:
        columns: dict[str, Any] = {one: rows[one].array for one in ("patient_id", "performer_id") if one in names}
        place = known_practice_of(columns, pulled.tables)
    return np.array([*order, None], dtype=object)[place]
