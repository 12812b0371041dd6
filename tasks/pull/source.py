"""Read everything a month needs from a folder or a database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from config.contract import Table, inputs
from config.errors import InputError
from config.month import is_time_zone
from tasks.pull.coerce import Raw, Typed, coerce
from tasks.pull.database import open_database
from tasks.pull.entries import on_the_clock
from tasks.pull.fhir import Resources
from tasks.pull.folder import ROSTER, Found, look_into, meant_for, missing_columns, not_found, unread
from tasks.pull.owners import PLACE, TELLING, Whose
from tasks.pull.place import source_folder
from tasks.pull.profiles import Profile
from tasks.pull.pulled import Pulled, no_unreadable
from tasks.pull.sheet import Sheet, SourceFile, check_cells, key, keys, without_empty
from tasks.pull.time_log import Roster, contract_rows

NEVER_EMPTY = {"practices", "patients", "time_entries"}


def read_source(source: str, profile: str | None = None) -> Pulled:
    """Every table of the contract from a folder, or from a database when `source` has "://".

    Raises InputError, in one sentence with file, place and remedy, for whatever makes the source unusable as a
    whole; single cells and rows
    that cannot be read are listed in `unreadable` instead (see `settle_unreadable`).
    """
    with _look(source, profile) as found:
        reading = _Reading(found)
        for name, table in inputs().items():
            reading.table(name, table)
        return reading.pulled()


def practice_zones(source: str) -> dict[str, str]:
    """The time zone of each practice of the source; nothing but the practices is read. InputError as read_source."""
    with _look(source, None) as found:
        reading = _Reading(found)
        reading.table("practices", inputs()["practices"])
    practices = reading.tables["practices"]
    rows = zip(practices["practice_id"].astype("str"), practices["time_zone"].astype("str"), strict=True)
    return {practice_id: zone for practice_id, zone in rows if is_time_zone(zone)}


@contextmanager
def _look(source: str, profile: str | None) -> Iterator[Found]:
    if "://" in source:
        with open_database(source) as tables:
            yield Found(tables=dict(tables), place="database")
    else:
        yield look_into(source_folder(source), profile)


class _Reading:
    """One pass over the source; tables are read in the contract's order, so parents are there before their children."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.tables: dict[str, pd.DataFrame] = {}
        self.unreadable: list[pd.DataFrame] = []
        self.notes: list[str] = list(found.notes)
        self.headers: dict[str, dict[str, str]] = {}
        self.digests: list[str] = []
        self.misfits: dict[str, pd.DataFrame] = {}
        self.resources = Resources(found.resources, found.enrollment) if found.resources else None

    def table(self, name: str, table: Table) -> None:
        """Read one table into `tables`."""
        typed = [coerce(raw, table) for raw in self._raw(name, table)]
        if not sum(len(part) for part in typed) and name in NEVER_EMPTY:
            where = typed[0].raw.sheet.name if typed else name
            raise InputError(f"{where}: there is not a single row below the header; export {name} again.")
        frames = []
        for part in typed:
            if name == "time_entries":
                whose = Whose(self.tables, self._cells(), self.misfits)
                on_the_clock(part, self.tables["practices"], whose.order, whose.of(name, part.columns))
            frames.append(_frame(part))
            self.unreadable += part.unreadable
            self.headers[part.raw.sheet.name] = self.headers.get(part.raw.sheet.name, {}) | part.raw.headers
        if any(part.raw.sheet.ragged for part in typed):
            self.misfits[name] = pd.concat([_misfits(part.raw.sheet, table) for part in typed], ignore_index=True)
        typed.clear()
        self.tables[name] = frames[0] if len(frames) == 1 else _stack(frames, table)

    def pulled(self) -> Pulled:
        """Everything that was read."""
        digest = hashlib.sha256("\n".join(sorted(self.digests)).encode()).hexdigest()
        return Pulled(self.tables, self._cells(), self.notes, digest, self.headers, self.misfits)

    def _cells(self) -> pd.DataFrame:
        return pd.concat(self.unreadable, ignore_index=True) if self.unreadable else no_unreadable()

    def _raw(self, name: str, table: Table) -> Iterator[Raw]:
        source = self.found.tables.pop(name, None)
        if source:
            yield self._contract_table(source, table)
        elif self.resources and name in ROSTER:
            sheet, notes, digest = self.resources.sheet(name, self.tables)
            self.notes += notes
            self.digests.append(f"{name}:{digest}")
            yield Raw(sheet, {})
        if name == "time_entries":
            for log, profile in self.found.logs:
                yield self._foreign_log(log, profile)
            source = source or (self.found.logs[0][0] if self.found.logs else None)
        if not source and not (self.resources and name in ROSTER):
            self._refuse_unread(name, table)
            file = name if self.found.place else f"{name}.csv"
            if table.required:
                remedy = f"it needs the columns {', '.join(column.name for column in table.columns if column.required)}"
                raise InputError(f"{file} is not there (nor another form of it); {remedy}: see `ccm contract`.")
            self.notes.append(f"{file} is not there: no {name.replace('_', ' ')} are known")
            yield Raw(Sheet(file, {}, np.zeros(0, dtype="int64")), {})

    def _refuse_unread(self, name: str, table: Table) -> None:
        """InputError when the table is there after all, in a form that is not read."""
        files = self.found.unread
        if name in files:
            raise InputError(f"{unread(files[name])}.")
        # A log or a workbook of several tables may have any name.
        others = [path for title, path in sorted(files.items()) if title not in inputs()]
        if table.required and others:
            raise InputError(f"{name} is not there, and may be in a file left out: {unread(others[0])}.")

    def _contract_table(self, source: SourceFile, table: Table) -> Raw:
        missing = missing_columns(source, table)
        if missing:
            raise InputError(f"{source.name}: {not_found(missing, source.header, table.names)}.")
        header = dict(zip(keys(source), source.header, strict=True))
        unknown = [written for name, written in header.items() if name and name not in table.names]
        if unknown:
            absent = [column for column in table.columns if column.name not in header]
            told = ", ".join(name + meant_for(name, absent) for name in unknown)
            self.notes.append(f"{source.name}: not in the contract and ignored: {told}")
        plain = {column.name for column in table.columns if column.type == "timestamp"} | set(table.key)
        sheet = self._read(source, set(table.names), plain, header)
        return Raw(sheet, {name: written for name, written in header.items() if name in table.names})

    def _foreign_log(self, source: SourceFile, profile: Profile) -> Raw:
        header = dict(zip(keys(source), source.header, strict=True))
        # Without an identifier in the export every cell has a part in the one that is made.
        wanted = profile.wanted if "entry_id" in profile.columns else {name for name in header if name}
        sheet = self._read(source, wanted, set(), header)
        roster = Roster(self.tables["patients"], self.tables["practitioners"])
        raw, notes = contract_rows(sheet, header, profile, roster)
        self.notes += notes
        raw.sheet.ragged = [(line, count, {}) for line, count, _ in raw.sheet.ragged]  # by names that are not ours
        return raw

    def _read(self, source: SourceFile, wanted: set[str], plain: set[str], header: dict[str, str]) -> Sheet:
        sheet = source.read(wanted, plain)
        check_cells(sheet, header)
        sheet, empty = without_empty(sheet)
        if empty:
            self.notes.append(f"{source.name}: rows with nothing in them were skipped: {empty:,}")
        self.notes += source.notes
        self.digests.append(f"{key(source.name)}:{source.digest()}")
        return sheet


