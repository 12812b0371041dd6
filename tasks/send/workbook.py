"""A frame as an XLSX workbook: the same bytes for the same rows, and no cell that a spreadsheet would run."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from config.contract import Column, Table
from config.frames import as_contract

ALWAYS = (1980, 1, 1, 0, 0, 0)  # the oldest day a zip file knows
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")
LONGEST = 32_767  # characters of a cell
FORMATS = {"cents": "#,##0.00", "date": "yyyy-mm-dd", "integer": "0"}
UPPER = {"npi": "NPI", "id": "ID"}


def workbook(frame: pd.DataFrame, table: Table, title: str) -> bytes:
    """One sheet with the contract's columns: a frozen header with a filter, dates as dates, money in dollars.

    Text is text even where it begins like a formula, and codes and identifiers are text, so that nothing is reckoned.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    rows = as_contract(frame, table)
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(rows[column.name], column)
    last = f"{get_column_letter(len(table.columns))}{len(rows) + 1}"
    sheet.auto_filter.ref = f"A1:{last}"
    sheet.append([_head(sheet, column) for column in table.columns])
    cells = [[_value(value, column) for value in rows[column.name]] for column in table.columns]
    for row in zip(*cells, strict=True):
        sheet.append([_cell(sheet, value, column) for value, column in zip(row, table.columns, strict=True)])
    stream = io.BytesIO()
    book.save(stream)
    return _same_bytes(stream.getvalue())


def label(name: str) -> str:
    """The column's heading: its name in words, money in dollars."""
    words = name.removesuffix("_cents").split("_")
    words = [UPPER.get(word, word) for word in words]
    text = " ".join(words)
    return text[:1].upper() + text[1:] + (" ($)" if name.endswith("_cents") else "")


def _head(sheet: Any, column: Column) -> Any:
    cell = WriteOnlyCell(sheet, value=label(column.name))
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E5F")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _value(value: Any, column: Column) -> Any:
    if value is None or pd.isna(value):
        return None
    if column.type == "cents":
        return int(value) / 100
    if column.type == "integer":
        return int(value)
    if column.type in ("date", "timestamp"):
        return pd.Timestamp(value).to_pydatetime()
    if column.type == "flag":
        return "yes" if value else "no"
    return ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:LONGEST]


def _cell(sheet: Any, value: Any, column: Column) -> Any:
    if value is None:
        return None
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"  # openpyxl takes text after an equals sign for a formula
        return cell
    cell.value = value.date() if isinstance(value, datetime) else value
    if column.type in FORMATS:
        cell.number_format = FORMATS[column.type]
    return cell


def _width(values: pd.Series, column: Column) -> float:
    if column.type == "date":
        return 12
    longest = max((len(str(value)) for value in values.dropna().unique()), default=0)
    return float(min(max(longest, max(map(len, label(column.name).split())), 6) + 3, 40))


def _same_bytes(content: bytes) -> bytes:
    """The workbook without the moment at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as same:
        for name in made.namelist():
            data = made.read(name)
            if name == "docProps/core.xml":
                data = STAMP.sub(rb"\g<1>" + date(*ALWAYS[:3]).isoformat().encode() + rb"T00:00:00Z\g<3>", data)
            same.writestr(zipfile.ZipInfo(name, ALWAYS), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
