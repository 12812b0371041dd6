"""The practice's wall clock and UTC, both ways, for whole columns.

An hour that comes twice (autumn) is read as its first occurrence unless the second is asked for. An hour that the
clock skips (spring) is read as if
the clock had not been put forward yet, which moves it forward by the gap: no minute is lost or gained.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from config.month import time_zone
from tasks.pull.moments import NAT

SECOND = 10**9


def to_utc(wall: np.ndarray, zone: str, second_time: bool = False) -> np.ndarray:
    """Wall-clock nanoseconds as UTC nanoseconds; NAT stays NAT."""
    changes, offsets = _changes(zone, *_years(wall))
    after = offsets[1:] if second_time else np.maximum(offsets[:-1], offsets[1:])
    given = wall != NAT
    return np.where(given, wall - offsets[np.searchsorted(changes + after, wall, side="right")], NAT)


def to_wall(utc: np.ndarray, zone: str) -> np.ndarray:
    """UTC nanoseconds as wall-clock nanoseconds; NAT stays NAT."""
    changes, offsets = _changes(zone, *_years(utc))
    return np.where(utc != NAT, utc + offsets[np.searchsorted(changes, utc, side="right")], NAT)


def _years(ns: np.ndarray) -> tuple[int, int]:
    given = ns[ns != NAT]
    if not len(given):
        return 2000, 2000
    first, last = (
        np.array([given.min(), given.max()]).astype("datetime64[ns]").astype("datetime64[Y]").astype(int) + 1970
    )
    return max(int(first) - 1, 1900), min(int(last) + 1, 2200)


@lru_cache(maxsize=64)
def _changes(zone: str, first_year: int, last_year: int) -> tuple[np.ndarray, np.ndarray]:
    """When the zone's offset changes (UTC nanoseconds), and the offsets before, between and after."""
    clock = time_zone(zone)

    def offset(second: int) -> int:
        moved = datetime.fromtimestamp(second, UTC).astimezone(clock).utcoffset()
        return int(moved.total_seconds()) if moved else 0

    begin = int(datetime(first_year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp())
    changes: list[int] = []
    offsets = [offset(begin)]
    for day in range(begin, end, 86_400):
        if offset(day + 86_400) != offsets[-1]:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) != offsets[-1] else (middle, high)
            changes.append(high)
            offsets.append(offset(high))
    return np.array(changes, dtype="int64") * SECOND, np.array(offsets, dtype="int64") * SECOND
