"""Bring a database to the tables of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from config.errors import PlaceError
from tasks.store.engine import WRITES, connect, parse, place_errors

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 4_990_490  # any number, the same in every process of this product


def upgrade(engine: Engine) -> None:
    """Bring any database to the newest tables, or leave it as it was. Several processes may do it at once."""
    with engine.connect() as connection:
        if _version(connection) == _head():
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            # Alembic rebuilds a table to alter it; SQLite ignores this switch inside a transaction.
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                _migrate(connection)
        finally:
            if sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys = ON")


def versions_of(address: str) -> tuple[str | None, str]:
    """The version of that database's tables (None: there are none) and of this program's; nothing is made or changed.

    InputError for an address that is none, PlaceError when the database cannot be reached.
    """
    url = parse(address)
    if url.drivername == "sqlite" and not Path(url.database or "").is_file():
        return None, _head()
    with place_errors(url):
        engine = connect(url, 5.0)
        try:
            with engine.connect() as connection:
                return _version(connection), _head()
        finally:
            engine.dispose()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        found = _version(connection)
        raise PlaceError(f"The database is of a later version ({found}) than this program; update it.") from None


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


@cache
def _head() -> str:
    """The newest migration; files are named by a rising number, so no need to load Alembic for it."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
