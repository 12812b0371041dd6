"""Queries as Prefect runs them: what the month decides by, what it finds, what the day brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.engine import Connection

from config.month import Month
from config.query_kinds import QueryTerms, query_settings
from config.staff_left import have_left
from tasks.progress import no_cell_in_errors
from tasks.query.desk import all_queries
from tasks.query.evidence import found_by_run, with_answers
from tasks.query.lists import holds_to_ask, listed, to_answer
from tasks.query.machine import Move, Query, after
from tasks.store import case_work
from tasks.store import queries as stored
from tasks.store.day import today_by, today_of
from tasks.store.modifiers import in_words, recorded
from tasks.store.practice import practice_row
from tasks.store.records import Saved
from tasks.store.step import Place

WHO_WAS_TOLD = ("news", "reported", "told", "passed_on")  # being told of a query changes nothing of where it stands
Tables = dict[str, pd.DataFrame]
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class QueriesDue:
    """The practice's queries of a day: the list, each care manager's own, who works there, and by case who bills."""

    queries: list[Query]
    lists: Tables
    to_answer: dict[str, pd.DataFrame]
    practice: dict[str, str]
    staff: pd.DataFrame
    practitioners: pd.DataFrame
    practitioner_of: dict[str, str]
    escalate_to: str
    terms: QueryTerms


def with_recorded_queries(place: Place, practice_id: str, tables: Tables, month: Month) -> Tables:
    """The tables as the care team's answers about the month correct them."""
    with place.store.reading() as connection:
        queries = all_queries(connection, practice_id)
    return with_answers(tables, queries, month)


@dataclass(frozen=True)
class Looked:
    """What a run of the month finds of its queries. `queries` is the list as they stand after it; `keep` puts it on
    record, and who is told by the month's messages, in a transaction of the store; `holds` is what may be asked about
    in that revision."""

    queries: pd.DataFrame
    keep: Callable[[Connection, Saved], None]
    holds: Callable[[Saved], pd.DataFrame]


@task(name="look at the queries", cache_policy=NO_CACHE)
def look_at_queries(
    place: Place,
    practice_id: str,
    month: Month,
    tables: Frames,
    decided: Frames,
) -> Looked:
    """The queries as this run of the month finds them, those of other months too; nothing is written yet.

    It follows from what is decided, so a run that was killed before it kept anything comes to the same.
    """
    with no_cell_in_errors():
        today, findings, decisions = today_by(tables), decided["findings"], decided["decisions"]
        with place.store.reading() as connection:
            queries = all_queries(connection, practice_id)
        found = found_by_run(queries, tables, findings, decisions, month, today) if queries else {}
        now = _moved(queries, found)
        shown = listed(now, query_settings(practice_id, place.settings), today)

    def keep(connection: Connection, saved: Saved) -> None:
        told = {one.number: _told_by_month(one, saved.cycle.revision, month, today) if saved.new else [] for one in now}
        moves = {number: [*found.get(number, []), *more] for number, more in told.items()}
        keep_in(connection, practice_id, queries, {number: mine for number, mine in moves.items() if mine})

    def holds(saved: Saved) -> pd.DataFrame:
        with place.store.reading() as connection:
            asked = all_queries(connection, practice_id)
            put_on = in_words(recorded(connection, practice_id, str(month)))
        return holds_to_ask(findings, decisions, asked, month, saved.cycle.revision, put_on, tables["patients"])

    return Looked(shown, keep, holds)


