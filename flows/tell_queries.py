"""Telling of queries, as Prefect runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.engine import Connection

from config.contract import worklist_outputs
from config.message_settings import message_settings
from flows.typed_answers import with_typed_answers
from tasks.progress import no_cell_in_errors
from tasks.query.step import QueriesDue, escalated_today, was_passed_on
from tasks.send.queries import compose_escalated, compose_queries
from tasks.send.queries_folder import ANSWER_TAKES, ASK_TAKES, file_of, write_queries_folder
from tasks.send.worklists_folder import FOLDER
from tasks.store.outbox import put_daily
from tasks.store.queries import query_text
from tasks.store.step import Place

Frames = Mapping[str, pd.DataFrame]


@task(name="write the queries", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_queries(place: Place, practice_id: str, lists: Frames, to_answer: Frames) -> None:
    """The folder `worklists` of the practice has the queries, each care manager's own, and the holds where given.

    What was typed into a list and not taken in yet stands in the new one.
    """
    folder, tables = place.out / practice_id / FOLDER, worklist_outputs()
    table, key = tables["query_worklist"], ("query_number", "round")
    own = {
        staff_id: with_typed_answers(rows, table, _files(folder, file_of(staff_id)), key, tuple(ANSWER_TAKES))
        for staff_id, rows in to_answer.items()
    }
    if "holds" in lists:
        hold = ("month", "case_number", "program", "rule")
        held = with_typed_answers(
            lists["holds"], tables["holds"], _files(folder, "holds"), hold, tuple(ASK_TAKES), _not_asked
        )
        lists = {**lists, "holds": held}
    write_queries_folder(place.out, practice_id, lists, own)


def _files(folder: Path, stem: str) -> list[Path]:
    return [folder / f"{stem}.xlsx", folder / f"{stem}.csv"]


def _not_asked(row: Mapping[str, Any], _: Mapping[str, Any]) -> bool:
    return row["query_number"] is None


@task(name="tell of the queries", cache_policy=NO_CACHE)
def tell_of_queries(
    place: Place,
    practice_id: str,
    practice: Mapping[str, str],
    queries: pd.DataFrame,
    staff: pd.DataFrame,
    wanted: Iterable[str],
    told: Callable[[Connection, str], None],
) -> int:
    """The day's messages about queries wait in the outbox, and `told` puts on record whose do; how many are new.

    `wanted` are the care managers who get one, and the empty text for billing.
    """
    new = 0
    own = message_settings(practice_id, place.settings).templates
    with no_cell_in_errors():
        composed = compose_queries(practice_id, practice, queries, staff, sorted(wanted), place.today(practice_id), own)
        with place.store.writing() as connection:
            for staff_id, message in composed.items():
                if put_daily(connection, [message]):
                    told(connection, staff_id)
                    new += 1
    return new


@task(name="pass on what nobody answered", cache_policy=NO_CACHE)
def pass_on_queries(place: Place, practice_id: str, due: QueriesDue) -> int:
    """The day's message to whoever looks after unanswered queries waits in the outbox, and on record; how many new.

    There is none on a day on which no query became overdue.
    """
    with no_cell_in_errors():
        today, settings = place.today(practice_id), message_settings(practice_id, place.settings)
        new = escalated_today(due, today)
        queries = due.lists["queries"]
        queries = queries[queries["query_number"].isin([query_text(number) for number in new])]
        composed = compose_escalated(
            practice_id, due.practice, queries, due.escalate_to, due.practitioners, due.practitioner_of, today, settings
        )
        with place.store.writing() as connection:
            added = put_daily(connection, composed)
            if composed:
                was_passed_on(practice_id, due, today, connection)
        return added
