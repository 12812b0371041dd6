"""The migrations lead to the very tables the program works with, on both databases."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from config.contract import outputs
from config.errors import PlaceError
from tasks.store import case_tables, claim_tables, coverage_tables, open_store, remit_tables
from tasks.store.engine import connect, parse
from tasks.store.schema import metadata, monthly
from tasks.store.upgrade import upgrade


def test_migrations_and_tables_agree(store):
    known = {case_tables.case_moves, claim_tables.claims, coverage_tables.coverage_tasks, remit_tables.denials}
    assert known <= set(metadata.tables.values())
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        difference = compare_metadata(context, metadata)
    assert difference == [], 'run python -m tasks.store.migrations "Why the tables change"'


def test_keys_agree_too(store):
    found = sa.inspect(store.engine)
    for name, table in metadata.tables.items():
        assert found.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key.columns]
        if store.engine.dialect.name == "sqlite":
            with store.engine.connect() as connection:
                made = connection.exec_driver_sql(f"SELECT sql FROM sqlite_master WHERE name = '{name}'").scalar_one()
            assert ("WITHOUT ROWID" in made) is not table.dialect_options["sqlite"]["with_rowid"]


def test_every_output_column_has_its_place():
    for name, table in outputs().items():
        columns = metadata.tables[name].columns.keys()
        assert set(table.names) <= set(columns)
        assert name == "copay_cases" or columns == ["cycle_id", "position", *table.names]
    assert {*monthly, "copay_cases"} == set(outputs())


def test_several_processes_may_upgrade_at_once(url):
    engines = [connect(parse(url)) for _ in range(3)]
    wrong = []

    def work(engine):
        try:
            upgrade(engine)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    for engine in engines:
        assert sa.inspect(engine).has_table("cycles")
        engine.dispose()


def test_foreign_keys_hold_after_the_upgrade(store):
    with pytest.raises(PlaceError, match="refused the work"), store.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO copay_case_events (cycle_id, practice_id, case_number) VALUES (4711, 'P1', 'C-000001')"
        )


def test_a_later_version_is_left_alone(store, url):
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(PlaceError, match=r"of a later version \(9999\) than this program"):
        open_store(url)


def test_opening_again_needs_no_alembic(store, url):
    code = f"import sys; from tasks.store import open_store; open_store({url!r}); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_fault_in_a_migration_leaves_the_database_as_it_was(url, monkeypatch):
    from tasks.store import upgrade as module

    engine = connect(parse(url))
    migrate = module._migrate

    def migrate_and_fail(connection):
        migrate(connection)
        raise RuntimeError("power")

    monkeypatch.setattr(module, "_migrate", migrate_and_fail)
    with pytest.raises(RuntimeError, match="power"):
        upgrade(engine)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_what_was_open_before_refunds_were_recorded_is_open_whole(url):
    from alembic import command
    from alembic.config import Config

    from tasks.store import upgrade as module

    engine = connect(parse(url))
    config = Config()
    config.set_main_option("script_location", str(module.MIGRATIONS))
    with engine.connect().execution_options(**{module.WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        old = (
            "INSERT INTO overpayments (claim_number, practice_id, cents, why, identified_date, due_date, state) VALUES"
        )
        for number, state in (("C1", "open"), ("C2", "refunded")):
            days = "'2026-11-03', '2027-01-02'"
            connection.exec_driver_sql(f"{old} ('{number}', 'P1', 4742, 'paid_twice', {days}, '{state}')")
    upgrade(engine)
    table = remit_tables.overpayments.c
    with engine.connect() as connection:
        query = sa.select(table.claim_number, table.cents, table.keeps_cents, table.open_cents, table.state)
        found = [tuple(row) for row in connection.execute(query.order_by(table.claim_number))]
    assert found == [("C1", 4742, 0, 4742, "open"), ("C2", 4742, 0, 0, "refunded")]
    engine.dispose()
