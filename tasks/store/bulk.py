"""Whole frames in and out of a table, column by column: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from pyarrow import csv
from sqlalchemy.engine import Connection

from config.contract import Table

CHUNK = 20_000

_ARROW = {
    "text": pa.large_string(),
    "choice": pa.large_string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "integer": pa.int64(),
    "cents": pa.int64(),
    "flag": pa.bool_(),
}
_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def schema_of(table: Table) -> pa.Schema:
    """The Arrow types of a contract table."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


def as_arrow(table: Table, frame: pd.DataFrame) -> pa.Table:
    """The frame in the contract's columns and types; ValueError naming table and column when it does not fit."""
    columns = []
    for field in schema_of(table):
        if field.name not in frame:
            raise ValueError(f"{table.table}: column {field.name} is missing")
        try:
            columns.append(as_column(frame[field.name], field.type))
        except (pa.ArrowException, TypeError, ValueError):
            # The reason would quote the cell, and the cell may be a name.
            raise ValueError(f"{table.table}.{field.name}: not every value is {field.type}") from None
    return pa.Table.from_arrays(columns, schema=schema_of(table))


def as_column(series: pd.Series, kind: pa.DataType) -> pa.Array:
    """The values in that Arrow type; what Arrow raises when they do not fit."""
    if pa.types.is_date(kind) and series.dtype.kind != "M":
        series = pd.to_datetime(series)
    values = pa.array(series, from_pandas=True)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), kind)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_large_string(kind) and pc.any(pc.match_substring(values, "\0")).as_py():
        values = pc.replace_substring(values, "\0", "\ufffd")  # PostgreSQL has no NUL in text
    return values.cast(kind)


def as_frame(data: pa.Table) -> pd.DataFrame:
    """The columns as pandas frames carry them between steps: str, Int64, boolean, datetime64[ns]."""
    for place, field in enumerate(data.schema):
        if pa.types.is_date(field.type):
            data = data.set_column(place, field.name, data.column(place).cast(pa.timestamp("ns")))
    frame = data.to_pandas(types_mapper=_PANDAS.get)
    # Arrow leaves a column without a single row or value as object.
    text = [field.name for field in data.schema if pa.types.is_large_string(field.type)]
    return frame.astype({name: "str" for name in text if frame[name].dtype != "str"})


def write_cycle(connection: Connection, table: sa.Table, cycle_id: int, data: pa.Table) -> None:
    """Add the rows to the table under that cycle, remembering their order."""
    position = np.arange(data.num_rows)
    if "patient_id" in table.primary_key.columns:
        # In the order of the primary key every insert is an append, several times faster than anywhere.
        position = _by_patient(data.column("patient_id"), table.name)
        if (np.diff(position) < 0).any():
            data = data.take(pa.array(position))
    data = data.add_column(0, "position", pa.array(position))
    data = data.add_column(0, "cycle_id", pa.repeat(pa.scalar(cycle_id, pa.int64()), data.num_rows))
    write(connection, table, data)


def _by_patient(column: pa.ChunkedArray, name: str) -> np.ndarray:
    if column.null_count:
        raise ValueError(f"{name}: {column.null_count} rows have no patient_id")
    coded = column.combine_chunks().dictionary_encode()
    rank = np.empty(len(coded.dictionary), np.int64)
    rank[pc.sort_indices(coded.dictionary).to_numpy()] = np.arange(len(rank))
    return np.argsort(rank[coded.indices.to_numpy()], kind="stable")


