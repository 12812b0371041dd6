"""Text columns become typed ones. A cell that cannot be read becomes missing and is listed with its file and line.

Columns with few distinct texts arrive dictionary-encoded, and only the distinct texts are parsed: that is what makes a
million rows cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.as_written import NO, YES
from config.contract import Column, Table
from tasks.pull.durations import Reader
from tasks.pull.moments import NAT, Moments, read_days, read_moments
from tasks.pull.pulled import UNREADABLE, WHOLE_ROW
from tasks.pull.sheet import Sheet, clean

SHOWN = 40  # characters of an unreadable cell that are shown
CLOCK_NEEDED = {"started_at", "ended_at"}  # a day alone would put such an entry at midnight


@dataclass
class Raw:
    """Rows of one table of the contract as text, before they are typed. `readers` overrule how a column is read."""

    sheet: Sheet
    headers: dict[str, str]
    readers: dict[str, Reader] = field(default_factory=dict)
    ends_wrap: bool = False


@dataclass
class Typed:
    """Typed columns (`Moments` for timestamps until the zone is known) and the cells that could not be read."""

    raw: Raw
    columns: dict[str, Any]
    unreadable: list[pd.DataFrame]

    def __len__(self) -> int:
        return len(self.raw.sheet)


def coerce(raw: Raw, table: Table) -> Typed:
    """Every column of the table, typed by the contract; columns that the source lacks are missing throughout."""
    sheet = raw.sheet
    typed = Typed(raw, {}, _ragged(sheet, table))
    for column in table.columns:
        texts = sheet.columns.get(column.name)
        if texts is None:
            texts = pa.chunked_array([pa.DictionaryArray.from_arrays(pa.nulls(len(sheet), pa.int32()), [""])])
        values, bad = _column(texts, column, raw.readers.get(column.name))
        typed.columns[column.name] = values
        if bad.any():
            typed.unreadable.append(_cells(sheet, table, column, np.flatnonzero(bad)))
    return typed


def _column(texts: pa.ChunkedArray, column: Column, reader: Reader | None) -> tuple[Any, np.ndarray]:
    none_bad = np.zeros(0, dtype=bool)
    if column.type == "timestamp":
        moments = _moments(texts, column.name not in CLOCK_NEEDED)
        return moments, moments.bad
    if column.type == "text" and not pa.types.is_dictionary(texts.type):
        return _strings(pa.chunked_array([clean(chunk) for chunk in texts.chunks], texts.type)), none_bad
    codes, distinct = _distinct(texts)
    if column.type == "text":
        decoded = distinct.take(pa.array(codes, mask=codes < 0))
        return _strings(pa.chunked_array([decoded])), none_bad
    if column.type == "choice":
        return _choice(codes, distinct, column), none_bad
    read = reader or _READERS[column.type]
    values, wrong = read(distinct)
    there = np.asarray(distinct.is_valid()) & ~wrong
    missing = ~_spread(codes, there, False)
    bad = _spread(codes, wrong, False)
    if column.type == "date":
        return _spread(codes, values, NAT).view("datetime64[ns]"), bad
    if column.type == "flag":
        return pd.arrays.BooleanArray(_spread(codes, values.astype(bool), False), missing), bad
    return pd.arrays.IntegerArray(np.where(missing, 0, _spread(codes, values, 0)), missing), bad


def _distinct(texts: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Each row's place among the distinct texts, -1 where it is missing; and those texts, cleaned."""
    if not pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_encode()
    whole = texts.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.string()).dictionary_encode()
    codes = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
    return codes, clean(whole.dictionary)


def _spread(codes: np.ndarray, values: np.ndarray, absent: Any) -> np.ndarray:
    """The value of each row; rows with code -1 take the last element, which is `absent`."""
    return np.append(values, np.array([absent], dtype=values.dtype))[codes]


