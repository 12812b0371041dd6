"""A sum in monthly parts."""

from __future__ import annotations

from datetime import date

import pytest

from config.errors import InputError
from config.instalments import monthly_parts


def test_parts_come_to_the_sum_and_the_first_has_the_odd_cents() -> None:
    found = monthly_parts(4000, 3, date(2026, 11, 30))
    assert [part.cents for part in found] == [1334, 1333, 1333]
    assert [part.due for part in found] == [date(2026, 11, 30), date(2026, 12, 30), date(2027, 1, 30)]


def test_a_short_month_has_its_last_day() -> None:
    days = [part.due for part in monthly_parts(4000, 4, date(2027, 1, 31))]
    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_more_parts_than_cents_are_refused() -> None:
    with pytest.raises(InputError, match="2 cents cannot be paid in 3 parts"):
        monthly_parts(2, 3, date(2027, 1, 31))
