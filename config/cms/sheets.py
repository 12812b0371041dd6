"""The lines of a file as CMS publishes it: a workbook, comma or tab separated text, or a zip with one of them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from config.errors import InputError

Line = list[str]
SHEETS = (".xlsx", ".csv", ".txt")


def lines_of(path: Path) -> Iterator[Line]:
    """Every line as texts without surrounding blanks; InputError when the file cannot be read or is of another kind."""
    try:
        content, name = path.read_bytes(), path.name
        if path.suffix.lower() == ".zip":
            content, name = _only_member(path)
        if name.lower().endswith(".xlsx"):
            yield from _workbook(content)
        elif name.lower().endswith((".csv", ".txt")):
            yield from _text(content)
        else:
            raise InputError(f"{path.name}: this is no .xlsx, .csv, .txt or .zip; give the file as CMS publishes it.")
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, csv.Error) as error:
        raise InputError(f"{path}: the file cannot be read ({type(error).__name__}); download it again.") from error


def _only_member(path: Path) -> tuple[bytes, str]:
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.lower().endswith(SHEETS)]
        if len(names) != 1:
            raise InputError(f"{path.name}: it holds {len(names)} sheets; unpack it and give the one you mean.")
        return package.read(names[0]), names[0]


def _workbook(content: bytes) -> Iterator[Line]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):  # 1.0 of a workbook is 1; tails of the binary number go
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return " ".join(str(value).split())


def _text(content: bytes) -> Iterator[Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text[:20_000]
    separator = "\t" if head.count("\t") > head.count(",") else ","
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        yield [" ".join(cell.split()) for cell in row]
