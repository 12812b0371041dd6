"""Which time entries of one person overlap in a way that one person cannot work.

For every row it is counted how many others of its group overlap it, by two sorted look-ups and no pairing: an entry
that overlaps a thousand others costs as much as one that overlaps none. "Another patient and not the same activity"
is then plain inclusion and exclusion of four such counts.
"""

from __future__ import annotations

import numpy as np

from tasks.check.lookups import Codes, Mask, alone_if_none, merge


def overlap_count(group: Codes, start: Codes, end: Codes) -> Codes:
    """How many rows of a row's own group overlap it, itself among them.

    Rows are half open, from start to end, and none is empty: those that begin before this one's end, less those that
    are over by its start (which all began before its end).
    """
    first = int(start.min(initial=0))
    span = int(end.max(initial=0)) - first + 1
    starts, ends = group * span + (start - first), group * span + (end - first)
    order = np.argsort(starts)  # look-ups in rising order stay in the processor's cache: four times quicker
    starts, ends = starts[order], ends[order]
    begun = np.searchsorted(starts, ends, side="left")
    over = np.searchsorted(np.sort(ends), starts, side="right")
    counts = np.empty_like(starts)
    counts[order] = begun - over
    return counts


def overlapping(
    performer: Codes,
    patient: Codes,
    program: Codes,
    activity: Codes,
    start: Codes,
    seconds: Codes,
    tolerance: int,
) -> tuple[Mask, Mask]:
    """Rows that took part in work at two patients at once, and rows of time that is tagged with two programs.

    Two rows of one performer overlap when they share more than the tolerance; rows of one activity never count
    against each other (-1 is no activity). Every row of such a pair is marked, and no other. Rows whose performer or
    patient is -1 are never marked; the program -1 is nobody's.
    """
    # Shared time above the tolerance is any shared time of the rows shortened by it; what is not longer cannot share.
    shortened = start + seconds - tolerance
    rows = np.flatnonzero((performer >= 0) & (patient >= 0) & (shortened > start))
    rows = rows[overlap_count(performer[rows], start[rows], shortened[rows]) > 1]

    two_patients, two_programs = np.zeros(len(start), bool), np.zeros(len(start), bool)
    if not len(rows):
        return two_patients, two_programs
    start, end = start[rows], shortened[rows]
    who, whom, what = performer[rows], patient[rows], program[rows]
    together = alone_if_none(activity[rows])
    pair = merge(who, whom)

    def count(group: Codes) -> Codes:
        return overlap_count(group, start, end)

    same_activity = merge(who, together)
    same_pair_activity = merge(pair, together)
    others = count(who) - count(pair) - count(same_activity) + count(same_pair_activity)
    two_patients[rows] = others > 0

    known = np.flatnonzero(what >= 0)
    start, end, pair, what = start[known], end[known], pair[known], what[known]
    same_pair_activity = merge(pair, together[known])
    others = count(pair) - count(merge(pair, what))
    others += count(merge(same_pair_activity, what)) - count(same_pair_activity)
    two_programs[rows[known]] = others > 0
    return two_patients, two_programs
