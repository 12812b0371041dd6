"""The day that it is for a practice of the tests, which in Ohio may be the day before the machine's."""

from __future__ import annotations

from datetime import date, timedelta

from config.month import EASTERN, today_in


def practice_today() -> date:
    """The day on the clock of the practices of the demo and of the cases."""
    return today_in(EASTERN)


def calling_day() -> date:
    """That day, or the Saturday before it where it is a Sunday, on which no call is recorded."""
    today = practice_today()
    return today - timedelta(days=today.weekday() == 6)
