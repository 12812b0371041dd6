"""How long each step of a month took is on record, that a run of it stopped is, and a step that failed is not."""

from __future__ import annotations

import re

import pytest

from config.errors import DataStopError, FaultError
from config.month import Month
from tasks.progress import Taken, step, steps_taken
from tasks.send.board import COLOURS, board_markdown
from tasks.store.month_life import SIGNED_OFF, move
from tasks.store.status import EVERY, beside, ran_since, statuses
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


def test_a_months_run_that_stopped_is_on_record_until_one_ends_well(store, tmp_path):
    place, before = Place(store, tmp_path, None), [Taken("pull", 1, 9)]

    def status():
        with store.reading() as connection:
            (found,) = statuses(connection)
        return found

    with pytest.raises(DataStopError), steps_recorded(place, "P1", OCTOBER, before), step("check", "checking"):
        raise DataStopError("P1: too much was set aside.")
    assert (status().last, status().ran_at, status().steps) == (None, None, ()), "no run of it ended well"
    assert re.fullmatch(r", last run stopped \d{4}-\d\d-\d\d \d\d:\d\d UTC", status().now)
    board = board_markdown(store, OCTOBER, tmp_path, None).splitlines()
    assert board[0] == "### 2026-10: 1 open"
    assert board[4].startswith(f"| P1 | {COLOURS['open']} open, last run stopped 2"), "nothing of it is decided"
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT step, seconds, rows FROM step_runs").all()
    assert [tuple(row) for row in rows] == [("stopped: pull", 1.0, 9)]
    store.save_cycle("P1", OCTOBER, BASIS, month(2), no_cases(), lambda *_: [])
    with steps_recorded(place, "P1", OCTOBER, before), step("store", "saving") as done:
        done("kept", 2)
    assert (status().now, [one.step for one in status().steps]) == ("", ["pull", "store"])
    with pytest.raises(DataStopError), steps_recorded(place, "P1", OCTOBER, before):
        raise DataStopError("P1: too much was set aside.")
    assert status().now
    assert [one.step for one in status().steps] == ["pull", "store"]
    with pytest.raises(DataStopError), steps_recorded(place, "P1", Month(2126, 10), before):
        raise DataStopError("P1, 2126-10: the time log has no entry of the month.")
    assert status().month == str(OCTOBER), "a mistyped month is no month of the practice"
    with store.reading() as connection:
        assert not ran_since(connection, "P1", OCTOBER, status().stopped_at), "it has its turn again"
    with store.writing() as connection:
        move(connection, "P1", OCTOBER, SIGNED_OFF, "S. Igner")
    assert status().now == "", "somebody answers for what was decided before"


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
