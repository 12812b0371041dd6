"""What billing asks the care team, in the database: questions by number, and the moves of each in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store.query_tables import queries, query_moves

Row = dict[str, Any]


def query_text(number: int) -> str:
    """The query as it is called: Q-000012."""
    return f"Q-{number:06d}"


def query_number(text: str) -> int:
    """The number of a query written so; InputError for anything else."""
    match = re.fullmatch(r"Q-?0*([1-9]\d{0,8})", text.strip().upper(), re.ASCII)
    if not match:  # never quoted: what stands in a wrong column may be a name
        raise InputError("that is no query; write it as Q-000012, as in queries.csv.")
    return int(match[1])


def alone(connection: Connection, practice_id: str) -> None:
    """No other process asks or answers in the practice until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"queries:{practice_id}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def practice_of(connection: Connection, number: int, practice_id: str | None) -> str:
    """Whose query it is; InputError when there is none of that number, or one in several practices."""
    found = sorted(connection.execute(sa.select(queries.c.practice_id).where(queries.c.number == number)).scalars())
    found = [one for one in found if practice_id in (None, one)]
    if not found:
        whose = f" of practice {practice_id}" if practice_id else ""
        raise InputError(f"there is no query {query_text(number)}{whose}; see queries.csv.")
    if len(found) > 1:
        raise InputError(f"{query_text(number)} exists in the practices {', '.join(found)}; name one with --practice.")
    return str(found[0])


def rows(connection: Connection, practice_id: str, number: int | None = None) -> list[Row]:
    """The practice's queries by number, or the one."""
    query = sa.select(queries).where(queries.c.practice_id == practice_id)
    query = query if number is None else query.where(queries.c.number == number)
    return [dict(row) for row in connection.execute(query.order_by(queries.c.number)).mappings()]


def moves(connection: Connection, practice_id: str, number: int | None = None) -> dict[int, list[Row]]:
    """What became of each query of the practice, or of the one, in the order of recording."""
    query = sa.select(query_moves).where(query_moves.c.practice_id == practice_id)
    query = query if number is None else query.where(query_moves.c.number == number)
    found: dict[int, list[Row]] = {}
    for row in connection.execute(query.order_by(query_moves.c.id)).mappings():
        found.setdefault(int(row["number"]), []).append(dict(row))
    return found


def add(connection: Connection, practice_id: str, row: Row) -> int:
    """The question is on record under the next number, which is given back. Call `alone` before."""
    last = sa.select(sa.func.max(queries.c.number)).where(queries.c.practice_id == practice_id)
    number = int(connection.execute(last).scalar_one() or 0) + 1
    connection.execute(sa.insert(queries), row | {"practice_id": practice_id, "number": number})
    return number


def add_moves(
    connection: Connection, practice_id: str, number: int, made: Iterable[Mapping[str, Any]], now: datetime
) -> int:
    """These moves are on record, those that were there already as they were; how many are new."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(query_moves)
    new = 0
    for move in made:
        row = {**move, "practice_id": practice_id, "number": number, "recorded_at": now}
        done = connection.execute(insert.values(row).on_conflict_do_nothing().returning(query_moves.c.id))
        new += len(done.all())
    return new
