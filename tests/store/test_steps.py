"""How long each step of a month took is on record, and a step that failed is not."""

from __future__ import annotations

import pytest

from config.errors import FaultError
from tasks.progress import Taken, step, steps_taken
from tasks.store.status import EVERY, beside, statuses
from tasks.store.step import Place, steps_recorded
from tests.store.months import BASIS, OCTOBER, month, no_cases


def test_steps_are_on_record(store):
    store.record_steps("run-1", "P1", OCTOBER, [])
    store.record_steps("run-1", "P1", OCTOBER, [Taken("pull", 1, 3_000_000_000), Taken("pull", 0.25, 7)])
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT run_id, month, step, seconds, rows FROM step_runs").one()
    assert tuple(row) == ("run-1", "2026-10", "pull", 1.25, 3_000_000_000)


def test_a_run_beside_the_month_is_on_record_and_is_not_the_months(store, tmp_path):
    store.save_cycle("P1", OCTOBER, BASIS, month(2), no_cases(), lambda *_: [])
    store.record_steps("run-1", "P1", OCTOBER, [Taken("store", 2, 5)])
    place = Place(store, tmp_path, None)
    with steps_recorded(place, "P1", OCTOBER, [Taken("pull", 1, 9)], "watch"), step("watch", "looking") as done:
        done("seen", 3)
    with pytest.raises(FaultError), steps_recorded(place, "P1", OCTOBER, [], "outreach"), step("write", "writing"):
        raise ZeroDivisionError
    with steps_recorded(place, EVERY, OCTOBER, [], "remittance"), step("remit", "posting") as done:
        done("posted", 7)
    with store.reading() as connection:
        (status,) = statuses(connection)
        others = {one.kind: one for one in beside(connection, "P1", EVERY)}
    assert [one.step for one in status.steps] == ["store"]
    assert {kind: one.rows for kind, one in others.items()} == {"watch": 9, "remittance": 7}
    assert others["watch"].seconds >= 1
    assert others["watch"].ended_at.tzinfo is not None


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
