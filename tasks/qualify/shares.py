"""Time that passed every exclusion but cannot count in full: shared between patients, or counted already.

Words and sources stand in config/rules/shares.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tasks.qualify.frames import PRACTITIONER, Stretches

SPAN = 1 << 23
"""Seconds set apart for one patient on the common time axis: 97 days, more than any month with its neighbours."""


def shared_activity(t: Stretches, counting: Any) -> Any:
    """Seconds of each counting stretch that belong to the other patients of the activity; halves go to nobody."""
    return np.where(counting, t["seconds"] - t["seconds"] // t["patients_in_activity"], 0)


def simultaneous(t: Stretches, seconds: Any, counting: Any, origin: int) -> Any:
    """Seconds of each counting stretch during which the same patient's time is counted already.

    `seconds` is the length of each stretch after sharing; `origin` a UTC second not after the earliest stretch. The
    practitioner's time takes precedence over staff time, because it alone can carry a personal code; so the seconds
    kept are exactly the length of the union of all stretches of a patient, and the practitioner's part is exactly the
    union of the practitioner's own. Stretches without a clock cannot be compared and stay whole.
    """
    lost = np.zeros(len(t), dtype=np.int64)
    clocked = np.flatnonzero(counting & t["has_clock"].to_numpy() & (seconds > 0))
    if not len(clocked):
        return lost
    start = t["start_s"].to_numpy()[clocked] - origin + t["patient"].to_numpy(np.int64)[clocked] * SPAN
    end = start + seconds[clocked]
    personal = t["performer_class"].to_numpy()[clocked] == PRACTITIONER
    kept = np.zeros(len(clocked), dtype=np.int64)
    kept[personal], pieces = _union(start[personal], end[personal])
    covered = _covered_before(*pieces)
    staff = ~personal
    kept[staff], _ = _union(start[staff] - covered(start[staff]), end[staff] - covered(end[staff]))
    lost[clocked] = seconds[clocked] - kept
    return lost


def _union(start: Any, end: Any) -> tuple[Any, tuple[Any, Any]]:
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


def _covered_before(begin: Any, finish: Any) -> Any:
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
