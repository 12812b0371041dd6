"""The finished log: in the order of entry, with identifiers, in words again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from config.contract import inputs
from tasks.demo.files import ARROW_TYPES, ROWS_AT_A_TIME
from tasks.demo.log import NONE, SAME_ENTRY, SOURCES, Words
from tasks.demo.numbers import text_ids
from tasks.demo.roster import Roster
from tasks.demo.work import ACTIVITIES, COUNTRIES, PROGRAMS

UNKNOWN_PATIENT = "P9999999"
UNKNOWN_PEOPLE = [f"S{number}" for number in range(9999, 9000, -1)]


class Vocabulary:
    """The words behind the numbers of the log; defects may add words that the contract does not know."""

    def __init__(self, roster: Roster) -> None:
        self.patients = np.append(roster.patient_ids, UNKNOWN_PATIENT)
        self.people = np.append(roster.person_ids, UNKNOWN_PEOPLE)
        self.strangers = iter(range(len(roster.person_ids), len(self.people)))
        self.programs = Words(list(PROGRAMS))
        self.activities = Words(list(ACTIVITIES))
        self.countries = Words(list(COUNTRIES))


def in_order(log: pd.DataFrame) -> pd.DataFrame:
    """Sorted by the time of entry and numbered; copies of one entry share a number, a lost identifier stays lost."""
    log = log.sort_values("entered", kind="stable", ignore_index=True)
    numbers = log["entry"].to_numpy().copy()
    copies = np.flatnonzero(numbers <= SAME_ENTRY)
    _, first, group = np.unique(numbers[copies], return_index=True, return_inverse=True)
    fresh = numbers == NONE
    fresh[copies[first]] = True
    numbers[fresh] = np.cumsum(fresh)[fresh]
    numbers[copies] = numbers[copies[first]][group]
    log["entry"] = numbers
    return log


def pieces(log: pd.DataFrame, words: Vocabulary) -> Iterator[pa.Table]:
    """The log as the contract's table, some rows at a time so that the words never stand in memory all at once."""
    for start in range(0, max(len(log), 1), ROWS_AT_A_TIME):
        yield _table(log.iloc[start : start + ROWS_AT_A_TIME], words)


def _table(rows: pd.DataFrame, words: Vocabulary) -> pa.Table:
    entry = rows["entry"].to_numpy()
    activity_id = rows["activity_id"].to_numpy()
    columns = {
        "entry_id": _ids("E", entry, 8),
        "patient_id": _words(words.patients, rows["patient"]),
        "performer_id": _words(words.people, rows["person"]),
        "program": _words(words.programs.words, rows["program"]),
        "started_at": _times(rows["start"]),
        "ended_at": _times(rows["end"]),
        "service_date": _times(rows["day"]),
        "duration_seconds": _numbers(rows["seconds"], pa.int64()),
        "activity": _words(words.activities.words, rows["activity"]),
        "source": _words(SOURCES, rows["source"]),
        "approved": _numbers(rows["approved"], pa.int8()).cast(pa.bool_()),
        "entered_at": _times(rows["entered"]),
        "activity_id": _ids("G", activity_id, 7),
        "patients_in_activity": _numbers(rows["covers"], pa.int64()),
        "country": _words(words.countries.words, rows["country"]),
    }
    table = inputs()["time_entries"]
    return pa.table({column.name: columns[column.name].cast(ARROW_TYPES[column.type]) for column in table.columns})


def _words(words: list[str] | np.ndarray, numbers: pd.Series) -> pa.Array:
    codes = numbers.to_numpy().astype(np.int32)
    values = pa.array(list(words), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes == NONE), values).dictionary_decode()


def _ids(letter: str, numbers: np.ndarray, width: int) -> pa.Array:
    return pa.array(text_ids(letter, numbers, width), pa.string(), mask=numbers < 0)


def _numbers(values: pd.Series, kind: pa.DataType) -> pa.Array:
    numbers = values.to_numpy()
    # A length may be below zero on purpose; only NONE means empty.
    return pa.array(numbers, kind, mask=numbers == NONE)


def _times(values: pd.Series) -> pa.Array:
    times = values.to_numpy().astype("datetime64[s]")
    return pa.array(times, pa.timestamp("s"), mask=np.isnat(times))
