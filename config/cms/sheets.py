"""The lines of a file as CMS publishes it: a workbook, comma or tab separated text, or one of those in a zip."""

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
SHEETS = (".csv", ".txt", ".xlsx")
"""From the plainest form on."""


def lines_of(path: Path, member: str = "") -> Iterator[Line]:
    """Every line as texts without surrounding blanks; InputError when the file cannot be read or is of another kind.

    `member` names the file of a zip.
    """
    try:
        content, name = path.read_bytes() if not member else _packed(path, member), member or path.name
        if name.lower().endswith(".xlsx"):
            yield from _workbook(content)
        elif name.lower().endswith((".csv", ".txt")):
            yield from _text(content)
        else:
            raise InputError(f"{path.name}: this is no .xlsx, .csv, .txt or .zip; give the file as CMS publishes it.")
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, csv.Error) as error:
        raise InputError(f"{path}: the file cannot be read ({type(error).__name__}); download it again.") from error


def _packed(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as package:
        return package.read(member)


def tables_of(path: Path, wanted: str = "") -> list[list[str]]:
    """The tables of a zip, each as its members from the plainest form on: CMS packs the same table in several.

    With `wanted` only that member. InputError when the zip cannot be read, holds no table, or not the wanted one.
    """
    try:
        with zipfile.ZipFile(path) as package:
            names = [name for name in package.namelist() if name.lower().endswith(SHEETS) and not _is_hidden(name)]
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: the file cannot be read ({type(error).__name__}); download it again.") from error
    if not names:
        raise InputError(f"{path.name}: it holds no .csv, .txt or .xlsx; give the file as CMS publishes it.")
    if wanted:
        same = [name for name in names if wanted.lower() in (name.lower(), Path(name).name.lower())]
        if len(same) != 1:
            raise InputError(f"{path.name}: '{wanted}' is none of its files; they are {', '.join(sorted(names))}.")
        return [same]
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (name.lower(), name)):
        found.setdefault(str(Path(name).with_suffix("")).lower(), []).append(name)
    return [sorted(forms, key=lambda name: SHEETS.index(Path(name).suffix.lower())) for forms in found.values()]


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name.startswith((".", "~$"))


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
