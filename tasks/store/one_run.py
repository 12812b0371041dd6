"""One run of a practice's month at a time, on whatever machine: its row in the database says whose turn it is.

A run that ends takes its row away. One that died leaves it: on its own machine that is seen at once, from another one
once it was not heard of for a while.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import InputError, PlaceError
from config.month import Month
from tasks.store.life_tables import month_runs
from tasks.store.month_life import only_one_at_a_time
from tasks.store.store import Store

BEAT_SECONDS, EXPIRES_SECONDS = 15.0, 120.0


@dataclass(frozen=True)
class Turn:
    """A run's turn at a practice's month."""

    practice_id: str
    month: str
    token: str

    def confirm(self, connection: Connection) -> None:
        """The turn is still this run's, until the transaction ends; PlaceError where another run has taken it."""
        only_one_at_a_time(connection, self.practice_id)
        query = sa.select(month_runs.c.token).where(*_mine(self.practice_id, self.month))
        if connection.execute(query).scalar() != self.token:
            raise PlaceError(
                f"{self.practice_id}, {self.month}: this run was not heard of for {EXPIRES_SECONDS:.0f} seconds and "
                "another one has taken its place; nothing of this one was kept. Look at the other one's result."
            )


@contextmanager
def one_run(store: Store, practice_id: str, month: Month) -> Iterator[Turn]:
    """The practice's month is this run's alone until the end; InputError saying whose it is when it is another's."""
    turn = Turn(practice_id, str(month), uuid.uuid4().hex)
    with store.writing() as connection:
        _take(connection, turn)
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(store, turn, over), daemon=True)
    heart.start()
    try:
        yield turn
    finally:
        over.set()
        heart.join()
        _give_back(store, turn)


def at_work(connection: Connection, month: Month) -> bool:
    """Whether any practice's run of the month is going on."""
    now = _now(connection)
    running = sa.select(sa.func.count()).where(month_runs.c.month == str(month), month_runs.c.expires_at > now)
    return bool(connection.execute(running).scalar())


def _take(connection: Connection, turn: Turn) -> None:
    only_one_at_a_time(connection, turn.practice_id)
    now, mine = _now(connection), _mine(turn.practice_id, turn.month)
    other = connection.execute(sa.select(month_runs).where(*mine)).first()
    if other is not None:
        here = other.machine == machine()
        dead = here and not _alive(other.process)
        if other.expires_at > now and not dead:
            raise InputError(
                f"{turn.practice_id}, {turn.month} is being run already, since {other.begun_at:%Y-%m-%d %H:%M} UTC by "
                f"process {other.process} on {other.machine.split('/')[0]}; wait for its end. If that machine is gone, "
                f"the month is free again at {other.expires_at:%H:%M:%S} UTC."
            )
        connection.execute(sa.delete(month_runs).where(*mine))
    until = now + timedelta(seconds=EXPIRES_SECONDS)
    row = {"machine": machine(), "process": os.getpid(), "begun_at": now, "heard_at": now, "expires_at": until}
    values = {"practice_id": turn.practice_id, "month": turn.month, "token": turn.token}
    connection.execute(sa.insert(month_runs).values(values | row))


def _beat(store: Store, turn: Turn, over: threading.Event) -> None:
    """The row is renewed until the run is over; a database that is away for a moment is asked again."""
    while not over.wait(BEAT_SECONDS):
        try:
            with store.writing() as connection:
                now = _now(connection)
                until = now + timedelta(seconds=EXPIRES_SECONDS)
                mine = (*_mine(turn.practice_id, turn.month), month_runs.c.token == turn.token)
                connection.execute(sa.update(month_runs).where(*mine).values(heard_at=now, expires_at=until))
        except PlaceError:
            continue


def _give_back(store: Store, turn: Turn) -> None:
    try:
        with store.writing() as connection:
            mine = (*_mine(turn.practice_id, turn.month), month_runs.c.token == turn.token)
            connection.execute(sa.delete(month_runs).where(*mine))
    except PlaceError:  # the run's own error counts; its row is nobody's once this process has ended
        return


def machine() -> str:
    """This machine and, where it holds containers, which of them: a process number means something only within."""
    try:
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process
        return True
    return True


def _now(connection: Connection) -> datetime:
    """The database's own clock, where several machines share it."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return datetime.fromisoformat(str(found)).astimezone(UTC)
    return datetime.now(UTC)


def _mine(practice_id: str, month: str) -> tuple[sa.ColumnElement[bool], ...]:
    return month_runs.c.practice_id == practice_id, month_runs.c.month == month
