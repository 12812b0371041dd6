"""The time log while it is being made: numbers instead of words, so that a million rows stay small."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

NONE = -1  # an empty cell in a column of numbers
LOST = -2  # an identifier that got lost
SAME_ENTRY = -10  # and below: rows with one such number get one identifier
NO_TIME = np.datetime64("NaT", "s")

DTYPES: dict[str, str] = {
    "patient": "int32",
    "person": "int32",
    "program": "int16",
    "start": "datetime64[s]",  # on the practice's clock
    "end": "datetime64[s]",
    "day": "datetime64[s]",  # only where no clock time is known
    "seconds": "int64",
    "activity": "int16",
    "source": "int8",
    "approved": "int8",
    "entered": "datetime64[s]",
    "activity_id": "int32",
    "covers": "int8",  # how many patients the length covers
    "country": "int8",
    "handle": "int32",  # number of a seeded defect's row; NONE in an honest row
    "entry": "int32",  # entry_id; NONE while it has none
}
EMPTY: dict[str, object] = {
    **dict.fromkeys(("patient", "person", "program", "seconds", "activity", "source", "approved"), NONE),
    **dict.fromkeys(("activity_id", "covers", "country", "handle", "entry"), NONE),
    **dict.fromkeys(("start", "end", "day", "entered"), NO_TIME),
}
SOURCES = ["timer", "manual", "offline", "automated"]
TIMER, MANUAL, OFFLINE, AUTOMATED = range(4)


@dataclass
class Words:
    """The words behind the numbers of one column; a new word gets the next number."""

    words: list[str] = field(default_factory=list)

    def number(self, word: str) -> int:
        """The word's number."""
        if word not in self.words:
            self.words.append(word)
        return self.words.index(word)


def log(count: int, **columns: object) -> pd.DataFrame:
    """That many rows with these columns; the others are empty."""
    data = {name: columns.get(name, EMPTY[name]) for name in DTYPES}
    return pd.DataFrame(
        {name: np.broadcast_to(np.asarray(values), count).astype(DTYPES[name]) for name, values in data.items()}
    )


def joined_logs(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all pieces, numbered from 0."""
    return pd.concat(pieces, ignore_index=True)