def _moments(texts: pa.ChunkedArray, day_is_enough: bool) -> Moments:
    if not pa.types.is_dictionary(texts.type):
        moments = read_moments(texts, day_is_enough)
        if not moments.bad.any():
            return moments
        return read_moments(pa.chunked_array([clean(chunk) for chunk in texts.chunks], texts.type), day_is_enough)
    codes, distinct = _distinct(texts)
    moments = read_moments(pa.chunked_array([distinct]), day_is_enough)
    return Moments(
        _spread(codes, moments.ns, NAT), _spread(codes, moments.naive, True), _spread(codes, moments.bad, False)
    )


def _strings(texts: pa.ChunkedArray) -> Any:
    return pd.arrays.ArrowStringArray(texts.cast(pa.large_string()), dtype=pd.StringDtype(na_value=np.nan))


def _choice(codes: np.ndarray, distinct: pa.Array, column: Column) -> pd.Categorical:
    """The contract's spelling where the text is one of its values, else the text in lower case, to be set aside."""
    own = {value.casefold(): value for value in column.values}
    texts = [None if text is None else own.get(text.casefold(), text.casefold()) for text in distinct.to_pylist()]
    categories = [*column.values, *sorted({text for text in texts if text is not None} - set(column.values))]
    place = {text: position for position, text in enumerate(categories)}
    positions = np.array([-1 if text is None else place[text] for text in texts], dtype="int32")
    return pd.Categorical.from_codes(_spread(codes, positions, -1), categories=pd.Index(categories, dtype="str"))


def _whole_numbers(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    good = pc.fill_null(pc.match_substring_regex(texts, r"^[+-]?\d{1,15}(?:\.0+)?$"), False)
    digits = pc.replace_substring_regex(pc.if_else(good, texts, "0"), r"^\+|\.0+$", "")
    values = digits.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return values, np.asarray(texts.is_valid()) & ~np.asarray(good)


def _cents(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    good = pc.fill_null(pc.match_substring_regex(texts, r"^-?\$?\d{1,12}(?:\.\d\d)?$"), False)
    whole = pc.replace_substring_regex(pc.if_else(good, texts, "0"), r"^([^.]*)$", r"\1.00")
    values = pc.replace_substring_regex(whole, r"[$.]", "").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return values, np.asarray(texts.is_valid()) & ~np.asarray(good)


def _flags(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    found = [None if text is None else text.casefold() for text in texts.to_pylist()]
    wrong = np.array([text is not None and text not in YES and text not in NO for text in found], dtype=bool)
    return np.array([text in YES for text in found], dtype=bool), wrong


_READERS: dict[str, Callable[[pa.Array], tuple[np.ndarray, np.ndarray]]] = {
    "date": read_days,
    "integer": _whole_numbers,
    "cents": _cents,
    "flag": _flags,
}


def _cells(sheet: Sheet, table: Table, column: Column, rows: np.ndarray) -> pd.DataFrame:
    wanted = pa.array(rows)

    def texts(name: str) -> list[str]:
        cells = sheet.columns.get(name)
        found = [None] * len(rows) if cells is None else cells.take(wanted).to_pylist()
        return ["" if text is None else str(text).strip() for text in found]

    keys = ["/".join(parts) for parts in zip(*(texts(name) for name in table.key), strict=True)]
    values = [""] * len(rows) if column.identity else [text[:SHOWN] for text in texts(column.name)]
    return _listed(table.table, sheet.name, sheet.lines[rows], keys, column.name, values)


def _ragged(sheet: Sheet, table: Table) -> list[pd.DataFrame]:
    if not sheet.ragged:
        return []
    lines = np.array([line for line, _, _ in sheet.ragged], dtype="int64")
    values = [f"{count} cells where the header has {sheet.width}" for _, count, _ in sheet.ragged]
    return [_listed(table.table, sheet.name, lines, [""] * len(lines), WHOLE_ROW, values)]


def _listed(table: str, file: str, lines: np.ndarray, keys: list[str], column: str, values: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"table": table, "source_file": file, "source_line": lines, "row_key": keys, "column": column, "value": values}
    )
    return frame.astype(dict.fromkeys(set(UNREADABLE) - {"source_line"}, "str") | {"source_line": "int64"})
