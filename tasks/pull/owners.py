"""Whose each row of a source is, also where the row that would tell it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.contract import inputs
from tasks.pull.entries import positions, practice_order
from tasks.pull.pulled import Pulled

PLACE = ["source_file", "source_line"]
NOBODY = -1
# Who is named in a row beside its patient, and in which tables they stand with their practice.
PEOPLE = {
    "performer_id": ("practitioners", "staff"),
    "practitioner_id": ("practitioners",),
    "care_manager_id": ("staff",),
}
TELLING = {"practice_id", "patient_id", "staff_id", *PEOPLE}
IDENTIFIER = {"patients": "patient_id", "practitioners": "practitioner_id", "staff": "staff_id"}


class Whose:
    """The practice of each row of a source: its own practice_id's, else its patient's, else that of the people it
    names, else the one that all rows about its patient tell.

    Rows that are set aside for their `cells` tell it too, and then those that do not fit their header (`misfits`),
    where no row that can be read does. A source of one practice has no other owner, unless a row of its practices
    cannot be read.
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        cells: pd.DataFrame,
        misfits: Mapping[str, pd.DataFrame] = MappingProxyType({}),
    ) -> None:
        self.order = practice_order(tables)
        self._tables, self._cells, self._misfits = tables, cells, misfits
        self.alone = len(self.order) == 1 and not (cells["table"] == "practices").any()
        self._lists: dict[str, tuple[Any, np.ndarray]] = {}

    def of(self, name: str, rows: Mapping[str, Any]) -> np.ndarray:
        """The place in `order` of the practice of each of these rows of that table; NOBODY where nothing tells it."""
        if self.alone:
            return np.zeros(_number(rows), dtype="int64")
        found = self._by_itself(name, rows, ("practice_id",))
        if "patient_id" in inputs()[name].names:
            found = self._or(found, "patients", rows["patient_id"])
        if (found < 0).any():
            found = np.where(found < 0, self._by_itself(name, rows, tuple(PEOPLE)), found)
        if (found < 0).any() and "patient_id" in inputs()[name].names:
            patients, places = self._told_by_others
            found = np.where(found < 0, np.append(places, NOBODY)[positions(rows["patient_id"], patients)], found)
        return found

    def _by_itself(self, name: str, rows: Mapping[str, Any], columns: tuple[str, ...]) -> np.ndarray:
        """By the practice that a row names, or the people; nobody for columns that its table has not."""
        found = np.full(_number(rows), NOBODY)
        for column in columns:
            if column not in inputs()[name].names or column not in rows:
                continue
            if column == "practice_id":
                found = positions(rows[column], pa.array(self.order, pa.large_string()))
            for people in PEOPLE.get(column, ()):
                found = self._or(found, people, rows[column])
        return found

    def _or(self, found: np.ndarray, people: str, named: Any) -> np.ndarray:
        """Where nobody is found yet, the practice of the patient or other person that is named."""
        if not (found < 0).any():
            return found
        if people not in self._lists:
            rows = _readable_first(self._tables[people], self._cells.loc[self._cells["table"] == people])
            if people in self._misfits:
                rows = pd.concat([rows[[name for name in rows if name in TELLING]], self._misfits[people]])
            columns = ("practice_id", *(PEOPLE if people == "patients" else ()))
            own = self._by_itself(people, rows, columns)
            self._lists[people] = rows[IDENTIFIER[people]], np.append(own, NOBODY)
        identifiers, places = self._lists[people]
        return np.where(found < 0, places[positions(named, identifiers)], found)

    @cached_property
    def _told_by_others(self) -> tuple[pd.Series, np.ndarray]:
        """Patients whom no list places, and the practice that all rows about them tell by other people.

        Time entries are not asked: by the practice it is known what clock theirs go by.
        """
        found = []
        for name, frame in self._tables.items():
            names = set(inputs()[name].names)
            if name in ("patients", "time_entries") or "patient_id" not in names or not names & set(PEOPLE):
                continue
            left = frame.loc[self._or(np.full(len(frame), NOBODY), "patients", frame["patient_id"]) < 0]
            place = self._by_itself(name, left, tuple(PEOPLE))
            found.append(pd.DataFrame({"patient_id": left["patient_id"], "place": place}).loc[place >= 0])
        told = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"patient_id": [], "place": []})
        once = told.dropna().drop_duplicates().drop_duplicates("patient_id", keep=False)
        return once["patient_id"].astype("str"), once["place"].to_numpy("int64")


def owners(pulled: Pulled, whose: Whose) -> pd.Series:
    """The practice of each unreadable cell's row, aligned with `unreadable`; missing where nothing tells it."""
    cells = pulled.unreadable
    names = np.array([*whose.order, None], dtype=object)
    # Rows that do not fit stand in no table.
    found = pd.Series(whose.order[0] if whose.alone else None, cells.index, dtype="str")
    misfits = [(name, rows) for name, rows in pulled.misfits.items() if len(rows)]
    for name, rows in [*((name, pulled.tables[name]) for name in cells["table"].unique()), *misfits]:
        theirs = cells.loc[cells["table"] == name, PLACE].reset_index()
        at = rows.loc[at_places(rows, theirs)].drop_duplicates(PLACE).astype({"source_file": "str"})
        owned = theirs.merge(at.assign(owner=names[whose.of(name, at)])[[*PLACE, "owner"]], on=PLACE)
        found[owned["index"].to_numpy()] = owned["owner"].to_numpy()
    return found


def at_places(rows: pd.DataFrame, places: pd.DataFrame) -> np.ndarray:
    """Which rows stand at one of those places, by file and line."""
    marks = pd.MultiIndex.from_frame(places[PLACE].drop_duplicates().astype({"source_file": "object"}))
    return pd.MultiIndex.from_arrays([rows["source_file"].astype("object"), rows["source_line"]]).isin(marks)


def _number(rows: Mapping[str, Any]) -> int:
    return len(rows[next(iter(rows))])


def _readable_first(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """A row that cannot be read takes nothing from one that can and has its identifier."""
    aside = at_places(rows, cells) if len(cells) else np.zeros(len(rows), bool)
    return pd.concat([rows.loc[~aside], rows.loc[aside]]) if aside.any() else rows
