"""The large tables beside the rules: which diagnoses are chronic, and the NCCI edits.

A rulebook carries the ones it was resolved with: those of this folder, or, when it comes out of the store, its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

HERE = Path(__file__).parent
CHRONIC = "codes/icd10cm_chronic_v2023_1.csv"


@dataclass(frozen=True, eq=False)
class Reference:
    """The tables under one folder; `folder` is a path on the disk or in an archive."""

    folder: Any

    @cached_property
    def chronic(self) -> Mapping[str, int]:
        """ICD-10-CM code without dot -> 1 chronic, 0 not, 9 no determination."""
        # Seventy thousand codes: read once, however many practices and months a process runs.
        table = pacsv.read_csv(
            pa.BufferReader((self.folder / CHRONIC).read_bytes()),
            convert_options=pacsv.ConvertOptions(column_types={"code": "string", "chronic": "int8"}),
        )
        return MappingProxyType(dict(zip(table["code"].to_pylist(), table["chronic"].to_pylist(), strict=True)))

    @cached_property
    def listed(self) -> list[str]:
        """Those codes in their order, in which a heading stands right before what it heads."""
        return sorted(self.chronic)

    @cached_property
    def ncci(self) -> Any:
        """The folder of the NCCI tables, as config.ncci takes it."""
        return self.folder / "ncci"

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Every table by its name under the folder."""
        names = sorted(f"ncci/{path.name}" for path in self.ncci.iterdir() if path.name.endswith(".csv"))
        return {name: (self.folder / name).read_bytes() for name in [CHRONIC, *names]}

    @cached_property
    def fingerprint(self) -> str:
        """Names these tables in the rulebook's digest."""
        return hashlib.sha256(b"".join(self.files.values())).hexdigest()[:16]


SHIPPED = Reference(HERE)
