"""The minutes watch: nothing, one thing and a hundred things to say; which day says what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.contract import inputs
from config.frames import empty
from config.month import Month
from config.watch_settings import WatchSettings
from tasks.send.watch import compose_watch, day_of, watch_rows, watched
from tests.send.frames import nothing, output
from tests.send.month import decision, finding

NOVEMBER = Month(2026, 11)
LIMITS = WatchSettings()
STAFF = pd.DataFrame({"staff_id": ["S1"], "email": ["s1@maple.example"]})
QUIET_DAY, FULL_DAY = date(2026, 11, 10), date(2026, 11, 27)


def tables(**rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    found = {}
    for name in ("stays", "coverages"):
        frame = empty(inputs()[name])
        if name in rows:
            given = pd.DataFrame(rows[name])
            for column in [one for one in given.columns if one.endswith("_date")]:
                given[column] = pd.to_datetime(given[column])
            frame = given.reindex(columns=frame.columns).astype({c: frame[c].dtype for c in given.columns})
        found[name] = frame
    return found


def short(*missing: int) -> dict[str, pd.DataFrame]:
    """Patients of one care manager that lack so many minutes."""
    rows = [
        decision(number, "short", care_manager_id="S1", minutes=max(0, 20 - lack), minutes_missing=lack, family="")
        for number, lack in enumerate(missing, 1)
    ]
    return nothing() | {"decisions": output("decisions", *rows)}


def seen(frames: dict[str, pd.DataFrame], today: date, limits: WatchSettings = LIMITS, **rows: Any) -> dict[str, Any]:
    return watched(frames, tables(**rows), NOVEMBER, day_of(NOVEMBER, today, limits), limits)


@pytest.mark.parametrize(
    ("today", "over", "left", "is_full"),
    [
        (date(2026, 11, 1), 0, 21, False),  # a Sunday before the first working day
        (date(2026, 11, 2), 0, 21, True),  # a Monday
        (date(2026, 11, 10), 6, 15, False),
        (date(2026, 11, 16), 10, 11, True),  # the 15th is a Sunday
        (date(2026, 11, 24), 16, 5, True),  # the last five begin
        (date(2026, 11, 20), 14, 7, False),
        (date(2026, 11, 30), 20, 1, True),
    ],
)
def test_where_in_the_month_a_day_lies(today: date, over: int, left: int, is_full: bool) -> None:
    found = day_of(NOVEMBER, today, LIMITS)
    assert (found.over, found.left, found.is_full) == (over, left, is_full)
    assert found.total == 21


def test_a_day_on_which_the_practice_is_closed_is_no_working_day() -> None:
    closed = [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 26), date(2026, 11, 27)]
    tenth = day_of(NOVEMBER, date(2026, 11, 10), LIMITS, closed)
    assert (tenth.over, tenth.left, tenth.total, tenth.before) == (5, 12, 17, date(2026, 11, 6))
    assert not day_of(NOVEMBER, date(2026, 11, 9), LIMITS, closed).is_full
    assert tenth.is_full, "Monday's whole list comes on Tuesday"
    assert day_of(NOVEMBER, date(2026, 11, 17), LIMITS, closed).is_full, "so does the one of mid month"
    assert not day_of(NOVEMBER, date(2026, 11, 11), LIMITS, closed).is_full
    assert day_of(NOVEMBER, date(2026, 11, 20), LIMITS, closed).is_full, "the last five working days begin earlier"


def test_mid_month_is_a_full_day_whatever_weekday_it_is() -> None:
    october = Month(2026, 10)
    assert day_of(october, date(2026, 10, 15), LIMITS).is_full
    assert not day_of(october, date(2026, 10, 14), LIMITS).is_full


@pytest.mark.parametrize(
    ("missing", "today", "told"),
    [
        ([], FULL_DAY, None),
        ([6], QUIET_DAY, None),  # it can be reached, but is not nearly there
        ([5], QUIET_DAY, [5]),
        ([6, 3, 40, 41], FULL_DAY, [3, 6, 40]),  # two days left, twenty minutes a day
        ([*range(1, 41)] * 3, FULL_DAY, sorted([*range(1, 41)] * 3)),
    ],
)
def test_who_is_told_of_whom(missing: list[int], today: date, told: list[int] | None) -> None:
    found = seen(short(*missing), today)
    assert [row["missing"] for row in found["S1"]["near"]] == told if told else found == {}


def test_who_is_out_of_reach_is_counted_on_a_full_day_alone() -> None:
    assert seen(short(3, 41), FULL_DAY)["S1"]["out_of_reach"] == 1
    assert seen(short(3, 41), date(2026, 11, 26), WatchSettings(last_days=0))["S1"]["out_of_reach"] == 0


def test_time_in_a_facility_gives_no_minutes() -> None:
    stay = {"stay_id": "H1", "patient_id": "P1", "kind": "inpatient", "admit_date": "2026-11-20"}
    frames = short(3)
    patient = frames["decisions"]["patient_id"].iloc[0]
    view = seen(frames, FULL_DAY, stays=[stay | {"patient_id": patient}])["S1"]
    assert view["near"] == []
    assert [row["kind"] for row in view["changes"]] == ["away"]
    gone = stay | {"patient_id": patient, "discharge_date": "2026-11-25"}
    view = seen(frames, FULL_DAY, stays=[gone])["S1"]
    assert [row["missing"] for row in view["near"]] == [3]
    assert [row["kind"] for row in view["changes"]] == ["back"]
    assert "time counts again" in view["changes"][0]["words"]
    other = seen(frames, FULL_DAY, stays=[gone | {"kind": "nursing_facility"}])["S1"]
    assert other["changes"] == [], "Part B goes on in such a place"


def test_a_coverage_that_begins_or_ends_this_month_is_told() -> None:
    frames = short(30)
    patient = frames["decisions"]["patient_id"].iloc[0]
    own = {"patient_id": patient, "priority": 1, "payer_kind": "commercial"}
    rows = [
        own | {"coverage_id": "V1", "start_date": "2020-01-01", "end_date": "2026-11-30"},
        own | {"coverage_id": "V2", "start_date": "2026-12-01", "end_date": None},
    ]
    view = seen(frames, FULL_DAY, coverages=rows)["S1"]
    assert [row["words"] for row in view["changes"]] == [
        "a coverage ends on November 30, 2026: check consent and who pays"
    ]


def test_holds_are_told_on_full_days() -> None:
    held = nothing() | {
        "decisions": output("decisions", decision(1, "hold", care_manager_id="S1")),
        "findings": output("findings", finding(1, "consent_missing", "care_manager")),
    }
    assert seen(held, FULL_DAY)["S1"]["held"] == 1
    assert seen(held, QUIET_DAY) == {}


def test_the_message_names_cases_and_what_is_left() -> None:
    frames = short(*[*range(1, 41)] * 3)
    day = day_of(NOVEMBER, FULL_DAY, LIMITS)
    work = watched(frames, tables(), NOVEMBER, day, LIMITS)
    (message,) = compose_watch("P1", "Maple Street", work, STAFF, NOVEMBER, day)
    assert message.subject == (
        "Maple Street · November 2026 · 120 patients can still reach a threshold, 2 working days left"
    )
    assert (message.audience, message.kind, message.recipient) == ("care_manager", "minutes-S1", "s1@maple.example")
    for body in (message.html, message.text):
        assert "and 90 more in minutes.csv" in body
    assert len(message.html.encode()) < 102_000
    again = compose_watch("P1", "Maple Street", work, STAFF, NOVEMBER, day)
    assert again == [message]
    rows = watch_rows(work, frames["decisions"])
    assert len(rows) == 120
    assert {row["what"] for row in rows} == {"near"}
    (nobody,) = compose_watch("P1", "", work, STAFF.iloc[:0], NOVEMBER, day)
    assert nobody.recipient == ""


def test_a_panel_over_the_plan_is_said() -> None:
    frames = short(*[3] * 4)
    assert seen(frames, FULL_DAY, WatchSettings(panel=3))["S1"]["over_panel"] == 1
    assert seen(frames, FULL_DAY)["S1"]["over_panel"] == 0


@pytest.mark.parametrize("form", ["html", "text"])
def test_what_a_threshold_completes_and_what_all_of_it_takes(form: str) -> None:
    rows = [
        decision(1, "short", care_manager_id="S1", program="ccm", minutes=18, minutes_missing=2, family=""),
        decision(2, "short", care_manager_id="S1", program="cocm", minutes=30, minutes_missing=6, family=""),
        decision(3, "short", care_manager_id="S1", program="rpm", minutes=0, minutes_missing=10, family=""),
    ]
    frames, day = nothing() | {"decisions": output("decisions", *rows)}, day_of(NOVEMBER, FULL_DAY, LIMITS)
    work = watched(frames, tables(), NOVEMBER, day, LIMITS)
    (message,) = compose_watch("P1", "Maple Street", work, STAFF, NOVEMBER, day)
    flat = " ".join(getattr(message, form).split())
    for counted, program in (("18 of 20", "CCM"), ("30 of 36", "CoCM"), ("0 of 10", "RPM")):
        assert counted in flat
        assert flat.count(program) == 1
    assert "In all 18 minutes of care are missing, 9 a working day: with them each has the month's care." in flat
    assert [row["program"] for row in watch_rows(work, frames["decisions"])] == ["ccm", "cocm", "rpm"]
