"""Queries as Prefect runs them: what the month decides by, what it finds, what the day brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.engine import Connection

from config.month import Month
from config.query_kinds import query_settings
from tasks.progress import no_cell_in_errors
from tasks.query.desk import all_queries
from tasks.query.evidence import found_by_run, with_answers
from tasks.query.lists import holds_to_ask, listed, to_answer
from tasks.query.machine import Move, Query, after
from tasks.store import case_work
from tasks.store import queries as stored
from tasks.store.day import today_by, today_of
from tasks.store.practice import practice_row
from tasks.store.records import Saved
from tasks.store.step import Place

Tables = dict[str, pd.DataFrame]
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class QueriesDue:
    """The practice's queries of a day: the list, each care manager's own, and who works there."""

    queries: list[Query]
    lists: Tables
    to_answer: dict[str, pd.DataFrame]
    practice: dict[str, str]
    staff: pd.DataFrame
    answer_days: int


def with_recorded_queries(place: Place, practice_id: str, tables: Tables, month: Month) -> Tables:
    """The tables as the care team's answers about the month correct them."""
    with place.store.reading() as connection:
        queries = all_queries(connection, practice_id)
    return with_answers(tables, queries, month)


@task(name="look at the queries", cache_policy=NO_CACHE)
def look_at_queries(
    place: Place,
    practice_id: str,
    month: Month,
    tables: Frames,
    decided: Frames,
) -> Tables:
    """`queries` as they stand after this run of the month, those of other months too; nothing is written."""
    with no_cell_in_errors():
        queries, found = _found(place, practice_id, month, tables, decided)
        return {
            "queries": listed(_moved(queries, found), query_settings(practice_id, place.settings), today_by(tables))
        }


@task(name="keep the queries", cache_policy=NO_CACHE)
def keep_queries(
    place: Place, practice_id: str, month: Month, tables: Frames, decided: Frames,
    saved: Saved,
) -> Tables:  # fmt: skip
    """What the run found of its queries is on record, and who was told by its messages; the list of holds to ask about.

    It follows from what is decided, so a run that was killed before this does it when it is repeated.
    """
    with no_cell_in_errors():
        queries, found = _found(place, practice_id, month, tables, decided)
        if saved.new:
            for one in _moved(queries, found):
                found.setdefault(one.number, []).extend(
                    _told_by_month(one, saved.cycle.revision, month, today_by(tables))
                )
        _keep(place, practice_id, queries, found)
        now = _moved(queries, found)
    findings, decisions = decided["findings"], decided["decisions"]
    return {"holds": holds_to_ask(findings, decisions, now, month, saved.cycle.revision)}


@task(name="see what the queries ask for today", cache_policy=NO_CACHE)
def due_queries(place: Place, practice_id: str) -> QueriesDue:
    """What waits for an answer, what is overdue, which is on record as escalated, and what was answered."""
    settings = query_settings(practice_id, place.settings)
    with place.store.reading() as connection:
        today = today_of(connection, practice_id)
        queries = all_queries(connection, practice_id)
        tables = case_work.last_tables(connection, practice_id, today)
    late = {
        one.number: [Move("escalate", today, f"escalate:{one.round}", by="run", words=settings.escalate_to)]
        for one in queries
        if one.state in ("asked", "told") and one.due(settings.answer_days) < today
    }
    _keep(place, practice_id, queries, late)
    queries = _moved(queries, late)
    practice = practice_row(tables)
    names = _names(place, practice_id, tables["patients"]) if queries else {}
    lists = {"queries": listed(queries, settings, today)}
    return QueriesDue(
        queries, lists, to_answer(queries, names, settings), practice, tables["staff"], settings.answer_days
    )


def who_is_told(due: QueriesDue, today: date) -> set[str]:
    """Who gets a message today: care managers with a question that is new, told today already or due today, and
    billing, which is the empty text, where something came of one."""
    news = {
        one.asked_to for one in due.queries if one.waiting and one.asked_to and _is_new(one, due.answer_days, today)
    }
    return news | ({""} if any(one.news or one.reported == today for one in due.queries) else set())


def was_told(practice_id: str, due: QueriesDue, today: date, connection: Connection, staff_id: str) -> None:
    """That the care manager's message, or billing's where there is no identifier, waits in the outbox is on record."""
    theirs = [one for one in due.queries if (one.waiting and one.asked_to == staff_id if staff_id else one.news)]
    what = "tell" if staff_id else "report"
    keep_in(connection, practice_id, theirs, {
        one.number: [Move(what, today, f"{what}:{one.round}:{one.state}:{today}", by="run")] for one in theirs
    })  # fmt: skip


def _is_new(one: Query, answer_days: int, today: date) -> bool:
    return one.state == "asked" or today in (one.told, one.due(answer_days))


def _told_by_month(one: Query, revision: int, month: Month, today: date) -> list[Move]:
    moves = []
    if one.waiting and one.asked_to and one.month == str(month):
        moves.append(Move("tell", today, f"tell:{month}:{revision}", by="run"))
    if one.news:
        moves.append(Move("report", today, f"report:{month}:{revision}", by="run"))
    return moves


def _found(
    place: Place,
    practice_id: str,
    month: Month,
    tables: Frames,
    decided: Frames,
) -> tuple[list[Query], dict[int, list[Move]]]:
    with place.store.reading() as connection:
        queries = all_queries(connection, practice_id)
    found = (
        found_by_run(queries, tables, decided["findings"], decided["decisions"], month, today_by(tables))
        if queries
        else {}
    )
    return queries, {number: list(moves) for number, moves in found.items()}


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
        if mine and replace(now[one.number], news=one.news, reported=one.reported) == one:
            added += stored.add_moves(connection, practice_id, one.number, map(vars, mine), datetime.now(UTC))
    return added


def _names(place: Place, practice_id: str, patients: pd.DataFrame) -> dict[str, tuple[str, str]]:
    numbers = place.store.known_case_numbers(practice_id, patients["patient_id"])
    people = zip(patients["last_name"].astype("str"), patients["first_name"].astype("str"), strict=True)
    return dict(zip(numbers.astype("str"), people, strict=True))
