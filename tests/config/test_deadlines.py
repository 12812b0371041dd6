"""A month ends on three working days of the next one, in their order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.deadlines import Deadlines, deadlines, working_day_from
from config.errors import InputError
from config.month import Month
from config.query_kinds import query_settings

OCTOBER = Month(2026, 10)  # November 1, 2026 is a Sunday


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(f"defaults:\n  deadlines: {{{text}}}\n", "utf-8")
    return path


def test_the_days_of_a_month_that_ends_before_a_sunday() -> None:
    assert deadlines("P1", OCTOBER) == Deadlines(date(2026, 11, 4), date(2026, 11, 5), date(2026, 11, 6))


def test_a_closed_day_and_a_weekend_are_no_working_days(tmp_path: Path) -> None:
    found = deadlines("P1", OCTOBER, own(tmp_path, "closed_days: [2026-11-03], sign_off: 6"))
    assert (found.care_team, found.hand_over, found.sign_off) == (
        date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 10),
    )  # fmt: skip
    assert found.closed == (date(2026, 11, 3),)


def test_days_out_of_their_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="care_team comes first, then hand_over, then sign_off"):
        deadlines("P1", OCTOBER, own(tmp_path, "care_team: 6"))


def test_a_day_of_a_weekend_is_the_monday_after_it() -> None:
    days = [working_day_from(date(2026, 11, day)) for day in (27, 28, 29, 30)]
    assert days == [date(2026, 11, 27), *[date(2026, 11, 30)] * 3]
    assert working_day_from(date(2026, 11, 28), [date(2026, 11, 30)]) == date(2026, 12, 1)


def test_a_question_has_its_days_without_those_on_which_the_practice_is_closed(tmp_path: Path) -> None:
    asked = date(2026, 11, 25)  # the day before Thanksgiving
    assert query_settings("P1").last_day(asked) == date(2026, 11, 30)
    closed = own(tmp_path, "closed_days: [2026-11-26, 2026-11-27]")
    assert query_settings("P1", closed).last_day(asked) == date(2026, 12, 2)
