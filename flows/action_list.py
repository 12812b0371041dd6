"""The list of action items on the disk, as it is now and with what was typed into it and not taken in yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import worklist_outputs
from config.deadlines import closed_days, working_day_from
from flows.typed_answers import with_typed_answers
from tasks.action.desk import open_actions
from tasks.send.actions_folder import TAKES, write_actions_folder
from tasks.send.worklists_folder import FOLDER
from tasks.store.store import Store


def write_action_list(store: Store, practice_id: str, out: Path, settings: Path | None = None) -> pd.DataFrame:
    """The list lies in the folder `worklists` of the practice; the items of it."""
    actions, folder = open_actions(store, practice_id), out / practice_id / FOLDER
    files = [folder / "actions.xlsx", folder / "actions.csv"]
    table, still = worklist_outputs()["actions"], partial(_still, closed_days(practice_id, settings))
    rows = with_typed_answers(actions, table, files, ("action_number",), tuple(TAKES), still)
    write_actions_folder(out, practice_id, rows)
    return actions


def renew_action_list(store: Store, practice_id: str, out: Path, settings: Path | None = None) -> None:
    """The list that a run wrote there says what was done since; where none wrote any there is none."""
    if (out / practice_id / FOLDER).is_dir():
        write_action_list(store, practice_id, out, settings)


def _still(closed: Collection[date], row: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    """Whether the item is open, and not yet as the answer wants it."""
    if row["state"] != "open":
        return False
    if typed["answer"] == "assign":
        return typed["assign_to"] not in (row["person"], None if row["person"] else row["audience"])
    if typed["answer"] != "due":
        return True
    wanted = pd.to_datetime(typed["new_due_date"], format="%Y-%m-%d", errors="coerce")
    return pd.isna(wanted) or working_day_from(wanted.date(), closed) != row["due_date"].date()