@task(name="see what the queries ask for today", cache_policy=NO_CACHE)
def due_queries(place: Place, practice_id: str) -> QueriesDue:
    """What waits for an answer, what is overdue, which is on record as escalated, and what was answered."""
    settings = query_settings(practice_id, place.settings)
    with place.store.reading() as connection:
        today = today_of(connection, practice_id)
        queries = all_queries(connection, practice_id)
        tables = case_work.last_tables(connection, practice_id, today)
    gone = have_left(tables["staff"], today) if "staff" in tables else frozenset()
    late = {
        one.number: [Move("escalate", today, f"escalate:{one.round}", by="run", words=settings.escalate_to)]
        for one in queries
        if one.state in ("asked", "told") and (one.due(settings) < today or one.asked_to in gone)
    }
    _keep(place, practice_id, queries, late)
    queries = _moved(queries, late)
    practice = practice_row(tables)
    patients = tables["patients"] if queries else tables["patients"][:0]
    numbers = place.store.known_case_numbers(practice_id, patients["patient_id"]).astype("str")
    people = zip(patients["last_name"].astype("str"), patients["first_name"].astype("str"), strict=True)
    names = dict(zip(numbers, people, strict=True))
    bills = dict(zip(numbers, patients["practitioner_id"].astype("str"), strict=True))
    theirs = {who: rows for who, rows in to_answer(queries, names, settings).items() if who not in gone}
    return QueriesDue(
        queries, {"queries": listed(queries, settings, today)}, theirs, practice,
        tables["staff"], tables["practitioners"], bills, settings.escalate_to, settings,
    )  # fmt: skip


def who_is_told(due: QueriesDue, today: date) -> set[str]:
    """Who gets a message today: care managers with a question that is new, told today already or due today, and
    billing, which is the empty text, where something came of one."""
    news = {one.asked_to for one in due.queries if one.waiting and one.asked_to and _is_new(one, due.terms, today)}
    return news | ({""} if any(one.news or one.reported == today for one in due.queries) else set())


def escalated_today(due: QueriesDue, today: date) -> list[int]:
    """The queries of which whoever looks after them is told today: those that became overdue and were not told of yet,
    or on this day."""
    return [one.number for one in due.queries if one.state == "escalated" and one.passed_on in (None, today)]


def was_passed_on(practice_id: str, due: QueriesDue, today: date, connection: Connection) -> None:
    """That the message to whoever looks after unanswered queries waits in the outbox is on record."""
    numbers = escalated_today(due, today)
    theirs = [one for one in due.queries if one.number in numbers]
    keep_in(connection, practice_id, theirs, {
        one.number: [Move("pass_on", today, f"pass_on:{one.round}", by="run", words=due.escalate_to)] for one in theirs
    })  # fmt: skip


def was_told(practice_id: str, due: QueriesDue, today: date, connection: Connection, staff_id: str) -> None:
    """That the care manager's message, or billing's where there is no identifier, waits in the outbox is on record."""
    theirs = [one for one in due.queries if (one.waiting and one.asked_to == staff_id if staff_id else one.news)]
    what = "tell" if staff_id else "report"
    keep_in(connection, practice_id, theirs, {
        one.number: [Move(what, today, f"{what}:{one.round}:{one.state}:{today}", by="run")] for one in theirs
    })  # fmt: skip


def _is_new(one: Query, terms: QueryTerms, today: date) -> bool:
    return one.state == "asked" or today in (one.told, one.due(terms))


def _told_by_month(one: Query, revision: int, month: Month, today: date) -> list[Move]:
    moves = []
    if one.waiting and one.asked_to and one.month == str(month):
        moves.append(Move("tell", today, f"tell:{month}:{revision}", by="run"))
    if one.news:
        moves.append(Move("report", today, f"report:{month}:{revision}", by="run"))
    return moves


def _moved(queries: Iterable[Query], moves: Mapping[int, list[Move]]) -> list[Query]:
    found = []
    for query in queries:
        for move in moves.get(query.number, []):
            query = after(query, move)
        found.append(query)
    return found


def _keep(place: Place, practice_id: str, seen: Iterable[Query], moves: Mapping[int, list[Move]]) -> int:
    """The moves of queries that still stand as they were seen are on record; how many are new."""
    if not moves:
        return 0
    with place.store.writing() as connection:
        return keep_in(connection, practice_id, seen, moves)


def keep_in(connection: Connection, practice_id: str, seen: Iterable[Query], moves: Mapping[int, list[Move]]) -> int:
    """As above, in a transaction that does more."""
    stored.alone(connection, practice_id)
    now = {one.number: one for one in all_queries(connection, practice_id)}
    added = 0
    for one in seen:
        mine = moves.get(one.number, [])
        if mine and replace(now[one.number], **{name: getattr(one, name) for name in WHO_WAS_TOLD}) == one:
            added += stored.add_moves(connection, practice_id, one.number, map(vars, mine), datetime.now(UTC))
    return added
