"""One run of a practice's month at a time: the database says whose turn it is, also to other machines."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from config.errors import InputError, PlaceError
from config.month import Month
from tasks.store import one_run as module
from tasks.store.life_tables import month_runs
from tasks.store.one_run import one_run
from tests.store.months import OCTOBER


def rows(store):
    with store.reading() as connection:
        return connection.execute(sa.select(month_runs)).all()


def elsewhere(store, **values):
    """The row belongs to a run on another machine."""
    with store.writing() as connection:
        connection.execute(sa.update(month_runs).values(machine="other.example/pid:[1]", **values))


def test_a_second_run_is_refused_until_the_first_is_over(store):
    with one_run(store, "P1", OCTOBER) as turn:
        with pytest.raises(InputError, match=r"^P1, 2026-10 is being run already, since .* by process \d+ on"):
            one_run(store, "P1", OCTOBER).__enter__()
        with one_run(store, "P1", Month(2026, 9)), one_run(store, "P2", OCTOBER):
            assert len(rows(store)) == 3
        with store.writing() as connection:
            turn.confirm(connection)
    assert rows(store) == []
    with pytest.raises(ZeroDivisionError), one_run(store, "P1", OCTOBER):
        raise ZeroDivisionError
    assert rows(store) == []


def test_a_run_of_another_machine_is_waited_for_until_it_is_silent_for_long(store):
    with one_run(store, "P1", OCTOBER) as lost:
        elsewhere(store)
        with pytest.raises(InputError, match=r"on other.example; wait for its end. If that machine is gone"):
            one_run(store, "P1", OCTOBER).__enter__()
        elsewhere(store, expires_at=datetime.now(UTC) - timedelta(seconds=1))
        with one_run(store, "P1", OCTOBER) as new:
            assert new.token != lost.token
            with (
                pytest.raises(PlaceError, match="another one has taken its place; nothing of this one was kept"),
                store.writing() as connection,
            ):
                lost.confirm(connection)
    assert rows(store) == []


def test_a_run_that_is_alive_is_heard_of(store, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.02)
    with one_run(store, "P1", OCTOBER):
        first = rows(store)[0].heard_at
        end = time.monotonic() + 60
        while rows(store)[0].heard_at == first and time.monotonic() < end:
            time.sleep(0.02)
        assert rows(store)[0].expires_at > rows(store)[0].heard_at > first


def test_a_run_that_died_here_is_seen_to_be_dead_at_once(store):
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    with one_run(store, "P1", OCTOBER):
        with store.writing() as connection:
            connection.execute(sa.update(month_runs).values(process=int(done.stdout)))
        with one_run(store, "P1", OCTOBER) as new:
            assert rows(store)[0].token == new.token
