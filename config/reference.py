"""The large tables beside the rules: diagnoses by fiscal year, which of them are chronic, and the NCCI edits.

A rulebook carries the ones it was resolved with: those of this folder, or, when it comes out of the store, its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pacsv

from config.dated_csv import Dated
from config.errors import RuleError
from config.month import Month

HERE = Path(__file__).parent
CODES, LISTS = "codes", "codes/icd10cm_lists.csv"
OPEN = 9  # whether the code is chronic: no determination
FIRST = "icd10cm_chronic_v2023_1.csv"  # the only list of what was stored before lists were dated


class DiagnosisList(Dated):
    """A file with every ICD-10-CM code that was valid on some day up to `until`; `since` is the first of them. One
    named `_changes.csv` has what changed since the list before it instead.
    """

    file: str

    @property
    def only_changes(self) -> bool:
        """Whether the codes are those of the list before, with these changes."""
        return self.file.endswith("_changes.csv")

    @property
    def subject(self) -> str:
        """One list holds on a day."""
        return "ICD-10-CM"


class Change(NamedTuple):
    """A code came or went on a day later than `after` and not later than `by`: the days of two lists beside another."""

    ended: bool
    after: date
    by: date


@dataclass(frozen=True, eq=False)
class Reference:
    """The tables under one folder; `folder` is a path on the disk or in an archive."""

    folder: Any

    @cached_property
    def lists(self) -> tuple[DiagnosisList, ...]:
        """The loaded lists of diagnoses, the earliest first; RuleError when they overlap or none is there."""
        place = self.folder / LISTS
        if not place.exists():
            told = {"since": "2015-10-01", "until": "2023-09-30", "confidence": "primary", "source": "AHRQ v2023-1"}
            return (DiagnosisList.model_validate({"file": FIRST, **told}),)
        rows = list(csv.DictReader(io.StringIO(place.read_bytes().decode("utf-8"))))
        try:
            found = sorted((DiagnosisList.model_validate(row) for row in rows), key=lambda one: one.since)
        except ValueError as error:
            raise RuleError(f"{LISTS}: {error}") from error
        if not found or any(one.until >= after.since for one, after in pairwise(found)):
            raise RuleError(f"{LISTS}: it must name at least one list, and no two of them for one day.")
        if found[0].only_changes:
            raise RuleError(f"{LISTS}: the first list must have every code, not changes; name one before it.")
        return tuple(found)

    def list_of(self, month: Month) -> DiagnosisList:
        """The list of the month's fiscal year: the first that reaches into it; past the last loaded year the last."""
        return next((one for one in self.lists if one.until >= month.first), self.lists[-1])

    def chronic_in(self, month: Month) -> Mapping[str, int]:
        """ICD-10-CM code without dot -> 1 chronic, 0 not, 9 no determination, by the list of the month. Codes that
        ended stay in it.
        """
        return self._codes_of(self.list_of(month))

    def _codes_of(self, listed: DiagnosisList) -> Mapping[str, int]:
        if listed.file not in self._read:  # seventy thousand codes: read once, however many practices and months
            if listed.only_changes:
                before = self._codes_of(self.lists[self.lists.index(listed) - 1])
                found = {code: OPEN for code, one in self._changes_of(listed).items() if not one.ended}
                found |= before
            else:
                table = self._table(listed.file, {"code": "string", "chronic": "int8"})
                found = dict(zip(table["code"].to_pylist(), table["chronic"].to_pylist(), strict=True))
            self._read[listed.file] = MappingProxyType(found)
        return self._read[listed.file]

    def changes_in(self, month: Month) -> Mapping[str, Change]:
        """Of the codes of the month's list those that came or went between two lists, so that not every day has them;
        none where the list tells every code of each day alike.
        """
        listed = self.list_of(month)
        return self._changes_of(listed) if listed.only_changes else {}

    def _changes_of(self, listed: DiagnosisList) -> Mapping[str, Change]:
        if listed.file not in self._changed:
            table = self._table(listed.file, {"code": "string", "change": "string", "after": "date32", "by": "date32"})
            columns = (table[name].to_pylist() for name in ("code", "change", "after", "by"))
            self._changed[listed.file] = {
                code: Change(change == "ended", after, by) for code, change, after, by in zip(*columns, strict=True)
            }
        return self._changed[listed.file]

    def _table(self, file: str, types: dict[str, str]) -> pa.Table:
        content = pa.BufferReader((self.folder / CODES / file).read_bytes())
        return pacsv.read_csv(content, convert_options=pacsv.ConvertOptions(column_types=types))

    def listed_in(self, month: Month) -> list[str]:
        """Those codes in their order, in which a heading stands right before what it heads."""
        file = self.list_of(month).file
        if file not in self._sorted:
            self._sorted[file] = sorted(self.chronic_in(month))
        return self._sorted[file]

    def listed_until(self, month: Month) -> date:
        """The last day whose codes the list of the month has."""
        return self.list_of(month).until

    @cached_property
    def _read(self) -> dict[str, Mapping[str, int]]:
        return {}

    @cached_property
    def _changed(self) -> dict[str, Mapping[str, Change]]:
        return {}

    @cached_property
    def _sorted(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def ncci(self) -> Any:
        """The folder of the NCCI tables, as config.ncci takes it."""
        return self.folder / "ncci"

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Every table by its name under the folder."""
        names = sorted(f"ncci/{path.name}" for path in self.ncci.iterdir() if path.name.endswith(".csv"))
        lists = [LISTS] if (self.folder / LISTS).exists() else []
        lists += [f"{CODES}/{one.file}" for one in self.lists]
        return {name: (self.folder / name).read_bytes() for name in [*lists, *names]}

    @cached_property
    def fingerprint(self) -> str:
        """Names these tables in the rulebook's digest."""
        return hashlib.sha256(b"".join(self.files.values())).hexdigest()[:16]


SHIPPED = Reference(HERE)
