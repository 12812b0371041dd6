"""No call is recorded of a time, or of a day, at which nobody is called: with a time or without."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.errors import InputError
from tasks.route.guards import Known, checked
from tasks.route.machine import Move, stand
from tests.route.made import CASES, settings

DAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (
            "2026-10-13T11:59+00:00",
            "it is 07:59 where the patient lives; call from 8 to 21; .* --date '2026-10-13 14:30'",
        ),
        ("2026-10-14T01:00+00:00", "it is 21:00 where the patient lives"),
        ("2026-10-18T16:00+00:00", "2026-10-18 is a Sunday, on which nobody is called"),
        ("2026-10-13T12:00+00:00", ""),
    ],
)
def test_no_call_in_quiet_hours_on_the_patients_clock(at: str, why: str) -> None:
    case, moment = stand([Move("hear", DAY, "a", reason="refused")]), datetime.fromisoformat(at).astimezone(UTC)
    move = Move("attempt", DAY, "b", by="S1", note="by_phone")
    if not why:
        assert checked(case, move, Known("C-000001"), CASES, moment).attempts == (DAY,)
        return
    with pytest.raises(InputError, match=why):
        checked(case, move, Known("C-000001"), CASES, moment)
    assert checked(case, replace(move, note="by_letter"), Known("C-000001"), CASES, moment)
    assert checked(case, move, Known("C-000001"), settings(time_zone="Asia/Tokyo"), datetime(2026, 10, 13, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "note", "changes", "why"),
    [
        ("2026-10-18", "by_phone", {}, "2026-10-18 is a Sunday"),
        ("2026-10-18", "", {}, "correct --date, or say how else"),
        ("2026-10-18", "with_family", {"call_on_sundays": True}, ""),
        ("2026-10-18", "by_letter", {}, ""),
        ("2026-10-18", "in_person", {}, ""),
        ("2026-10-17", "by_phone", {}, ""),
        ("2026-10-13", "by_phone", {"closed_days": (date(2026, 10, 13),)}, "2026-10-13 is a day on which the practice"),
        ("2026-10-13", "by_portal", {"closed_days": (date(2026, 10, 13),)}, ""),
        ("2026-10-13", "by_phone", {}, ""),
    ],
)
def test_no_call_on_a_day_on_which_nobody_is_called_with_a_time_or_without(
    day: str, note: str, changes: dict[str, Any], why: str
) -> None:
    case = stand([Move("hear", DAY, "a", reason="refused")])
    move, own = Move("contact", date.fromisoformat(day), "b", by="S1", note=note), settings(**changes)
    for at in (None, datetime.fromisoformat(f"{day}T16:00+00:00")):
        if not why:
            assert checked(case, move, Known("C-000001"), own, at).contacts == 1
            continue
        with pytest.raises(InputError, match=why):
            checked(case, move, Known("C-000001"), own, at)
