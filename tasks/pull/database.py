"""Tables or views of the contract in a database, by an SQLAlchemy address."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, column, create_engine, event, inspect, select, table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from config.contract import inputs
from config.errors import InputError, PlaceError
from tasks.pull.sheet import Sheet, as_text, key

BATCH = 50_000
WAIT_SECONDS = 5


class DatabaseTable:
    """A table or view whose columns have been looked up."""

    def __init__(self, connection: Connection, written: str, header: list[str], place: str) -> None:
        self.name = key(written)
        self.header = header
        self.notes: list[str] = []
        self._written = written
        self._connection = connection
        self._place = place
        self._digest = hashlib.sha256()

    def digest(self) -> str:
        """sha256 over the texts that were read."""
        return self._digest.hexdigest()

    def read(self, wanted: Collection[str], plain: Collection[str]) -> Sheet:
        """The wanted columns as a CSV export would hold them, in the order of the key; lines are row numbers from 1."""
        names = [name for name in self.header if key(name) in wanted]
        query = select(*(column(name) for name in names)).select_from(table(self._written))
        batches: dict[str, list[pa.Array]] = {name: [] for name in names}
        try:
            result = self._connection.execution_options(stream_results=True).execute(query)
            while rows := result.fetchmany(BATCH):
                for name, cells in zip(names, zip(*rows, strict=True), strict=True):
                    batches[name] += as_text(_array(cells)).chunks
        except SQLAlchemyError as error:
            raise _trouble(error, self._place) from None
        texts = {key(name): pa.chunked_array(parts, pa.string()) for name, parts in batches.items()}
        found = _in_order(texts, inputs()[self.name].key)
        for name in sorted(texts):
            _add_to(self._digest, name, found.column(name))
        columns = {
            name: found.column(name) if name in plain else found.column(name).dictionary_encode() for name in texts
        }
        return Sheet(self.name, columns, np.arange(1, found.num_rows + 1, dtype="int64"))


@contextmanager
def open_database(address: str) -> Iterator[dict[str, DatabaseTable]]:
    """The contract's tables that the database has, read in one transaction; never anything written.

    Raises InputError when the address is none, PlaceError when the database is not there, locked or refuses.
    """
    url = _url(address)
    place = f"{url.get_backend_name()} database {url.database or ''}" + (f" at {url.host}" if url.host else "")
    try:
        engine = _engine(url)
        with engine.connect() as connection:
            yield _tables(connection, place)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InputError(
            f"The {place} needs a driver that is not installed ({type(error).__name__}); install it."
        ) from None
    except SQLAlchemyError as error:
        raise _trouble(error, place) from None
    finally:
        if "engine" in locals():
            engine.dispose()


def _url(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise InputError(
            "The source is not a database address that can be read; write one such as postgresql+psycopg://user@host/name."
        ) from None


def _engine(url: URL) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        file = Path(url.database or "")
        # SQLite would create an empty database in its place.
        if not file.is_file():
            raise PlaceError(f"{file}: there is no such SQLite database; check the path in the address.")
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
        event.listen(engine, "connect", _read_only)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    if backend == "postgresql":
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, connect_args={"connect_timeout": WAIT_SECONDS}, isolation_level="REPEATABLE READ")
    return create_engine(url)


def _read_only(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")


def _tables(connection: Connection, place: str) -> dict[str, DatabaseTable]:
    found: dict[str, DatabaseTable] = {}
    lookup = inspect(connection)
    for written in [*lookup.get_table_names(), *lookup.get_view_names()]:
        if key(written) in inputs():
            header = [str(described["name"]) for described in lookup.get_columns(written)]
            found[key(written)] = DatabaseTable(connection, written, header, place)
    return found


def _trouble(error: SQLAlchemyError, place: str) -> PlaceError:
    """What went wrong, told by kind: the driver's own words may hold the password."""
    words = str(getattr(error, "orig", error)).casefold()
    if "locked" in words or "lock timeout" in words or "busy" in words:
        return PlaceError(f"The {place} is locked by another program; close it or wait, then run again.")
    if "not a database" in words or "malformed" in words:
        return PlaceError(f"The {place} is damaged or no database at all; check the path in the address.")
    if "password" in words or "authentication" in words or "permission" in words:
        return PlaceError(f"The {place} refuses this user; check user, password and rights in the address.")
    if "does not exist" in words:
        return PlaceError(f"The {place} does not exist; check the name in the address.")
    if "connect" in words or "timeout" in words or "resolve" in words:
        return PlaceError(f"The {place} cannot be reached; check host and port in the address, and that it runs.")
    return PlaceError(f"The {place} cannot be read ({type(error).__name__}); check the address and the user's rights.")


def _array(cells: tuple[Any, ...]) -> pa.Array:
    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # SQLite lets a column hold several types, and some drivers have types of their own.
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def _in_order(texts: dict[str, pa.ChunkedArray], by: tuple[str, ...]) -> pa.Table:
    """Rows by their key, and by everything else where a key stands twice: a database promises no order of its own."""
    found = pa.table(texts)
    present = [name for name in by if name in texts]
    groups = found.group_by(present).aggregate([]).num_rows if present else 0
    order = present if groups == found.num_rows else present + sorted(set(texts) - set(present))
    return found.sort_by([(name, "ascending") for name in order])


def _add_to(digest: Any, name: str, column: pa.ChunkedArray) -> None:
    digest.update(f"{name}\0".encode())
    for chunk in pc.fill_null(column, "\0").chunks:
        lengths = pc.binary_length(chunk).to_numpy(zero_copy_only=False)
        digest.update(lengths.tobytes())
        digest.update("".join(chunk.to_pylist()).encode())