def _frame(typed: Typed) -> pd.DataFrame:
    sheet = typed.raw.sheet
    columns: dict[str, Any] = dict(typed.columns)
    columns["source_file"] = pd.Categorical.from_codes(
        np.zeros(len(sheet), dtype="int8"), pd.Index([sheet.name], dtype="str")
    )
    columns["source_line"] = sheet.lines
    return pd.DataFrame(columns, index=pd.RangeIndex(len(sheet)), copy=False)


def _misfits(sheet: Sheet, table: Table) -> pd.DataFrame:
    """The rows that do not fit the header, with the cells by which rows belong to practices."""
    names = [name for name in table.names if name in TELLING]
    rows = [[sheet.name, line, *(cells.get(name) or None for name in names)] for line, _, cells in sheet.ragged]
    return pd.DataFrame(rows, columns=[*PLACE, *names]).astype(dict.fromkeys(["source_file", *names], "str"))


def _stack(frames: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    """The frames below one another; choices keep the contract's values first among their categories."""
    for name in [column.name for column in table.columns if column.type == "choice"] + ["source_file"]:
        own = list(table.column(name).values) if name != "source_file" else []
        seen = sorted({value for frame in frames for value in frame[name].cat.categories} - set(own))
        for frame in frames:
            frame[name] = frame[name].cat.set_categories(pd.Index(own + seen, dtype="str"))
    return pd.concat(frames, ignore_index=True)
