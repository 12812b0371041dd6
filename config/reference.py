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
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from config.dated_csv import Dated
from config.errors import RuleError
from config.month import Month

HERE = Path(__file__).parent
CODES, LISTS = "codes", "codes/icd10cm_lists.csv"
FIRST = "icd10cm_chronic_v2023_1.csv"  # the only list of what was stored before lists were dated


class DiagnosisList(Dated):
    """A file with every ICD-10-CM code that was valid on some day up to `until`; `since` is the first of them."""

    file: str

    @property
    def subject(self) -> str:
        """One list holds on a day."""
        return "ICD-10-CM"


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
        return tuple(found)

    def list_of(self, month: Month) -> DiagnosisList:
        """The list of the month's fiscal year: the first that reaches into it; past the last loaded year the last."""
        return next((one for one in self.lists if one.until >= month.first), self.lists[-1])

    def chronic_in(self, month: Month) -> Mapping[str, int]:
        """ICD-10-CM code without dot -> 1 chronic, 0 not, 9 no determination, by the list of the month."""
        file = self.list_of(month).file
        if file not in self._read:  # seventy thousand codes: read once, however many practices and months there are
            table = pacsv.read_csv(
                pa.BufferReader((self.folder / CODES / file).read_bytes()),
                convert_options=pacsv.ConvertOptions(column_types={"code": "string", "chronic": "int8"}),
            )
            found = dict(zip(table["code"].to_pylist(), table["chronic"].to_pylist(), strict=True))
            self._read[file] = MappingProxyType(found)
        return self._read[file]

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
