"""Time entries on the practice's clock: zones, lengths in seconds, the day of the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import InputError
from config.month import is_time_zone
from tasks.pull.clock import SECOND, to_utc, to_wall
from tasks.pull.coerce import Typed
from tasks.pull.moments import DAY, NAT, Moments

UNKNOWN = -1


def positions(texts: Any, among: Any) -> np.ndarray:
    """For each text its place among the others, -1 where it is not there or missing."""
    found = pc.index_in(pa.array(texts), pa.array(among).cast(pa.array(texts).type), skip_nulls=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False)


def practice_order(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The practices' identifiers, sorted."""
    return sorted(set(tables["practices"]["practice_id"].dropna()))


def zones_of(practices: pd.DataFrame) -> dict[str, str]:
    """Each practice's time zone; InputError naming the line where it is missing or not known."""
    zones: dict[str, str] = {}
    for practice, zone, file, line in zip(
        practices["practice_id"],
        practices["time_zone"],
        practices["source_file"],
        practices["source_line"],
        strict=True,
    ):
        place = f"{file}, line {line}, column time_zone"
        if pd.isna(zone):
            raise InputError(f"{place}: the time zone is missing; write one such as America/New_York.")
        if not is_time_zone(zone):
            raise InputError(f"{place}: this is not an IANA time zone; write one such as America/New_York.")
        zones.setdefault(practice, zone)
    return zones


def on_the_clock(typed: Typed, practices: pd.DataFrame, order: list[str], practice: np.ndarray) -> None:
    """Every timestamp of the rows becomes UTC, and the derived columns are added.

    `practice` is the place in `order` of each row's practice; one of nobody's goes by the clock of the first.
    """
    columns = typed.columns
    zones = zones_of(practices)
    codes = np.array([sorted(set(zones.values())).index(zones[name]) for name in order])[np.maximum(practice, 0)]
    names = sorted(set(zones.values()))
    start: Moments = columns["started_at"]
    end: Moments = columns["ended_at"]
    day = columns["service_date"].view("int64")
    local = np.empty(len(typed), dtype="int64")
    for code, zone in enumerate(names):
        rows = slice(None) if len(names) == 1 else np.flatnonzero(codes == code)
        begun = _utc(start.ns[rows], start.naive[rows], zone)
        start.ns[rows] = begun
        end.ns[rows] = _end(begun, end.ns[rows], end.naive[rows], zone, typed.raw.ends_wrap)
        entered: Moments = columns["entered_at"]
        entered.ns[rows] = _utc(entered.ns[rows], entered.naive[rows], zone)
        wall = to_wall(begun, zone)
        local[rows] = np.where(begun != NAT, wall - wall % DAY, day[rows])
    has_clock = start.ns != NAT
    columns |= {
        "seconds": _seconds(columns["duration_seconds"], start.ns, end.ns),
        "start_s": np.where(has_clock, start.ns // SECOND, UNKNOWN),
        "has_clock": has_clock,
        "local_date": local.view("datetime64[ns]"),
    }
    for name in ("started_at", "ended_at", "entered_at"):
        columns[name] = columns[name].ns.view("datetime64[ns]")


def _utc(ns: np.ndarray, naive: np.ndarray, zone: str) -> np.ndarray:
    return to_utc(ns, zone) if naive.all() else np.where(naive, to_utc(ns, zone), ns)


def _end(start: np.ndarray, ns: np.ndarray, naive: np.ndarray, zone: str, wraps: bool) -> np.ndarray:
    """The end in UTC.

    An end before its start lies in the second of two equal hours, or (clock times of one day) after midnight.
    """
    end = _utc(ns, naive, zone)
    before = np.flatnonzero((end < start) & naive & (end != NAT))
    if len(before):
        later = to_utc(ns[before], zone, second_time=True)
        if wraps:
            later = np.where(later < start[before], to_utc(ns[before] + DAY, zone), later)
        end[before] = np.where(later >= start[before], later, end[before])
    return end


def _seconds(given: Any, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Whole seconds: the length that was given, else from start to end; -1 where neither says it.

    A negative length stays negative so that it can be set aside as such; minus one second is written -2, since -1
    means unknown.
    """
    both = (start != NAT) & (end != NAT)
    elapsed = np.where(both, np.where(both, end - start, 0) // SECOND, UNKNOWN)
    elapsed[both & (elapsed == UNKNOWN)] = -2
    stated = given.to_numpy(dtype="int64", na_value=0)
    stated[stated == UNKNOWN] = -2
    return np.where(given.isna(), elapsed, stated)
