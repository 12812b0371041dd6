"""Connections to SQLite and PostgreSQL, and what goes wrong with them said in one sentence."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from config.errors import InputError, PlaceError

# A month of a million time entries is written within ten seconds; who waits for it must not give up before.
WAIT_SECONDS = 30.0
WRITES = "ccm_writes"
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


def parse(url: str) -> URL:
    """The address of a database this product can use; InputError, without the address, for any other."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    if parsed is not None and parsed.drivername == "sqlite":
        return parsed
    if parsed is not None and parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    raise InputError(
        "The database address is not understood; write it as sqlite:///folder/ccm.db "
        "or postgresql://user:password@host/name."
    )


def database_of(folder: Path) -> str:
    """The address of the results in that folder: CCM_DATABASE_URL when it is set, else the ccm.db that lies there."""
    return os.environ.get("CCM_DATABASE_URL") or f"sqlite:///{folder.expanduser().absolute() / 'ccm.db'}"


def place(url: URL) -> str:
    """How the database is called in a sentence: never with user or password."""
    if url.drivername == "sqlite":
        return f"database {url.database or ':memory:'}"
    port = f":{url.port}" if url.port else ""
    return f"database postgresql://{url.host or 'localhost'}{port}/{url.database or ''}"


def connect(url: URL, wait_seconds: float = WAIT_SECONDS) -> Engine:
    """An engine for the database. Nothing is created but the file of a SQLite database, at its first use."""
    if url.drivername == "sqlite":
        return _sqlite(url, wait_seconds)
    # Parameters and the server's own words may hold a patient's name: they stay out of every exception.
    engine = sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
        # What COPY prints must not depend on how the server is set.
        connection.execute("SET datestyle TO 'ISO, YMD'")
        connection.execute("SET timezone TO 'UTC'")
        connection.execute(f"SET lock_timeout TO {int(wait_seconds * 1000)}")
        connection.commit()

    return engine


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    folder = Path(url.database or ".").parent
    if url.database and url.database != ":memory:" and not folder.is_dir():
        raise PlaceError(f"The folder {folder} of the {place(url)} does not exist; create it or name another.")
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in (
            f"busy_timeout = {int(wait_seconds * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",  # a message marked as being sent must stay so through a power cut
            "foreign_keys = ON",
            "cache_size = -65536",
            "journal_size_limit = 67108864",
        ):
            _patiently(connection, f"PRAGMA {pragma}", wait_seconds)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that first reads would fail at once, without waiting, when another one writes in between.
        kind = "IMMEDIATE" if connection.get_execution_options().get(WRITES) else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _patiently(connection: sqlite3.Connection, statement: str, wait_seconds: float) -> None:
    """Execute it; a new database that several processes turn to the write-ahead log is not waited for by itself."""
    end = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


@contextmanager
def place_errors(url: URL) -> Iterator[None]:
    """Turn what the database complains of into a PlaceError of one sentence, without any content of a row."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise PlaceError(_sentence(place(url), error.orig)) from None
    except (sqlite3.Error, psycopg.Error) as error:
        raise PlaceError(_sentence(place(url), error)) from None
    except sa.exc.TimeoutError:
        raise PlaceError(f"The {place(url)} has no free connection; run fewer practices at once.") from None


def _sentence(where: str, error: object) -> str:
    if isinstance(error, psycopg.Error):
        return _postgresql_sentence(where, error)
    words = str(error)
    code = getattr(error, "sqlite_errorname", "") or ""
    if "locked" in words:
        return f"The {where} is locked by another program; close it or wait until it is done, then run again."
    if code.startswith("SQLITE_FULL") or "disk is full" in words:
        return f"The disk is full, nothing was written to the {where}; free some space and run again."
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"The {where} cannot be opened for writing; check that you may write to its file and folder."
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"The {where} is not a usable SQLite file; restore it from a backup or name another."
    if code.startswith("SQLITE_IOERR"):
        return (
            f"The {where} cannot be written (disk error or no space); nothing was changed: check the disk, run again."
        )
    return f"The {where} refused the work ({code or type(error).__name__}); nothing was changed."


def _postgresql_sentence(where: str, error: psycopg.Error) -> str:
    state = error.sqlstate or ""
    if state == "55P03":
        return f"The {where} is locked by another run; wait until it is done, then run again."
    if state == "53100":
        return f"The disk of the {where} is full, nothing was written; free some space and run again."
    if state in ("42501", "25006"):
        return f"The {where} may not be written by this user; grant it the right to create and write tables."
    if state == "" and isinstance(error, psycopg.OperationalError):
        return f"The {where} cannot be reached; check that it runs, the address, the user and the password."
    table = f" in table {error.diag.table_name}" if error.diag.table_name else ""
    return f"The {where} refused the work (SQLSTATE {state or 'unknown'}{table}); nothing was changed."
