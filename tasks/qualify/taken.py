"""Time of patients on one axis: what several intervals cover together, and what counts for a program already."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.findings import ask
from tasks.qualify.frames import Stretches

SPAN = 1 << 23
"""Seconds set apart for one patient on the common time axis: 97 days, more than any month with its neighbours."""


class Taken:
    """The time of patients that already counts for some program, on one axis for all of them."""

    def __init__(self, origin: int) -> None:
        self.origin = origin
        self._start = self._end = np.zeros(0, dtype=np.int64)
        self._works: set[int] = set()
        self._lengths: set[tuple[int, int]] = set()
        self.before = covered_before(self._start, self._end)

    def axis(self, t: Stretches, rows: Any) -> Any:
        """Where those stretches begin: seconds since the origin, each patient in a span of their own."""
        whose = t["whose"].to_numpy(np.int64)[rows]
        return t["start_s"].to_numpy()[rows] - self.origin + whose * SPAN

    def add(self, ledger: pd.DataFrame, asked: Any) -> None:
        """What counts in that program's ledger is taken from now on, for the patients of whom it is `asked` later."""
        counts = ledger["counts"].to_numpy(bool) | (ledger["disposition"] == "simultaneous").to_numpy(bool)
        rows = np.flatnonzero(counts & ledger["has_clock"].to_numpy(bool))
        work, length = ledger["work"].to_numpy()[rows], ledger["length"].to_numpy(np.int64)[rows]
        self._works |= set(work[work >= 0].tolist())
        self._lengths |= set(zip(work[work >= 0].tolist(), length[work >= 0].tolist(), strict=True))
        later = asked[ledger["whose"].to_numpy(np.int64)[rows]]  # nobody's time reads the last place, which is False
        start, length = self.axis(ledger, rows[later]), length[later]
        self._start, self._end = np.concatenate([self._start, start]), np.concatenate([self._end, start + length])
        _, pieces = union(self._start, self._end)
        self.before = covered_before(*pieces)

    def has_other_part(self, work: Any, length: Any) -> Any:
        """Whether another part of that person's activity is taken, and not one of just this length."""
        pairs = zip(work.tolist(), length.tolist(), strict=True)
        return np.array([one in self._works and (one, size) not in self._lengths for one, size in pairs], dtype=bool)


OF_ITSELF = ("not_clinical_staff", "automated", "outside_us", "unapproved")
"""The rules of minutes that look at the work alone, whatever program it was for."""


def logged_elsewhere(
    t: Stretches, decided: Collection[str], book: RuleBook, settings: PracticeSettings
) -> pd.DataFrame:
    """The clinical time of programs that are not decided here, as transitional care: it counts for those."""
    left_out = (t["program"].isin(list(decided)) | (t["whose"] < 0) | (t["day"] < 1)).to_numpy(bool)
    for name in OF_ITSELF:
        if name in book.rules:
            left_out = left_out | ask(book.rules[name], t, book, settings)
    found = t[~left_out]
    length = found["seconds"] // found["patients_in_activity"]
    return found.assign(counts=True, disposition="counted", length=length)


def union(start: Any, end: Any) -> tuple[Any, tuple[Any, Any]]:
    """Seconds that each interval adds to the union when taken by start; and the union's disjoint pieces in order."""
    order = np.argsort(start, kind="stable")
    begin, finish = start[order], end[order]
    reached = np.maximum.accumulate(finish)
    fresh = begin.copy()
    fresh[1:] = np.maximum(begin[1:], reached[:-1])
    added = np.maximum(finish - fresh, 0)
    kept = np.empty_like(added)
    kept[order] = added
    some = added > 0
    return kept, (fresh[some], finish[some])


def covered_before(begin: Any, finish: Any) -> Any:
    """A function: how many seconds of the disjoint pieces lie before each point of the axis."""
    length = finish - begin
    before = np.concatenate([[0], np.cumsum(length)])

    def covered(point: Any) -> Any:
        if not len(begin):
            return np.zeros(len(point), dtype=np.int64)
        piece = np.searchsorted(begin, point, side="right") - 1
        inside = np.clip(point - begin[piece], 0, length[piece])
        return np.where(piece < 0, 0, before[piece] + inside)

    return covered
