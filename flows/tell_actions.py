"""Telling of action items, as Prefect runs it: the list on the disk, the table in its UI, the day's reminders."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.deadlines import closed_days
from config.message_settings import message_settings
from config.slug import slug_of
from flows.action_list import write_action_list
from tasks.action.desk import open_actions
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue
from tasks.send.actions_due import compose_due_actions
from tasks.store.outbox import put_daily
from tasks.store.step import Place

SHOWN = ("action_number", "kind", "evidence", "audience", "due_date", "months_seen", "trend", "state")


@task(name="write the action items", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_actions(place: Place, practice_id: str, show: bool = True) -> None:
    """The list of action items as it is now lies in the folder `worklists`; and counts of each stand in the Prefect UI,
    without persons and cases."""
    actions = write_action_list(place.store, practice_id, place.out, place.settings)
    if show and len(actions):
        shown = actions[list(SHOWN)].astype({"due_date": "str"})
        create_table_artifact(
            table=shown.astype(object).where(shown.notna(), "").to_dict("records"),
            key=f"actions-{slug_of(practice_id)}",
            description=f"{practice_id}: what the months taught",
        )


@task(name="remind of action items", cache_policy=NO_CACHE)
def remind_of_actions(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The day's reminders wait in the outbox, to whom an item is due today or was due on the working day before; how
    many are new."""
    with no_cell_in_errors():
        settings = message_settings(practice_id, place.settings)
        today = place.today(practice_id)
        people = {"care_manager": due.staff, "billing_practitioner": due.practitioners}
        actions = open_actions(place.store, practice_id)
        composed = compose_due_actions(
            practice_id, due.practice, actions, people, today, settings, closed_days(practice_id, place.settings)
        )
        with place.store.writing() as connection:
            return put_daily(connection, composed)
