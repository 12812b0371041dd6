"""What was put wrong on purpose, and what must become of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from config.contract import inputs
from config.month import Month
from tasks.demo.entries import Vocabulary
from tasks.demo.files import Written
from tasks.demo.numbers import text_id

COLUMNS = [
    "pattern",
    "name",
    "table",
    "row_key",
    "source_file",
    "source_line",
    "patient_id",
    "expect_kind",
    "expect",
    "note",
]
README = """Truth of a synthetic practice
=============================

{said}

Everyone in these files is invented. defects.csv lists each row that was put wrong, or made hard, on purpose:

pattern      number of the pattern of dirty time logs (1 to 20)
name         what was done
table        input table
row_key      key of the row; empty where the export has none or lost it
source_file  file, and
source_line  line in it; the header is line 1 (row number for Parquet)
patient_id   patient
expect_kind  and expect: what must become of the row
             quarantined  it is set aside for this reason
             disposition  it is accepted, and this becomes of its time in the ledger
             seconds      it is accepted with this many whole seconds (summed where a line holds several stretches)
             finding      the patient's decision carries this finding
             signal       this integrity signal names the person of row_key
             warn         this check counts the row and lets it pass
             other_month  the row is not carried into {month}
             kept         the row is accepted
note         why

Defects by pattern: {counts}
Left out for want of room: {left_out}
"""


@dataclass(frozen=True)
class Row:
    """A row of the log by handle, of a table by key (and how many of that key come before), or of a file by line."""

    table: str
    handle: int = -1
    key: str = ""
    copy: int = 0
    file: str = ""
    line: int = 0


@dataclass
class Truth:
    """Gathered while the defects are seeded."""

    month: Month
    said: list[tuple[int, str, Row, str, str, str, str]] = field(default_factory=list)
    cells: list[tuple[Row, str, str]] = field(default_factory=list)  # text that a cell shall hold in CSV
    exports: dict[str, str] = field(default_factory=dict)  # further files, by name
    left_out: list[str] = field(default_factory=list)

    def add(self, pattern: int, name: str, row: Row, patient: str, kind: str, expect: object, note: str = "") -> None:
        """One expectation."""
        self.said.append((pattern, name, row, patient, kind, str(expect), note))

    def written(self, table: str, tables: dict[str, pd.DataFrame], log: pd.DataFrame) -> Written:
        """The cells of that table whose text is given, by column and row."""
        cells = [cell for cell in self.cells if cell[0].table == table]
        rows = _places([row for row, _, _ in cells], tables, log)
        found: dict[str, dict[int, str]] = {}
        for (_, column, text), row in zip(cells, rows, strict=True):
            found.setdefault(column, {})[row] = text
        return found


def write_truth(
    folder: Path,
    truth: Truth,
    tables: dict[str, pd.DataFrame],
    log: pd.DataFrame,
    words: Vocabulary,
    form: str,
    said: str,
) -> pd.DataFrame:
    """Writes defects.csv and README.txt into the folder and returns the defects."""
    places = _places([row for _, _, row, *_ in truth.said], tables, log)
    entry = log["entry"].to_numpy()
    lines = []
    for (pattern, name, row, patient, kind, expect, note), place in zip(truth.said, places, strict=True):
        key, file, line = row.key, row.file, row.line
        if row.handle >= 0 and entry[place] >= 0:
            key = text_id("E", int(entry[place]), 8)
        if not file:
            file, line = f"{row.table}.{form}", place + (2 if form == "csv" else 1)
        lines.append((pattern, name, row.table, key, file, line, patient, kind, expect, note))
    defects = pd.DataFrame(lines, columns=COLUMNS).sort_values(
        ["pattern", "name", "source_file", "source_line"], kind="stable"
    )
    defects = defects.reset_index(drop=True)
    folder.mkdir()
    defects.to_csv(folder / "defects.csv", index=False, lineterminator="\n")
    counts = ", ".join(f"{pattern}: {count}" for pattern, count in defects.groupby("pattern").size().items())
    text = README.format(
        said=said, month=truth.month, counts=counts or "none", left_out=", ".join(truth.left_out) or "none"
    )
    (folder / "README.txt").write_text(text, "utf-8")
    return defects


def _places(rows: Sequence[Row], tables: dict[str, pd.DataFrame], log: pd.DataFrame) -> list[int]:
    """Row number in its table, from 0; -1 for a row of a file that is no table."""
    seeded = np.flatnonzero(log["handle"].to_numpy() >= 0)
    at_handle = dict(zip(log["handle"].to_numpy()[seeded].tolist(), seeded.tolist(), strict=True))
    at_key: dict[str, dict[str, list[int]]] = {}
    for table in {row.table for row in rows if row.key and not row.file}:
        wanted = {row.key for row in rows if row.table == table}
        keys = tables[table][inputs()[table].key[0]]
        there = np.flatnonzero(keys.isin(wanted).to_numpy())
        for place, key in zip(there.tolist(), keys.iloc[there], strict=True):
            at_key.setdefault(table, {}).setdefault(key, []).append(place)
    return [
        -1 if row.file else at_handle[row.handle] if row.handle >= 0 else at_key[row.table][row.key][row.copy]
        for row in rows
    ]
