"""A sum in monthly parts: whole cents, the odd ones in the first part, each due on the same day of its month."""

from __future__ import annotations

import calendar
from datetime import date

from config.errors import InputError
from config.letters import Instalment


def monthly_parts(cents: int, parts: int, first: date) -> tuple[Instalment, ...]:
    """So many parts that come to the sum, from the first day on; where a month is too short, on its last day.

    InputError when there are more parts than cents.
    """
    each, odd = divmod(cents, parts)
    if not each:
        raise InputError(f"{cents} cents cannot be paid in {parts} parts; take fewer.")
    found = []
    for number in range(parts):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        last = calendar.monthrange(year, month + 1)[1]
        found.append(Instalment(date(year, month + 1, min(first.day, last)), each + (odd if number == 0 else 0)))
    return tuple(found)
