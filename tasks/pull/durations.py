"""Lengths of time as systems write them, in whole seconds: parts of a second are dropped, nothing is rounded up."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import floor

import numpy as np
import pyarrow as pa

Lengths = tuple[np.ndarray, np.ndarray]
Reader = Callable[[pa.Array], Lengths]

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_CLOCK = re.compile(r"(-?)(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:\.\d+)?")
_PART = re.compile(
    r"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])\.?", re.IGNORECASE
)
_JOIN = re.compile(r"(?:\s|,|and|&)*", re.IGNORECASE)
_UNITS = {"h": 3_600.0, "m": 60.0, "s": 1.0}
# A decimal such as 20.1 minutes is not exact in binary: without this, 1206 seconds would become 1205.
_GRAIN = 1e-6


def _scaled(factor: float) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return floor(float(text) * factor + _GRAIN) if _NUMBER.fullmatch(text) else None

    return read


def _clock(text: str) -> int | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return 0 if text == "0" else None
    seconds = int(match[2]) * 3_600 + int(match[3]) * 60 + int(match[4])
    return -seconds if match[1] else seconds


def _words(text: str) -> int | None:
    if text == "0" or ":" in text:
        return _clock(text)
    sign, rest = (-1, text[1:].lstrip()) if text.startswith("-") else (1, text)
    total, at = 0.0, 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if not part:
            return None
        unit = part[2].lower()
        total += float(part[1]) * (0.001 if unit.startswith(("ms", "milli")) else _UNITS[unit[0]])
        joint = _JOIN.match(rest, part.end())
        at = joint.end() if joint else part.end()
    return floor(sign * total + _GRAIN) if rest else None


_FORMS: dict[str, Callable[[str], int | None]] = {
    "seconds": _scaled(1),
    "milliseconds": _scaled(0.001),
    "minutes": _scaled(60),
    "hours": _scaled(3_600),
    "clock": _clock,
    "words": _words,
}


def reader(form: str) -> Reader:
    """A function from distinct texts to whole seconds, and where a text is there but cannot be read in that form."""
    read = _FORMS[form]

    def lengths(texts: pa.Array) -> Lengths:
        # Runs over the distinct texts of a column, never over its rows.
        found = [None if text is None else read(text) for text in texts.to_pylist()]
        bad = np.array([seconds is None for seconds in found], dtype=bool) & texts.is_valid().to_numpy(
            zero_copy_only=False
        )
        return np.array([seconds or 0 for seconds in found], dtype="int64"), bad

    return lengths
