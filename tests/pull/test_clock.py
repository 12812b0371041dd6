"""The practice's clock: offsets, nights on which it changes, midnight, the month's edge."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.month import Month
from tasks.pull.clock import to_utc, to_wall
from tasks.pull.moments import NAT
from tasks.pull.practice import of_practice, practice_ids
from tasks.pull.source import read_source
from tests.pull.conftest import example_rows

ZONES = ["America/New_York", "America/Phoenix", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC"]


def read(write, rows):
    return read_source(str(write(time_entries=rows))).tables["time_entries"]


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-10-05 09:00:00", "2026-10-05 09:19:59", 1199),
        ("2026-10-05 23:50", "2026-10-06 00:25", 2100),
        ("2026-10-05 09:00:00.900", "2026-10-05 09:00:10.100", 9),
        # Spring: 2:00 becomes 3:00.
        ("2026-03-08 01:50", "2026-03-08 03:10", 1200),
        ("2026-03-08 02:10", "2026-03-08 02:30", 1200),
        ("2026-03-08 02:10", "2026-03-08 03:20", 600),
        # Autumn: 1:00 to 2:00 comes twice.
        ("2026-11-01 00:50", "2026-11-01 01:10", 1200),
        ("2026-11-01 01:50", "2026-11-01 01:10", 1200),
        ("2026-11-01 01:10", "2026-11-01 01:30", 1200),
        ("2026-11-01 01:50", "2026-11-01 02:10", 4800),
        ("2026-11-01T01:50:00-04:00", "2026-11-01T01:10:00-05:00", 1200),
        # An end before the start on any other day stays what it is.
        ("2026-10-05 09:10", "2026-10-05 09:00", -600),
        ("2026-10-05 09:00:01", "2026-10-05 09:00:00", -2),
        ("2026-10-05 09:00", "", -1),
        ("", "2026-10-05 09:00", -1),
        ("2026-10-05 09:00", "2026-10-05 09:00", 0),
    ],
)
def test_seconds_are_those_that_passed(write, entries, start, end, seconds):
    frame = read(write, entries({"started_at": start, "ended_at": end}))
    assert frame["seconds"].tolist() == [seconds]


def test_a_length_that_is_given_wins_over_the_interval(write, entries):
    frame = read(
        write,
        entries(
            {"started_at": "2026-10-05 09:00", "ended_at": "2026-10-05 10:00", "duration_seconds": "120"},
            {"service_date": "2026-10-05", "duration_seconds": "0"},
            {"service_date": "2026-10-05", "duration_seconds": "-1"},
        ),
    )
    assert frame["seconds"].tolist() == [120, 0, -2]
    assert frame["has_clock"].tolist() == [True, False, False]
    assert frame["start_s"].tolist() == [1_791_205_200, -1, -1]


def test_the_skipped_hour_moves_forward_and_the_double_hour_is_the_first(write, entries):
    frame = read(write, entries({"started_at": "2026-03-08 02:30"}, {"started_at": "2026-11-01 01:30"}))
    assert frame["started_at"].tolist() == [pd.Timestamp("2026-03-08 07:30"), pd.Timestamp("2026-11-01 05:30")]


def test_the_day_is_that_of_the_practice(write, entries):
    frame = read(
        write,
        entries(
            {"started_at": "2026-11-01T03:59:59Z"},
            {"started_at": "2026-11-01T04:00:00Z"},
            {"started_at": "2026-10-31 23:59"},
            {"service_date": "10/31/2026"},
            {},
        ),
    )
    days = frame["local_date"].dt.strftime("%m-%d").tolist()
    assert days[:4] == ["10-31", "11-01", "10-31", "10-31"]
    assert pd.isna(days[4])
    assert frame["local_date"].dtype == "datetime64[ns]"


def test_entries_that_touch_the_month_are_taken(write, entries):
    rows = entries(
        {"started_at": "2026-10-01T03:59:59Z", "duration_seconds": "1"},  # ends as the month begins
        {"started_at": "2026-10-01T03:59:59Z", "duration_seconds": "2"},
        {"started_at": "2026-10-01T04:00:00Z", "duration_seconds": "0"},
        {"started_at": "2026-10-01T03:59:59Z"},  # unknown length, starts before
        {"started_at": "2026-11-01T03:59:59Z"},
        {"started_at": "2026-11-01T04:00:00Z", "duration_seconds": "60"},
        {"service_date": "2026-09-30", "duration_seconds": "60"},
        {"service_date": "2026-10-01"},
        {"service_date": "2026-10-31"},
        {"service_date": "2026-11-01"},
        {"duration_seconds": "60"},  # no day at all: the checks set it aside
        {"started_at": "2026-10-31 23:50", "ended_at": "2026-11-01 00:10"},
    )
    pulled = read_source(str(write(time_entries=rows)))
    mine, aside = of_practice(pulled.tables, "P1", Month(2026, 10))
    taken = mine["time_entries"]
    assert taken["entry_id"].tolist() == ["E2", "E3", "E5", "E8", "E9", "E11", "E12"]
    assert aside == {"other_month": 5}
    assert isinstance(taken.index, pd.RangeIndex)
    following, _ = of_practice(pulled.tables, "P1", Month(2026, 11))
    assert following["time_entries"]["entry_id"].tolist() == ["E6", "E10", "E11", "E12"]


def test_each_patient_is_read_on_the_clock_of_their_practice(write, entries):
    rows = example_rows()
    west = rows["practices"][0] | {"practice_id": "P2", "time_zone": "America/Los_Angeles"}
    people = [
        rows["patients"][0],
        rows["patients"][1] | {"practice_id": "P2"},
        rows["patients"][1] | {"practice_id": "P9", "patient_id": "lost"},
    ]
    staff = [rows["staff"][0], rows["staff"][0] | {"staff_id": "S2", "practice_id": "P2"}]
    at = {"started_at": "2026-10-05 09:00"}
    log = entries(
        at,
        at | {"patient_id": "00777"},
        at | {"patient_id": "nobody", "performer_id": "S2"},
        at | {"patient_id": "", "performer_id": "nobody"},
        {"patient_id": "00777", "started_at": "2026-11-01 01:50", "ended_at": "2026-11-01 01:10"},
    )
    source = write(practices=[west, rows["practices"][0]], patients=people, staff=staff, time_entries=log)
    tables = read_source(str(source)).tables
    frame = tables["time_entries"]
    assert frame["started_at"].dt.hour.tolist() == [13, 16, 16, 13, 8]
    assert frame["seconds"].tolist()[4] == 1200
    assert practice_ids(tables) == ["P1", "P2"]
    parts = {name: of_practice(tables, name, Month(2026, 10))[0] for name in ("P1", "P2")}
    assert parts["P1"]["time_entries"]["entry_id"].tolist() == ["E1"]
    assert parts["P2"]["time_entries"]["entry_id"].tolist() == ["E2", "E3"]
    assert parts["P1"]["patients"]["patient_id"].tolist() == ["100234", "lost"]
    for name, whole in tables.items():
        if name != "time_entries":
            assert sum(len(part[name]) for part in parts.values()) == len(whole), name


def test_an_unknown_practice_is_refused_with_those_that_are_known(write):
    from config.errors import InputError

    tables = read_source(str(write())).tables
    with pytest.raises(InputError, match=r"'P7'.*known are P1"):
        of_practice(tables, "P7", Month(2026, 10))


@settings(deadline=None)  # the first look at a zone takes longer than the next
@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(1999, 1, 1), datetime(2040, 1, 1)), min_size=1, max_size=20),
    st.booleans(),
)
def test_every_zone_agrees_with_the_standard_library(zone, moments, second):
    clock = ZoneInfo(zone)
    wall = np.array(moments, dtype="datetime64[ns]").view("int64")
    fold = int(second)
    wanted = []
    for moment in moments:
        local = moment.replace(tzinfo=clock, fold=0)
        exists = local.astimezone(ZoneInfo("UTC")).astimezone(clock).replace(tzinfo=None) == moment
        wanted.append(local.replace(fold=fold if exists else 0) - datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")))
    utc = to_utc(wall, zone, second_time=second)
    assert utc.tolist() == [span // timedelta(microseconds=1) * 1000 for span in wanted]
    back = [
        datetime.fromtimestamp(0, clock) if ns == NAT else (datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + span)
        for ns, span in zip(utc, wanted, strict=True)
    ]
    walls = [moment.astimezone(clock).replace(tzinfo=None) for moment in back]
    assert to_wall(utc, zone).tolist() == np.array(walls, dtype="datetime64[ns]").view("int64").tolist()
