"""Time that passed every exclusion but cannot count in full: shared between patients, or counted already.

Words and sources stand in config/rules/shares.yaml.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tasks.qualify.frames import PRACTITIONER, Stretches
from tasks.qualify.taken import Taken, covered_before, union


def shared_activity(t: Stretches, counting: Any) -> Any:
    """Seconds of each counting stretch that belong to the other patients of the activity; halves go to nobody."""
    return np.where(counting, t["seconds"] - t["seconds"] // t["patients_in_activity"], 0)


def counted_elsewhere(t: Stretches, seconds: Any, counting: Any, taken: Taken) -> Any:
    """Seconds of each counting stretch that lie in time which counts for an earlier program of the same patient.

    Parts of one activity that one person split over programs stand one after the other, whatever their clock says,
    unless the same length is logged twice.
    """
    lost = np.zeros(len(t), dtype=np.int64)
    rows = np.flatnonzero(counting & t["has_clock"].to_numpy() & (seconds > 0) & ~_parts_of_a_split(t, seconds, taken))
    start = taken.axis(t, rows)
    lost[rows] = taken.before(start + seconds[rows]) - taken.before(start)
    return lost


def _parts_of_a_split(t: Stretches, seconds: Any, taken: Taken) -> Any:
    found = np.zeros(len(t), dtype=bool)
    rows = np.flatnonzero(t["work"].to_numpy() >= 0)
    found[rows] = taken.has_other_part(t["work"].to_numpy()[rows], seconds[rows])
    return found


def simultaneous(t: Stretches, seconds: Any, counting: Any, taken: Taken) -> Any:
    """Seconds of each counting stretch during which the same patient's time is counted already.

    `seconds` is the length of each stretch after sharing, of which what is `taken` by other programs does not count.
    The practitioner's time takes precedence over staff time, because it alone can carry a personal code; so the seconds
    kept are exactly the length of the union of all stretches of a patient, and the practitioner's part is exactly the
    union of the practitioner's own. Stretches without a clock cannot be compared and stay whole.
    """
    lost = np.zeros(len(t), dtype=np.int64)
    clocked = np.flatnonzero(counting & t["has_clock"].to_numpy() & (seconds > 0))
    if not len(clocked):
        return lost
    start = taken.axis(t, clocked)
    end = start + seconds[clocked]
    # With the time of other programs cut out of the axis, what is left is compared as if nothing had been there.
    start, end = start - taken.before(start), end - taken.before(end)
    whole = _parts_of_a_split(t, seconds, taken)[clocked]
    start, end = start[~whole], end[~whole]
    clocked = clocked[~whole]
    personal = t["performer_class"].to_numpy()[clocked] == PRACTITIONER
    kept = np.zeros(len(clocked), dtype=np.int64)
    kept[personal], pieces = union(start[personal], end[personal])
    covered = covered_before(*pieces)
    staff = ~personal
    kept[staff], _ = union(start[staff] - covered(start[staff]), end[staff] - covered(end[staff]))
    lost[clocked] = end - start - kept
    return lost
