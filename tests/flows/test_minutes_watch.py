"""The minutes watch as its users run it: the month going on, messages once a day, no month kept."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from config.errors import DataStopError
from config.month import Month
from flows.minutes_watch import minutes_watch, refuse_ended_log
from tasks.demo.write import write_demo_data
from tasks.pull.step import Share
from tasks.store import open_store
from tasks.store.schema import cycles, messages
from tasks.store.status import beside
from tests.days import practice_today


def test_a_log_that_has_ended_tells_nobody_that_every_patient_is_short() -> None:
    november, nothing = Month(2026, 11), pd.DataFrame()
    share = Share("P1", "Maple", {}, nothing, {}, {}, 0, "", {"2026-10": 868})
    refuse_ended_log(share, november, date(2026, 11, 4))  # the third working day
    with pytest.raises(DataStopError, match=r"P1: no time entry of 2026-11 is in the log, which holds 868 of 2026-10;"):
        refuse_ended_log(share, november, date(2026, 11, 5))
    refuse_ended_log(share, november, date(2026, 11, 5), [date(2026, 11, 4)])
    refuse_ended_log(replace(share, months={"2026-11": 1}), november, date(2026, 11, 27))


@pytest.mark.slow
def test_a_day_is_told_once_and_keeps_no_month(prefect_server: None, tmp_path: Path) -> None:
    source, out, settings = tmp_path / "source", tmp_path / "out", tmp_path / "settings.yaml"
    write_demo_data(source, 24, 1, 5, Month.of(practice_today()), dirty=False)
    # The demo's log reaches to the month's end, and rows of days to come are set aside; every day is a full day here.
    settings.write_text("defaults:\n  quarantine_limit_percent: 100\n  watch: {last_days: 23}\n", encoding="utf-8")
    given = {"source": str(source), "out": str(out), "settings": str(settings)}
    (told,) = minutes_watch(**given)
    path = out / "P1" / "worklists" / "minutes.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert told["near"] == sum(row["what"] == "near" for row in rows)
    assert rows, "half of these patients are short of minutes on any day of a month"
    first = path.read_bytes()
    assert minutes_watch(**given) == [told]
    assert path.read_bytes() == first
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    with store.reading() as connection:
        kinds = connection.execute(sa.select(messages.c.kind, messages.c.month)).all()
        assert connection.execute(sa.select(cycles)).all() == []
        (last,) = beside(connection, "P1")
        assert (last.kind, last.rows > 0) == ("watch", True)
    store.close()
    managers = {row["care_manager_id"] for row in rows}
    assert sorted(kinds) == sorted((f"minutes-{one}", str(practice_today())) for one in managers)
