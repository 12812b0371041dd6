"""A frame as an XLSX workbook: the same bytes for the same rows, and no cell that a spreadsheet would run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from config.contract import Column, Table
from config.frames import as_contract

ALWAYS = (1980, 1, 1, 0, 0, 0)  # the oldest day a zip file knows
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")
SHEET = "xl/worksheets/sheet1.xml"
DAY_NOUGHT = pd.Timestamp(1899, 12, 30)  # from which spreadsheets count days
TOGETHER = 5_000  # rows
LONGEST = 32_767  # characters of a cell
WITH_TIME = "answer_date"  # text where it may have a time beside the day, and a day all the same
FORMATS = {"cents": "#,##0.00", "date": "yyyy-mm-dd", "integer": "0"}
FIRST_DAY = "43831"  # 2020-01-01 as a spreadsheet counts: an answer of an older day is a slip of the pen
HEAD, ANSWERS = "1F4E5F", "8A4B08"  # a column that is to be filled in has a heading of its own colour
UPPER = {"npi": "NPI", "id": "ID"}


@dataclass(frozen=True)
class Guide:
    """How a workbook is filled in: the columns that take answers, with their words, and the sheet that says so.

    `lines` are the rows of that sheet: texts, of which a line of one alone is a heading; a word in front of others
    that a column takes stands in a line of its own.
    """

    title: str
    lines: tuple[tuple[str, ...], ...]
    words: Mapping[str, tuple[str, ...]]
    takes: Mapping[str, str]


def workbook(
    frame: pd.DataFrame,
    table: Table,
    title: str,
    guide: Guide | None = None,
    beside: Sequence[tuple[str, pd.DataFrame, Table]] = (),
) -> bytes:
    """One sheet with the contract's columns: a frozen header with a filter, dates as dates, money in dollars.

    Text is text even where it begins like a formula, and codes and identifiers are text, so that nothing is reckoned.
    With a guide a second sheet says what the answer columns take, and these have it as drop-downs and hints.
    What stands `beside` it, of few rows, follows as sheets of their own.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    rows = as_contract(frame, table)
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(rows[column.name], column)
    last = f"{get_column_letter(len(table.columns))}{len(rows) + 1}"
    sheet.auto_filter.ref = f"A1:{last}"
    sheet.append([_head(sheet, column, bool(guide and column.name in guide.takes)) for column in table.columns])
    styles = {kind: _style(sheet, form) for kind, form in FORMATS.items()}
    if guide and len(rows):
        _ask(book, sheet, table, guide, len(rows) + 1)
    for name, few, other in beside:
        _beside(book, name, as_contract(few, other), other)
    stream = io.BytesIO()
    book.save(stream)
    return _with_rows(stream.getvalue(), _rows(rows, table, styles))


def _beside(book: Workbook, title: str, rows: pd.DataFrame, table: Table) -> None:
    """A further sheet with the contract's columns, text as text."""
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(rows[column.name], column)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    sheet.append([_head(sheet, column) for column in table.columns])
    for row in rows.to_dict("records"):
        cells = []
        for column in table.columns:
            value = row[column.name]
            cell = WriteOnlyCell(sheet)
            if not pd.isna(value):
                if column.type == "cents":
                    cell.value = int(value) / 100
                elif column.type == "integer":
                    cell.value = int(value)
                elif column.type == "date":
                    cell.value = pd.Timestamp(value).date()
                else:
                    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:LONGEST]
                    cell.data_type = "s"  # also where it begins like a formula
                if column.type in FORMATS:
                    cell.number_format = FORMATS[column.type]
            cells.append(cell)
        sheet.append(cells)


def label(name: str) -> str:
    """The column's heading: its name in words, money in dollars."""
    words = name.removesuffix("_cents").split("_")
    words = [UPPER.get(word, word) for word in words]
    text = " ".join(words)
    return text[:1].upper() + text[1:] + (" ($)" if name.endswith("_cents") else "")


