"""Finding a patient's row from an identifier, a million at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.frames import plainly_named

NAMING = ("patients", "consents", "visits", "medical_decisions")
"""Tables of which it matters whether a row names the practitioner who bills."""


class Tables(dict[str, pd.DataFrame]):
    """A practice's tables. Whose each row is gets looked up once, however many programs ask."""

    def __init__(self, tables: dict[str, pd.DataFrame]):
        super().__init__({name: plainly_named(frame) for name, frame in tables.items()})
        self._owners: dict[str, Any] = {}
        self._practitioners: dict[str, Any] = {}
        self._conditions: tuple[Any, Any] | None = None

    def owners(self, table: str) -> Any:
        """For each row of the table the row of its patient in `patients`, -1 when there is none."""
        if not self._owners:
            # Of all tables at once: the patients are put into one index, not into one for each table.
            whose = {name: frame["patient_id"] for name, frame in self.items() if "patient_id" in frame}
            found = rows_of(self["patients"]["patient_id"], pd.concat(list(whose.values()), ignore_index=True))
            ends = np.cumsum([len(ids) for ids in whose.values()])[:-1]
            self._owners = dict(zip(whose, np.split(found, ends), strict=True))
        return self._owners[table]

    def practitioners(self, table: str) -> Any:
        """For each row of one of the tables `NAMING` a number for the practitioner it names, -1 where it names none;
        the same number in all of them.
        """
        if not self._practitioners:
            named = [self[name]["practitioner_id"] for name in NAMING]
            number, _ = pd.factorize(pd.concat(named, ignore_index=True))
            ends = np.cumsum([len(ids) for ids in named])[:-1]
            self._practitioners = dict(zip(NAMING, np.split(number, ends), strict=True))
        return self._practitioners[table]

    def add(self, name: str, frame: pd.DataFrame, owners: Any) -> None:
        """Adds a table that was made of others, with the row of each row's patient."""
        self.owners("patients")
        self[name] = frame
        self._owners[name] = owners

    def conditions(self) -> tuple[Any, Any]:
        """For each condition the number of its code, and the codes: in capitals and without a point."""
        if self._conditions is None:
            number, written = pd.factorize(self["conditions"]["icd10_code"])  # a few codes, and many who have them
            place, codes = pd.factorize(pd.Index(written).str.replace(".", "", regex=False).str.upper())
            self._conditions = np.append(place, -1)[number], codes
        return self._conditions


class Written:
    """Codes as the lists write them, no blanks around and in capitals; each of the few that occur is looked up once."""

    def __init__(self, code: pd.Series):
        self.number, names = pd.factorize(code)
        self.names = pd.Index(names, dtype=object).str.strip().str.upper()

    def among(self, codes: frozenset[str]) -> Any:
        """Which rows have one of these codes."""
        return np.array([*(name in codes for name in self.names), False], dtype=bool)[self.number]

    @property
    def text(self) -> Any:
        """The code of every row."""
        return np.array([*self.names, None], dtype=object)[self.number]


class Grouped:
    """Rows by patient: those of one are found at once, in their order."""

    def __init__(self, patient: Any):
        self._order = np.argsort(patient, kind="stable")
        self._ranked = patient[self._order]

    def of(self, row: int) -> Any:
        """The rows of that patient."""
        low, high = np.searchsorted(self._ranked, [row, row + 1])
        return self._order[low:high]


def places(rows: Any, size: int) -> Any:
    """For each of `size` rows its place among `rows`, -1 where it is none of them, and once more -1 for row -1."""
    place = np.full(size + 1, -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    return place


def rows_of(keys: pd.Series, wanted: pd.Series) -> Any:
    """For each wanted identifier its row among the keys, -1 when it is not there. Keys must be unique.

    Arrow's hash join is several times faster here than an index of pandas, which turns every text into an object first.
    """
    found = pc.index_in(pa.array(wanted, type=pa.large_string()), value_set=pa.array(keys, type=pa.large_string()))
    return np.asarray(found.fill_null(-1)).astype(np.int32)


def in_order_of_payers(patient: Any, priority: Any, coverage_id: pd.Series) -> Any:
    """By patient and priority; the identifier tells those of one priority apart, and is looked at of them alone."""
    order = np.lexsort([priority, patient])
    same = (np.diff(patient[order]) == 0) & (np.diff(priority[order]) == 0)
    if not same.any():
        return order
    several = order[np.append(same, False) | np.append(False, same)]
    place = np.zeros(len(order), dtype=np.int64)
    place[several] = np.unique(coverage_id.to_numpy(object)[several], return_inverse=True)[1]
    return np.lexsort([place, priority, patient])
