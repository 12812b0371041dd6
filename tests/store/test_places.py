"""What goes wrong with a database is said in one sentence, without password or content."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from config.errors import InputError, PlaceError
from tasks.store import open_store
from tasks.store.engine import parse, place
from tests.store.months import OCTOBER, month, save

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("url", ["", "ccm.db", "mysql://user:secret@host/db", "sqlite+aiosqlite:///x", "postgresql:/x"])
def test_an_address_that_is_none(url):
    with pytest.raises(InputError, match="not understood") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_database_is_named_without_its_password():
    url = parse("postgres://ann:s3cret@db.example.org:5433/ccm?password=s3cret&sslmode=require")
    assert place(url) == "database postgresql://db.example.org:5433/ccm"


def test_the_folder_is_missing(tmp_path):
    with pytest.raises(PlaceError, match=r"folder .*nowhere of the database .* does not exist; create it"):
        open_store(f"sqlite:///{tmp_path}/nowhere/ccm.db")


def test_the_file_is_something_else(tmp_path):
    file = tmp_path / "ccm.db"
    file.write_text("entry_id,patient_id\n" * 100)
    with pytest.raises(PlaceError, match="is not a usable SQLite file"):
        open_store(f"sqlite:///{file}")
    with pytest.raises(PlaceError, match="cannot be opened for writing"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_folder_that_may_not_be_written():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # nothing is read-only for root
        try:
            with pytest.raises(PlaceError, match="cannot be opened for writing"):
                open_store(f"sqlite:///{folder}/ccm.db")
        finally:
            if root:
                os.seteuid(0)


def test_a_file_that_may_not_be_written():
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ccm.db"
        open_store(url).close()
        Path(folder, "ccm.db").chmod(0o444)
        Path(folder).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(PlaceError, match="cannot be opened for writing"):
                save(open_store(url), month())
        finally:
            if root:
                os.seteuid(0)


def test_locked_by_another_program(tmp_path):
    file = tmp_path / "ccm.db"
    store = open_store(f"sqlite:///{file}", wait_seconds=0.2)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(PlaceError, match=r"database .*ccm\.db is locked by another program; close it"):
        save(store, month())
    assert store.latest("P1", OCTOBER) is None  # reading goes on
    other.rollback()
    other.close()
    assert save(store, month()).new
    store.close()


def test_locked_on_postgresql(new_database):
    url = new_database()
    store = open_store(url, wait_seconds=0.2)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE cycles")
        with pytest.raises(PlaceError, match="is locked by another run"):
            save(store, month())
    assert save(store, month()).new
    store.close()


def test_the_disk_is_full(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/ccm.db")
    save(store, month())
    with store.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(PlaceError, match="The disk is full, nothing was written"):
        save(store, month(3000))
    assert store.latest("P1", OCTOBER).revision == 1
    with store.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert save(store, month(3000)).cycle.revision == 2
    store.close()


@pytest.mark.slow
def test_the_operating_system_refuses_to_write_on(tmp_path):
    url = f"sqlite:///{tmp_path}/ccm.db"
    open_store(url).close()
    code = (
        "import resource, sys\n"
        "from config.errors import PlaceError\n"
        "from tasks.store import open_store\n"
        "from tests.store.months import month, save\n"
        f"store = open_store({url!r})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n    save(store, month(5000))\nexcept PlaceError as error:\n    sys.exit(str(error))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be written (disk error or no space)" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    store = open_store(url)
    assert store.latest("P1", OCTOBER) is None
    assert save(store, month(5000)).new
    store.close()


def test_postgresql_that_is_not_there(postgresql):
    with pytest.raises(PlaceError, match="cannot be reached") as caught:
        open_store("postgresql://ann:s3cret@127.0.0.1:9/ccm")
    assert str(caught.value).startswith("The database postgresql://127.0.0.1:9/ccm cannot be reached")
    with pytest.raises(PlaceError, match="cannot be reached"):
        open_store(postgresql.replace("/postgres?", "/nothing_of_this_name?"))


def test_postgresql_that_may_only_be_read(new_database):
    url = new_database()
    store = open_store(url)
    store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on")
    store = open_store(url)
    with pytest.raises(PlaceError, match="may not be written by this user"):
        save(store, month())
    store.close()


def test_postgresql_stopped_in_the_middle(new_database):
    url = new_database()
    store = open_store(url)

    def cut(revision, changes):
        with psycopg.connect(url, autocommit=True) as other:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            other.execute(others + "AND pid <> pg_backend_pid()")
        return []

    from tests.store.months import BASIS, no_cases

    with pytest.raises(PlaceError):
        store.save_cycle("P1", OCTOBER, BASIS, month(), no_cases(), cut)
    assert save(store, month()).cycle.revision == 1  # the store connects again by itself
    store.close()


def test_errors_tell_no_content_of_a_row(store):
    save(store, month())
    with pytest.raises(PlaceError, match="refused the work") as caught, store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO case_numbers VALUES ('P1', 'Jane Roe', 1), ('P1', 'Jane Roe', 2)")
    assert "Roe" not in str(caught.value)
    assert caught.value.__suppress_context__