def write(connection: Connection, table: sa.Table, data: pa.Table) -> None:
    """Add the rows to the table; the table's other columns get their defaults."""
    if connection.dialect.name == "postgresql":
        _copy_in(connection, table, data)
        return
    # Python looks for a converter each time it binds a None, and an absent column is as empty.
    data = data.select([name for name in data.column_names if data.column(name).null_count < max(data.num_rows, 1)])
    # Many rows to a statement save a quarter of the time; SQLite of any age takes 999 values.
    width = data.num_columns
    together = max(1, 999 // width)
    into = f'INSERT INTO "{table.name}" ({_quoted(data.column_names)}) VALUES '
    row = f"({', '.join('?' * width)})"
    many = into + ", ".join([row] * together)
    cursor: Any = connection.connection.cursor()
    try:
        for start in range(0, data.num_rows, CHUNK):
            part = data.slice(start, CHUNK)
            cells = chain.from_iterable(zip(*(_python(column) for column in part.columns), strict=True))
            full = islice(cells, part.num_rows // together * together * width)
            cursor.executemany(many, zip(*[full] * (together * width), strict=True))
            if rest := tuple(cells):
                cursor.execute(into + ", ".join([row] * (len(rest) // width)), rest)
    finally:
        cursor.close()


def _copy_in(connection: Connection, table: sa.Table, data: pa.Table) -> None:
    # Quoted text and a bare nothing keep '' and NULL apart.
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f'COPY "{table.name}" ({_quoted(data.column_names)}) FROM STDIN (FORMAT csv)') as copy:
        for start in range(0, data.num_rows, CHUNK):
            sink = io.BytesIO()
            csv.write_csv(data.slice(start, CHUNK), sink, options)
            copy.write(sink.getbuffer())


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _python(column: pa.ChunkedArray) -> list[Any]:
    """The values as SQLite takes them; equal texts share one object, which is most of the speed."""
    values = column.combine_chunks()
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int64())
    if pa.types.is_date(values.type):
        values = values.dictionary_encode()
        words = pa.array([day.isoformat() for day in values.dictionary.to_pylist()], pa.large_string())
        values = pa.DictionaryArray.from_arrays(values.indices, words)
    elif pa.types.is_large_string(values.type):
        coded = values.dictionary_encode()
        values = coded if len(coded.dictionary) * 2 < len(coded) else values
    if not pa.types.is_dictionary(values.type):
        if values.null_count or pa.types.is_large_string(values.type):
            return values.to_pylist()
        return values.to_numpy(zero_copy_only=False).tolist()
    words = np.array([*values.dictionary.to_pylist(), None], dtype=object)
    return words[values.indices.fill_null(len(words) - 1).to_numpy()].tolist()


def read(connection: Connection, source: str, wanted: pa.Schema, **equal: int | str) -> pa.Table:
    """Those columns of the rows of a table whose columns equal the given values, in no order."""
    where = " AND ".join(f'"{name}" = {"%s" if connection.dialect.name == "postgresql" else "?"}' for name in equal)
    query = f'SELECT {_quoted(wanted.names)} FROM "{source}" WHERE {where}'
    return select(connection, query, wanted, tuple(equal.values()))


def select(connection: Connection, query: str, wanted: pa.Schema, values: tuple[int | str, ...] = ()) -> pa.Table:
    """What the query gives, its columns as wanted; the query is written in this program, and only values are not."""
    cursor: Any = connection.connection.cursor()
    try:
        fetch = _copy_out if connection.dialect.name == "postgresql" else _fetch
        return fetch(cursor, query, wanted, values)
    finally:
        cursor.close()


def _copy_out(cursor: Any, query: str, wanted: pa.Schema, values: tuple[int | str, ...]) -> pa.Table:
    sink = io.BytesIO()
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", values) as copy:
        for block in copy:
            sink.write(block)
    size = sink.tell()
    if not size:
        return wanted.empty_table()
    sink.seek(0)
    return csv.read_csv(
        sink,
        # A row must fit into one block; and a small table must not cost a large one.
        csv.ReadOptions(column_names=wanted.names, block_size=min(size + 1, 1 << 26)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=wanted,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _fetch(cursor: Any, query: str, wanted: pa.Schema, values: tuple[int | str, ...]) -> pa.Table:
    cursor.execute(query, values)
    # SQLite has neither dates nor truth values: they come as ISO text and 0 or 1.
    raw = pa.schema([(field.name, _sqlite_type(field.type)) for field in wanted])
    parts = []
    while rows := cursor.fetchmany(CHUNK):
        columns = zip(*rows, strict=True)
        parts.append(pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, raw, strict=True)], schema=raw))
    return pa.concat_tables(parts).cast(wanted) if parts else wanted.empty_table()


def _sqlite_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_date(kind):
        return pa.large_string()
    return pa.int64() if pa.types.is_boolean(kind) else kind


def read_cycle(
    connection: Connection, table: Table, cycle_id: int, columns: Sequence[str] = (), **equal: str
) -> pd.DataFrame:
    """The rows of that cycle in the order in which they were given, typed by the contract."""
    known = schema_of(table)
    names = list(columns or known.names)
    wanted = pa.schema([("position", pa.int64()), *[(name, known.field(name).type) for name in names]])
    data = read(connection, table.table, wanted, cycle_id=cycle_id, **equal)
    return as_frame(data.take(pc.sort_indices(data.column("position"))).drop_columns(["position"]))
