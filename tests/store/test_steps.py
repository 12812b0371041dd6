"""How long each step of a month took is on record, and a step that failed is not."""

from __future__ import annotations

import pytest

from config.errors import FaultError
from tasks.progress import Taken, step, steps_taken
from tests.store.months import OCTOBER


def test_steps_are_on_record(store):
    store.record_steps("run-1", "P1", OCTOBER, [])
    store.record_steps("run-1", "P1", OCTOBER, [Taken("pull", 1, 3_000_000_000), Taken("pull", 0.25, 7)])
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT run_id, month, step, seconds, rows FROM step_runs").one()
    assert tuple(row) == ("run-1", "2026-10", "pull", 1.25, 3_000_000_000)


def test_steps_are_gathered_as_they_end():
    with steps_taken() as taken:
        with step("pull", "reading") as done:
            done("half", 3)
            done("all", 4)
        with pytest.raises(FaultError, match="ZeroDivisionError"), step("check", "checking"):
            raise ZeroDivisionError
    with step("send", "after the end"):
        pass
    assert [(one.step, one.rows) for one in taken] == [("pull", 7)]
    assert taken[0].seconds >= 0
