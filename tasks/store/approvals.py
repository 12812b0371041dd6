"""Who is asked to approve a month: one row for each time that a run waits for an answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.life_tables import approval_requests


@dataclass(frozen=True)
class Request:
    """A run waits for an answer about that revision; `round` counts its questions, `note` says what the last led to."""

    practice_id: str
    month: str
    revision: int
    flow_run_id: str
    round: int
    note: str
    requested_at: datetime


def ask(connection: Connection, request: Request) -> None:
    """The question is on record; the same again changes nothing."""
    if last_of_run(connection, request.flow_run_id, request.round) is None:
        connection.execute(sa.insert(approval_requests), asdict(request))


def last_of_run(connection: Connection, flow_run_id: str, number: int | None = None) -> Request | None:
    """The newest question of that run, or its question of that number; None where it asked none."""
    c = approval_requests.c
    mine = (c.flow_run_id == flow_run_id) & (c.round == number if number is not None else sa.true())
    return _first(connection, mine, c.round.desc())


def of_month(connection: Connection, practice_id: str, month: str) -> list[Request]:
    """The newest question of each run that asked about the month, in the order in which they began to ask."""
    c = approval_requests.c
    columns = [c[name] for name in Request.__dataclass_fields__]
    mine = sa.select(*columns).where(c.practice_id == practice_id, c.month == month).order_by(c.id)
    return list({row.flow_run_id: Request(*row) for row in connection.execute(mine)}.values())


def first_of_revision(connection: Connection, practice_id: str, month: str, revision: int) -> Request | None:
    """The first question about that revision; None where nobody was asked."""
    c = approval_requests.c
    mine = (c.practice_id == practice_id) & (c.month == month) & (c.revision == revision)
    return _first(connection, mine, c.id)


def _first(connection: Connection, mine: sa.ColumnElement[bool], order: sa.ColumnElement[object]) -> Request | None:
    columns = [approval_requests.c[name] for name in Request.__dataclass_fields__]
    row = connection.execute(sa.select(*columns).where(mine).order_by(order).limit(1)).first()
    return Request(*row) if row else None
