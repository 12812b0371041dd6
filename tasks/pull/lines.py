"""On which line of a CSV file each record begins."""

from __future__ import annotations

import numpy as np

BLOCK = 8 << 20
QUOTE, FEED, RETURN = 34, 10, 13


def record_lines(data: memoryview | bytes, skipped: int) -> tuple[np.ndarray, bool]:
    """The line of each record after the first `skipped` lines without empty ones; whether a cell holds a line break.

    A line feed lies inside a cell when an odd number of quotes stands before it. That holds for well-formed files;
    where it does not, the
    count of records differs from what the parser finds and the caller reads the file the slow way.
    """
    buffer = np.frombuffer(data, dtype="uint8")
    feeds: list[np.ndarray] = []
    inside: list[np.ndarray] = []
    quotes = 0
    for at in range(0, len(buffer), BLOCK):
        block = buffer[at : at + BLOCK]
        places = np.flatnonzero(block == FEED)
        marks = np.flatnonzero(block == QUOTE)
        feeds.append(places + at)
        inside.append((np.searchsorted(marks, places) + quotes) % 2 == 1)
        quotes += len(marks)
    ends = np.concatenate(feeds) if feeds else np.zeros(0, dtype="int64")
    within = np.concatenate(inside) if inside else np.zeros(0, dtype=bool)
    if len(buffer) and (not len(ends) or ends[-1] != len(buffer) - 1):
        ends, within = np.append(ends, len(buffer)), np.append(within, False)

    after = ends[skipped:]
    starts = ends[skipped - 1 : len(ends) - 1] + 1
    lines = np.arange(skipped + 1, skipped + 1 + len(after), dtype="int64")
    inner = within[skipped:]
    begins = np.concatenate([[True], ~inner[:-1]]) if len(after) else np.zeros(0, dtype=bool)
    length = after - starts
    blank = (length == 0) | ((length == 1) & (buffer[np.minimum(starts, len(buffer) - 1)] == RETURN))
    return lines[begins & ~(blank & ~inner)], bool(inner.any())
