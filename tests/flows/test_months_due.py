"""Each practice's month goes by its own clock and its own deadlines, and has its turn until a run of it ended well."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.errors import InputError
from config.month import EASTERN, Month, today_in
from flows.months_due import months_there, wanted
from tasks.progress import Taken
from tasks.pull.step import Source
from tasks.store import day, month_life
from tasks.store.step import open_place
from tests.flows.conftest import Heard

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


def test_what_stands_is_said_before_anything_is_done_and_a_closed_month_is_not_run(
    tmp_path: Path, heard: Heard
) -> None:
    place = open_place(str(tmp_path / "out"), None, None)
    pulled = source(P1=EASTERN, P2=EASTERN, P3=EASTERN)
    there = dict.fromkeys(pulled.practices, LONG_AGO)

    def moved(practice: str, *states: str) -> None:
        for state in states:
            by = "A. Biller" if state == month_life.CLOSED else "S. Igner"
            with place.store.writing() as connection:
                month_life.move(connection, practice, LONG_AGO, state, by, revision=1)

    moved("P1", month_life.DECIDED, month_life.SIGNED_OFF)
    assert wanted(place, pulled, there, "all") == there
    (said,) = heard.said
    assert re.match(
        r"P1, 2025-03 is signed off since .* UTC by S\. Igner \(revision 1\) and stands; a run that .* opens it again",
        said,
    )
    heard.records.clear()
    moved("P1", month_life.RELEASED, month_life.CLOSED)
    closed = (
        r"P1, 2025-03 is closed since .* UTC by A\. Biller \(revision 1, signed off by S\. Igner\) and stays as it is; "
        r"to change it, open it again: ccm reopen --month 2025-03 --practice P1 --reason TEXT, or reopen-month"
    )
    assert list(wanted(place, pulled, there, "all")) == ["P2", "P3"]
    (said,) = heard.said
    assert re.match(f"left out: {closed}", said)
    for which in ("all", "missing"):
        with pytest.raises(InputError, match=f"^{closed}"):
            wanted(place, pulled, {"P1": LONG_AGO}, which, "P1")
    for one in ("P2", "P3"):
        moved(one, month_life.DECIDED, month_life.SIGNED_OFF, month_life.RELEASED, month_life.CLOSED)
    with pytest.raises(InputError, match=f"^All are closed. {closed}"):
        wanted(place, pulled, there, "all")
    assert wanted(place, pulled, there, "due") == {}
    moved("P2", month_life.REOPENED)
    heard.records.clear()
    assert list(wanted(place, pulled, {"P2": LONG_AGO}, "all", "P2")) == ["P2"], "a month that is open again is run"
    assert not heard.said
    place.store.close()
