"""One query answered in the Prefect UI: its number, a word, and a day or an identifier. No text, and no patient."""

# No annotations as text here: a run that is started from the UI reads them without this module's names.
from datetime import date
from typing import Literal

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from tasks.query.desk import Told, answer
from tasks.store import queries as stored
from tasks.store.day import today_of
from tasks.store.step import Place, open_place


@flow(name="answer-query", flow_run_name="answer {query}", validate_parameters=True)
def answer_query(
    query: str,
    answered: Literal["yes", "no", "not_known"],
    answered_by: str,
    detail: str = "",
    answered_on: date | None = None,
    practice: str | None = None,
    out: str = "out",
    database: str | None = None,
) -> str:
    """Answer what billing asked, as the care manager's list does; returns where the query stands.

    `query` is its number, as Q-000012, `answered_by` a staff identifier, `detail` the day (2026-10-05), the
    practitioner's identifier or the role that the question asks for. A note goes into the list or the command:
    Prefect keeps what is typed here.
    """
    place = open_place(out, database, None)
    return take_answer(place, query, practice, answered, detail, answered_by, answered_on)


@task(name="take the answer", cache_policy=NO_CACHE)
def take_answer(
    place: Place, query: str, practice: str | None, answered: str, detail: str, answered_by: str, on: date | None
) -> str:
    """The answer is on record; the same again changes nothing. InputError where it is refused."""
    number = stored.query_number(query)
    with place.store.reading() as connection:
        today = today_of(connection, stored.practice_of(connection, number, practice))
    done = answer(place.store, number, practice, Told(answered, detail, answered_by, on or today), today)
    return f"{stored.query_text(done.query.number)}: {done.query.state}"
