"""XLSX workbooks: a worksheet for each table, or a workbook for each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from config.errors import InputError
from tasks.pull.sheet import Sheet, key

BATCH = 20_000
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


class Worksheet:
    """One worksheet whose header, its first row, has been read."""

    def __init__(
        self, name: str, title: str, rows: Iterator[tuple[Any, ...]], digest: str, written: Iterator[tuple[Any, ...]]
    ) -> None:
        self.name = name
        self.title = title
        self.notes: list[str] = []
        self._rows = _told(name, rows)
        self._written = _told(name, written)
        next(self._written, ())
        self._digest = digest
        self.header = [_text(cell) or "" for cell in next(self._rows, ())]
        while self.header and not self.header[-1].strip():
            self.header.pop()

    def digest(self) -> str:
        """sha256 of the workbook's bytes and the worksheet's title."""
        return self._digest

    def read(self, wanted: Collection[str], plain: Collection[str]) -> Sheet:
        """The wanted columns as a CSV export would hold them; lines are the worksheet's row numbers.

        Can be called once.
        """
        positions = {key(name): at for at, name in enumerate(self.header) if key(name) in wanted}
        batches: dict[str, list[pa.Array]] = {name: [] for name in positions}
        held: list[tuple[Any, ...]] = []
        count = 0
        for row in self._rows:
            held.append(row)
            count += 1
            self._no_formula_without_value(row, next(self._written, ()), positions, count + 1)
            if len(held) == BATCH:
                _put_away(held, positions, batches)
        _put_away(held, positions, batches)
        columns = {name: pa.chunked_array(parts) for name, parts in batches.items()}
        return Sheet(self.name, columns, np.arange(2, count + 2, dtype="int64"), width=len(self.header))

    def _no_formula_without_value(
        self, row: tuple[Any, ...], written: tuple[Any, ...], positions: dict[str, int], line: int
    ) -> None:
        """Raise InputError for a cell that would read as empty and holds a formula. `written` is () without any."""
        for name, at in positions.items():
            if at < len(written) and written[at] is not None and (at >= len(row) or row[at] is None):
                raise InputError(
                    f"{self.name}, row {line}, column {name}: a formula without a stored value; open the file in a "
                    "spreadsheet program and save it."
                )


def open_workbook(path: Path) -> list[Worksheet]:
    """The worksheets that hold anything; InputError when the file is no workbook."""
    try:
        content = path.read_bytes()
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        kind = type(error).__name__  # its text may hold a cell
        raise InputError(
            f"{path.name}: this is not an Excel workbook that can be read ({kind}); save it as .xlsx."
        ) from None
    # Formulas are read only where there are any: it takes the time of reading the workbook again.
    formulas = load_workbook(BytesIO(content), read_only=True, keep_links=False) if _has_formulas(content) else None
    digest = hashlib.sha256(content).hexdigest()
    found = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write a wrong extent, and rows would be missed
        title = sheet.title.strip()
        written: Iterator[tuple[Any, ...]] = iter(())
        if formulas:
            formulas[sheet.title].reset_dimensions()
            written = formulas[sheet.title].iter_rows(values_only=True)
        found.append(Worksheet(path.name, title, sheet.iter_rows(values_only=True), f"{digest}:{title}", written))
    return [sheet for sheet in found if sheet.header]


def _has_formulas(content: bytes) -> bool:
    with ZipFile(BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(_FORMULA.search(parts.read(name)) for name in sheets)


def _told(name: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows; InputError for one that cannot be read, since the library's own error quotes the cell."""
    line = 0
    while True:
        line += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, SyntaxError):
            raise InputError(
                f"{name}, row {line}: a cell is not what the workbook says it is; open the file in a spreadsheet "
                "program and save it again."
            ) from None
        yield row


def _put_away(held: list[tuple[Any, ...]], positions: dict[str, int], batches: dict[str, list[pa.Array]]) -> None:
    for name, at in positions.items():
        cells = [_text(row[at]) if at < len(row) else None for row in held]
        batches[name].append(pa.array(cells, pa.string()).dictionary_encode())
    held.clear()


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)
