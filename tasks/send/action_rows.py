"""The action items that a reader is to do, the most urgent first, without what the reader may never receive."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from config.audiences import audience
from tasks.send.words import plural

PERSONAL = ("care_manager", "billing_practitioner")  # each of them has a message of their own
MOST_ACTIONS = 10  # of one message; the file has the rest
Row = dict[str, Any]


def actions_in(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The open items among the frames; a month told again from the store has none."""
    found = frames.get("actions")
    if found is None:
        return pd.DataFrame(columns=["audience", "person", "state"])
    return found[(found["state"] == "open").to_numpy(bool)]


def actions_of(actions: pd.DataFrame, name: str, person: str = "") -> list[Row]:
    """The items of that audience, or of the one person of it and of nobody alone; money and cases where they may be.

    What is nobody's alone has no cases for one person: they may be of another's panel.
    """
    mine = actions[(actions["audience"] == name).to_numpy(bool)]
    if name in PERSONAL:
        mine = mine[(mine["person"].isna() | (mine["person"] == person)).to_numpy(bool)]
    rows: list[Row] = mine.astype(object).where(mine.notna(), None).to_dict("records")
    never = audience(name).never
    for row in rows:
        alone = name in PERSONAL and row["person"] is None
        row["cases"] = [] if alone or "case_number" in never or not row["cases"] else row["cases"].split(", ")
        row["stake_cents"] = None if "money" in never else row["stake_cents"]
    _count_alike(rows)
    return rows


def _count_alike(rows: list[Row]) -> None:
    """`alike` of an item: for how many shown from it on its remedy is the same; 0 where one before it says it."""
    shown = [[*group] for _, group in groupby(rows[:MOST_ACTIONS], key=lambda row: row["remedy"])]
    for row in rows:
        row["alike"] = 0
    for first, *rest in shown:
        first["alike"] = 1 + len(rest)


def persons_with_actions(actions: pd.DataFrame, name: str) -> set[str]:
    """Who of that audience has an item alone."""
    return set(actions.loc[(actions["audience"] == name).to_numpy(bool), "person"].dropna().astype("str"))


def to_do_with(to_do: str, actions: list[Row], nothing: str = "") -> str:
    """The subject's second half, and how many action items there are besides."""
    if not actions:
        return to_do
    said = plural(len(actions), "action item")
    return said if to_do in ("", nothing) else f"{to_do}, {said}"


def action_view(frames: Mapping[str, pd.DataFrame]) -> Row:
    """What the report says of action items, open ones and those just closed: staff by identifier, and no case."""
    found = frames.get("actions")
    if found is None:
        return {"open": [], "closed": [], "owners": []}
    rows = found.drop(columns=["cases"]).astype(object).where(found.notna(), None)
    opened, closed = ([row for row in rows.to_dict("records") if row["state"] == state] for state in ("open", "closed"))
    owners = found.loc[(found["state"] == "open").to_numpy(bool), "audience"].value_counts(sort=True)
    return {"open": opened, "closed": closed, "owners": [(str(name), int(n)) for name, n in owners.items()]}
