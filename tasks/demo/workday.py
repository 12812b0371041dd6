"""When in the month each piece of work is done: one after the other, in working hours, now and then in the evening."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month

DAY_SECONDS = 8 * 3600
NOON = 4 * 3600
MORNING = 8 * 3600
EVENING = 19 * 3600 + 1800
EVENING_SECONDS = 9000
LATE_SHARE = 0.004
SLOTS = [17 * 3600 + 600 + number * 1500 for number in range(5)]  # 17:10 to 19:15 is kept free for seeded defects


def working_days(month: Month) -> np.ndarray:
    """Monday to Friday."""
    days = np.arange(np.datetime64(month.first), np.datetime64(month.last) + 1)
    return days[np.is_busday(days)]


def lay_out(rng: np.random.Generator, person: np.ndarray, seconds: np.ndarray, month: Month) -> np.ndarray:
    """A start for each piece of work, on the practice's clock; NaT for what no working day of that person can hold.

    Each person's work is put in random order and dealt evenly over the days; what is left of a day falls between the
    pieces at random.
    """
    days = working_days(month)
    order = np.lexsort((rng.random(len(person)), person))
    who, length = person[order], seconds[order]
    before = _sum_before(who, length)
    load = np.bincount(who, length)[who]
    day = np.minimum((before / load * len(days)).astype(int), len(days) - 1)
    late = rng.random(len(person)) < LATE_SHARE
    sitting = (who.astype(np.int64) * 64 + day) * 2 + late
    again = np.argsort(sitting, kind="stable")
    sitting, length, day, late = sitting[again], length[again], day[again], late[again]

    _, group = np.unique(sitting, return_inverse=True)
    room = np.where(late, EVENING_SECONDS, DAY_SECONDS)
    lot = rng.exponential(1, len(group))
    tail = rng.exponential(1, group.max() + 1 if len(group) else 0)
    spare = np.maximum(room - np.bincount(group, length)[group] - 60, 0)
    gap = (lot / (np.bincount(group, lot) + tail)[group] * spare).astype(np.int64)
    offset = _sum_before(group, gap + length) + gap
    clock = np.where(late, EVENING + offset, MORNING + offset + 3600 * (offset >= NOON))
    start = days[day].astype("datetime64[s]") + clock.astype("timedelta64[s]")
    start[offset + length > room] = np.datetime64("NaT")

    result = np.empty(len(person), "datetime64[s]")
    result[order[again]] = start
    return result


def _sum_before(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum of the values before each row in its group; equal groups stand together."""
    total = np.cumsum(values) - values
    first = np.ones(len(group), bool)
    first[1:] = group[1:] != group[:-1]
    return total - np.maximum.accumulate(np.where(first, total, 0))


def overlapping(key: np.ndarray, start: pd.Series, seconds: np.ndarray) -> np.ndarray:
    """Rows that begin before an earlier row of the same key has ended."""
    begin = start.to_numpy().astype("datetime64[s]").astype(np.int64)
    order = np.lexsort((begin, key))
    shift = key[order].astype(np.int64) << 34  # groups far apart, so that one running maximum serves all
    ends = np.maximum.accumulate(shift + begin[order] + seconds[order])
    found = np.zeros(len(key), bool)
    found[order[1:]] = (shift + begin[order])[1:] < ends[:-1]
    return found
