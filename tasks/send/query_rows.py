"""The rows of the list of queries that a reader acts on. No money, and nobody by name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tasks.send.counts import Frames

WAITING = ("asked", "told", "escalated")
Row = dict[str, Any]


def queries_in(frames: Frames) -> pd.DataFrame:
    """The list of queries among the frames; a month told again from the store has none."""
    found = frames.get("queries")
    return pd.DataFrame(columns=["asked_to", "state"]) if found is None else found


def to_answer(queries: pd.DataFrame, staff_id: str) -> list[Row]:
    """What waits for the care manager's answer, the soonest due first."""
    return _rows(queries[queries["state"].isin(WAITING) & (queries["asked_to"] == staff_id)])


def came_of(queries: pd.DataFrame) -> list[Row]:
    """What billing acts on or learns: overdue, asked of nobody, answered, closed; in that order."""
    nobody = queries["state"].isin(WAITING) & queries["asked_to"].isna()
    parts = [queries[queries["state"] == "escalated"], queries[nobody & (queries["state"] != "escalated")]]
    parts += [queries[queries["state"] == state] for state in ("answered", "accepted", "closed")]
    return [row for part in parts for row in _rows(part)]


def to_pass_on(queries: pd.DataFrame) -> list[Row]:
    """What nobody answered in time, the soonest due first."""
    return _rows(queries[queries["state"] == "escalated"])


def _rows(queries: pd.DataFrame) -> list[Row]:
    return list(queries.astype(object).where(queries.notna(), None).to_dict("records"))