def _ask(book: Workbook, sheet: Any, table: Table, guide: Guide, last: int) -> None:
    """The guide is the second sheet, and each column that it speaks of has its hint and, with words, its drop-down."""
    page = book.create_sheet(guide.title)
    for letter, width in zip("ABC", (22, 60, 80), strict=True):
        page.column_dimensions[letter].width = width
    for line in guide.lines:
        cells = [WriteOnlyCell(page, value=text) for text in line]
        for place, cell in enumerate(cells):
            cell.font = Font(bold=place == 0)
            cell.alignment = Alignment(vertical="top", wrap_text=len(line) > 1)
        page.append(cells)
    first = [line[0] for line in guide.lines]
    for name, takes in guide.takes.items():
        rule = DataValidation()  # a hint alone
        if words := guide.words.get(name, ()):
            start = next(row for row in range(len(first)) if tuple(first[row : row + len(words)]) == words) + 1
            rule.type, rule.formula1 = "list", f"'{guide.title}'!$A${start}:$A${start + len(words) - 1}"
        elif table.column(name).type == "date" or name == WITH_TIME:
            rule.type, rule.operator, rule.formula1 = "date", "greaterThanOrEqual", FIRST_DAY
        letter = get_column_letter(table.names.index(name) + 1)
        # Another word may be one that is read all the same, so the program asks and does not refuse it.
        rule.errorStyle, rule.allow_blank, rule.showErrorMessage = "warning", True, rule.type is not None
        rule.errorTitle, rule.error = "How to answer", f"See the sheet '{guide.title}'. {takes}."[:225]
        rule.showInputMessage, rule.promptTitle, rule.prompt = True, label(name)[:32], takes[:255]
        rule.add(f"{letter}2:{letter}{last}")
        sheet.data_validations.append(rule)


def _head(sheet: Any, column: Column, answers: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=label(column.name))
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=ANSWERS if answers else HEAD)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _style(sheet: Any, form: str) -> int:
    """The number under which the book knows cells of that format."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = form
    return int(cell.style_id)


def _rows(rows: pd.DataFrame, table: Table, styles: Mapping[str, int]) -> Iterator[bytes]:
    """The rows below the header as the sheet has them, some thousands at a time.

    The library writes a cell as an object: a superbill of a hundred thousand lines took it minutes.
    """
    for start in range(0, len(rows), TOGETHER):
        part = rows.iloc[start : start + TOGETHER]
        columns = []
        for place, column in enumerate(table.columns, start=1):
            letter, kind, style = get_column_letter(place), *_written(part[column.name], column, styles)
            ends = zip(range(start + 2, start + 2 + len(part)), kind, strict=True)
            columns.append([f'<c r="{letter}{number}"{style}{end}' if end else "" for number, end in ends])
        cells = zip(range(start + 2, start + 2 + len(part)), *columns, strict=True)
        yield "".join(f'<row r="{number}">{"".join(own)}</row>' for number, *own in cells).encode()


def _written(values: pd.Series, column: Column, styles: Mapping[str, int]) -> tuple[list[str], str]:
    """What stands in each cell after its place and style, empty for a missing value; and the style."""
    style = f' s="{styles[column.type]}"' if column.type in styles else ""
    kinds, unique = pd.factorize(values)
    ends = [_end(value, column) for value in unique]
    return [ends[kind] if kind >= 0 else "" for kind in kinds], style


def _end(value: Any, column: Column) -> str:
    if column.type == "cents":
        return f"><v>{int(value) / 100!r}</v></c>"
    if column.type == "integer":
        return f"><v>{int(value)}</v></c>"
    if column.type in ("date", "timestamp"):
        return f"><v>{(pd.Timestamp(value).normalize() - DAY_NOUGHT).days}</v></c>"
    if column.type == "flag":
        value = "yes" if value else "no"
    text = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:LONGEST]
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _width(values: pd.Series, column: Column) -> float:
    if column.type == "date":
        return 12
    longest = max((len(str(value)) for value in values.dropna().unique()), default=0)
    return float(min(max(longest, max(map(len, label(column.name).split())), 6) + 3, 40))


def _with_rows(content: bytes, rows: Iterator[bytes]) -> bytes:
    """The workbook with these rows below its header, and without the moment at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as same:
        for name in made.namelist():
            data = made.read(name)
            if name == "docProps/core.xml":
                data = STAMP.sub(rb"\g<1>" + date(*ALWAYS[:3]).isoformat().encode() + rb"T00:00:00Z\g<3>", data)
            about = zipfile.ZipInfo(name, ALWAYS)
            about.compress_type = zipfile.ZIP_DEFLATED
            if name != SHEET:
                same.writestr(about, data)
                continue
            head, end, tail = data.partition(b"</sheetData>")
            with same.open(about, "w") as part:
                part.write(head)
                for some in rows:
                    part.write(some)
                part.write(end + tail)
    return stream.getvalue()
