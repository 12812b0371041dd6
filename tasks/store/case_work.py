"""The work on co-pay cases in the database: moves, determinations, attempts, and where each case stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from config.contract import outputs
from config.month import Month
from tasks.store import bulk
from tasks.store.basis import tables_of
from tasks.store.beneficiaries import with_newest_qmb
from tasks.store.case_tables import case_moves, contact_attempts, determinations
from tasks.store.cases import plain_rows, replace
from tasks.store.schema import cycles

_CONTRACT = outputs()["copay_cases"]
NEEDED = ("practices", "patients", "coverages", "copay_responses", "patient_payments", "staff", "practitioners")
# What payers answered, also for other programs, and who has which; months decided before payers were asked have none.
WHERE_VERIFIED = ("payer_answers", "program_answers", "consents")


def alone(connection: Connection, practice_id: str) -> None:
    """No other process moves cases of the practice until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"cycles:{practice_id}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def moves(connection: Connection, practice_id: str, case_number: str | None = None) -> pd.DataFrame:
    """The recorded moves in the order of their recording, of the practice or of one case."""
    return _rows(connection, case_moves, practice_id, case_number)


def determined(connection: Connection, practice_id: str, case_number: str | None = None) -> pd.DataFrame:
    """The determinations in the order of their recording."""
    return _rows(connection, determinations, practice_id, case_number)


def attempts(connection: Connection, practice_id: str, case_number: str | None = None) -> pd.DataFrame:
    """The attempts to reach patients in the order of their recording."""
    return _rows(connection, contact_attempts, practice_id, case_number)


def add_moves(connection: Connection, practice_id: str, rows: Mapping[str, list[dict[str, Any]]], now: datetime) -> int:
    """The moves by case are on record, those that were there already as they were; how many were added."""
    every = [{"case_number": number, **row} for number, several in sorted(rows.items()) for row in several]
    return _add(connection, case_moves, practice_id, every, now)


def add_determination(connection: Connection, practice_id: str, row: dict[str, Any], now: datetime) -> int:
    """The determination is on record; 0 when it was already."""
    return _add(connection, determinations, practice_id, [row], now)


def add_attempt(connection: Connection, practice_id: str, row: dict[str, Any], now: datetime) -> int:
    """The attempt is on record; 0 when it was already."""
    return _add(connection, contact_attempts, practice_id, [row], now)


def known(connection: Connection, practice_id: str) -> pd.DataFrame:
    """Every case that the practice ever had, in contract columns, by case number."""
    data = bulk.read(connection, "copay_cases", bulk.schema_of(_CONTRACT), practice_id=practice_id)
    return bulk.as_frame(data.sort_by("case_number"))


def put_cases(connection: Connection, practice_id: str, month: str, cases: pd.DataFrame, now: datetime) -> int:
    """These cases stand as given, but those of which a later month wrote; how many changed."""
    wanted = bulk.schema_of(_CONTRACT).append(pa.field("month", pa.large_string()))
    stored = bulk.as_frame(bulk.read(connection, "copay_cases", wanted, practice_id=practice_id))
    before = {row["case_number"]: row for row in plain_rows(stored)}
    rows = []
    for row in plain_rows(bulk.as_frame(bulk.as_arrow(_CONTRACT, cases))):
        old = before.get(row["case_number"])
        if old is not None and (old["month"] > month or all(old[name] == row[name] for name in _CONTRACT.names)):
            continue
        rows.append(row)
    if rows:
        replace(connection, practice_id, month, rows, now)
    return len(rows)


def last_tables(connection: Connection, practice_id: str, today: date) -> dict[str, pd.DataFrame]:
    """Of the tables that the practice's last month was decided from those that cases need; empty before any.

    Who is a Qualified Medicare Beneficiary by an eligibility answer that was read since is one among the coverages.
    """
    mine = sa.select(cycles.c.id, cycles.c.month).where(cycles.c.practice_id == practice_id)
    newest = connection.execute(mine.order_by(cycles.c.month.desc(), cycles.c.revision.desc()).limit(1)).one_or_none()
    if newest is None:
        return {}
    tables = tables_of(connection, newest.id, NEEDED + WHERE_VERIFIED)
    return with_newest_qmb(connection, tables, Month.parse(str(newest.month)).first, today)


def practices_with_months(connection: Connection) -> list[str]:
    """The practices of which any month was decided, in order."""
    return sorted(connection.execute(sa.select(cycles.c.practice_id).distinct()).scalars())


def _add(
    connection: Connection, table: sa.Table, practice_id: str, rows: Iterable[dict[str, Any]], now: datetime
) -> int:
    """Rows in the given order, which their ids keep; how many were new.

    One statement for all of them: a thousand prepared one by one took seconds.
    """
    values = [{"practice_id": practice_id, "recorded_at": now} | row for row in rows]
    if not values:
        return 0
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    there = sa.select(sa.func.count()).select_from(table).where(table.c.practice_id == practice_id)
    before = connection.execute(there).scalar_one()
    connection.execute(insert.on_conflict_do_nothing(), values)
    return int(connection.execute(there).scalar_one()) - int(before)


def _rows(connection: Connection, table: sa.Table, practice_id: str, case_number: str | None) -> pd.DataFrame:
    where = [table.c.practice_id == practice_id]
    where += [table.c.case_number == case_number] if case_number else []
    found = connection.execute(sa.select(table).where(*where).order_by(table.c.id)).mappings()
    return pd.DataFrame([dict(row) for row in found], columns=[column.name for column in table.columns])
