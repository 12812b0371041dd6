"""Frames to files, byte for byte the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from config.contract import Table

ARROW_TYPES = {
    "text": pa.string(),
    "choice": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("s"),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "cents": pa.decimal128(14, 2),  # a source says dollars
}
ROWS_AT_A_TIME = 200_000
Written = Mapping[str, Mapping[int, str]]  # column -> row -> the very text that the cell shall hold


def as_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """The table's columns of that frame, in order, each with the type of the contract; absent columns are empty."""
    arrays = []
    for column in table.columns:
        kind = ARROW_TYPES[column.type]
        if column.name not in frame:
            arrays.append(pa.nulls(len(frame), kind))
            continue
        values = frame[column.name]
        if column.type in ("date", "timestamp"):
            days = pd.to_datetime(values).to_numpy(dtype="datetime64[s]")
            array = pa.array(days, pa.timestamp("s"), mask=np.isnat(days)).cast(kind)
        elif column.type == "cents":
            array = pa.array([None if pd.isna(cents) else Decimal(int(cents)).scaleb(-2) for cents in values], kind)
        else:
            array = pa.array(values, from_pandas=True).cast(kind)
        arrays.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    return pa.Table.from_arrays(arrays, names=table.names)


def write_csv(path: Path, pieces: Iterator[pa.Table], written: Written | None = None) -> int:
    """The pieces one below the other as CSV; quotes only where a cell needs them. Returns how many rows there are."""
    rows = 0
    with path.open("wb") as file:
        for number, piece in enumerate(pieces):
            if number == 0:
                file.write((",".join(piece.column_names) + "\n").encode())
            for start in range(0, piece.num_rows, ROWS_AT_A_TIME):
                part = piece.slice(start, ROWS_AT_A_TIME)
                file.write(_lines(part, rows + start, written or {}))
            rows += piece.num_rows
    return rows


def write_parquet(path: Path, pieces: Iterator[pa.Table]) -> int:
    """The pieces as one Parquet file; returns how many rows there are."""
    rows = 0
    writer = None
    try:
        for piece in pieces:
            writer = writer or pq.ParquetWriter(path, piece.schema, compression="zstd")
            writer.write_table(piece, row_group_size=ROWS_AT_A_TIME)
            rows += piece.num_rows
    finally:
        if writer:
            writer.close()
    return rows


def _lines(part: pa.Table, first: int, written: Written) -> bytes:
    columns = []
    for name, column in zip(part.column_names, part.columns, strict=True):
        text = _text(column.combine_chunks())
        here = {row - first: cell for row, cell in written.get(name, {}).items() if 0 <= row - first < len(text)}
        if here:
            mask = np.zeros(len(text), bool)
            mask[list(here)] = True
            cells = pa.array([here[row] for row in sorted(here)], pa.string())
            text = pc.replace_with_mask(text, mask, _quoted(cells))
        columns.append(text)
    options = {"null_handling": "replace", "null_replacement": ""}
    lines = pc.binary_join_element_wise(*columns, ",", **options)
    whole = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0]
    return whole.as_buffer().to_pybytes() + b"\n"


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring(column.cast(pa.string()), " ", "T")
    return _quoted(column) if pa.types.is_string(column.type) else column.cast(pa.string())


def _quoted(text: pa.Array) -> pa.Array:
    comma, quote = pc.match_substring(text, ","), pc.match_substring(text, '"')
    needs = pc.or_(pc.or_(comma, quote), pc.or_(pc.match_substring(text, "\n"), pc.match_substring(text, "\r")))
    if not pc.any(needs).as_py():
        return text
    inside = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(needs, inside, text)
