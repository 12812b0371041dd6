"""Telling of action items, as Prefect runs it: the list on the disk, the table in its UI, the day's reminders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.contract import worklist_outputs
from config.message_settings import message_settings
from flows.typed_answers import with_typed_answers
from tasks.action.step import open_actions
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue
from tasks.send.actions_due import compose_due_actions
from tasks.send.actions_folder import TAKES, write_actions_folder
from tasks.send.step import artifact_key
from tasks.send.worklists_folder import FOLDER
from tasks.store.outbox import put_daily
from tasks.store.step import Place

SHOWN = ("action_number", "due_date", "audience", "evidence", "months_seen", "trend", "state", "kind")


@task(name="write the action items", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_actions(place: Place, practice_id: str, show: bool = True) -> None:
    """The list of action items as it is now lies in the folder `worklists`, with what was typed into it and not taken
    in yet; and counts of each stand in the Prefect UI, without persons and cases."""
    actions, folder = open_actions(place, practice_id), place.out / practice_id / FOLDER
    files = [folder / "actions.xlsx", folder / "actions.csv"]
    table = worklist_outputs()["actions"]
    rows = with_typed_answers(actions, table, files, ("action_number",), tuple(TAKES), _still)
    write_actions_folder(place.out, practice_id, rows)
    if show and len(actions):
        shown = actions[list(SHOWN)].astype({"due_date": "str"})
        create_table_artifact(
            table=shown.astype(object).where(shown.notna(), "").to_dict("records"),
            key=f"actions-{artifact_key(practice_id)}",
            description=f"{practice_id}: what the months taught",
        )


def _still(row: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    """Whether the item is open, and not yet as the answer wants it."""
    if row["state"] != "open":
        return False
    if typed["answer"] == "assign":
        return typed["assign_to"] not in (row["person"], None if row["person"] else row["audience"])
    return typed["answer"] != "due" or typed["new_due_date"] != f"{row['due_date']:%Y-%m-%d}"


@task(name="remind of action items", cache_policy=NO_CACHE)
def remind_of_actions(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The day's reminders wait in the outbox, to whom an item is due today or was due on the working day before; how
    many are new."""
    with no_cell_in_errors():
        settings = message_settings(practice_id, place.settings)
        today = place.today(practice_id)
        people = {"care_manager": due.staff, "billing_practitioner": due.practitioners}
        actions = open_actions(place, practice_id)
        composed = compose_due_actions(practice_id, due.practice, actions, people, today, settings)
        with place.store.writing() as connection:
            return put_daily(connection, composed)
