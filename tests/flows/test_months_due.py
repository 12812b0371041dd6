"""Each practice's month goes by its own clock and its own deadlines, and has its turn until a run of it ended well."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.month import EASTERN, Month, today_in
from flows.months_due import months_there, wanted
from tasks.progress import Taken
from tasks.pull.step import Source
from tasks.store import day, month_life
from tasks.store.step import open_place

LONG_AGO = Month(2025, 3)


def source(**zones: str) -> Source:
    practices = pd.DataFrame({"practice_id": list(zones), "time_zone": list(zones.values())}, dtype="str")
    nothing = pd.DataFrame()
    return Source({"practices": practices}, nothing, pd.Series(dtype="str"), nothing, list(zones), "")


def test_the_month_is_the_one_before_on_the_practices_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"Pacific/Guam": date(2026, 12, 1), EASTERN: date(2026, 11, 30)}
    monkeypatch.setattr(day, "today_in", days.__getitem__)
    two = source(P1="Pacific/Guam", P2=EASTERN)
    assert months_there(two, "") == {"P1": Month(2026, 11), "P2": Month(2026, 10)}
    assert set(months_there(two, "2026-09").values()) == {Month(2026, 9)}


def test_a_practice_is_due_once_its_cut_off_is_over_until_a_run_ended(tmp_path: Path) -> None:
    now = Month.of(today_in("Pacific/Guam"))
    closed = [str(now.previous.last + timedelta(days=number)) for number in range(1, 62)]
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        f"practices: {{P2: {{deadlines: {{closed_days: {closed}}}}}, P3: {{deadlines: {{care_team: soon}}}}}}\n",
        "utf-8",
    )
    place = open_place(str(tmp_path / "out"), None, str(settings))
    pulled = source(P1="Pacific/Guam", P2="Pacific/Guam", P3="Pacific/Guam", P4="nowhere")
    there = dict.fromkeys(pulled.practices, LONG_AGO)
    assert wanted(place, pulled, there, "due") == there
    assert list(wanted(place, pulled, {"P1": now, "P2": now.previous, "P3": now}, "due")) == ["P3"], (
        "its run says what is wrong"
    )
    for one in ("P1", "P4"):
        place.store.record_steps("a run that stopped", one, LONG_AGO, [Taken("pull", 1.0, 1)])
    assert wanted(place, pulled, there, "due") == there
    for one in ("P1", "P4"):
        place.store.record_steps("a run that ended", one, LONG_AGO, [Taken("store", 1.0, 1)])
    assert list(wanted(place, pulled, there, "due")) == ["P2", "P3"]
    assert wanted(place, pulled, there, "missing") == there, "nothing of it is decided"
    with place.store.writing() as connection:
        month_life.move(connection, "P1", LONG_AGO, month_life.DECIDED, "the schedule", revision=1)
        month_life.move(connection, "P4", LONG_AGO, month_life.DECIDED, "the schedule", revision=1)
        month_life.move(connection, "P4", LONG_AGO, month_life.OPEN, "S. Igner", "a note is missing")
    assert list(wanted(place, pulled, there, "missing")) == ["P2", "P3", "P4"], "P4 came back to the care team"
    assert list(wanted(place, pulled, there, "due")) == ["P2", "P3", "P4"], "and the schedule runs it again"
    place.store.record_steps("a run after it", "P4", LONG_AGO, [Taken("store", 1.0, 1)])
    assert list(wanted(place, pulled, there, "due")) == ["P2", "P3"], "once"
    with place.store.writing() as connection:
        for state in (month_life.SIGNED_OFF, month_life.REOPENED):
            month_life.move(connection, "P1", LONG_AGO, state, "S. Igner", "a code was wrong", revision=1)
    assert list(wanted(place, pulled, there, "due")) == ["P1", "P2", "P3"]
    place.store.record_steps("a run after that", "P1", LONG_AGO, [Taken("store", 1.0, 1)])
    assert list(wanted(place, pulled, there, "due")) == ["P2", "P3"]
    assert wanted(place, pulled, there, "all") == there == wanted(place, pulled, there, "missing", "P1")
    place.store.close()
