"""Co-pay cases: one for a patient, updated from month to month, with every state it was in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.contract import outputs
from tasks.store import bulk, schema
from tasks.store.records import Cycle

_CONTRACT = outputs()["copay_cases"]
# What makes a case news that a month tells anew; money and attempts change daily, and the daily outreach tells of them.
NEWS = ("patient_id", "response", "response_date", "state", "option", "owner", "due_date", "stage", "outcome")


def open_cases(connection: Connection, practice_id: str) -> pd.DataFrame:
    """The practice's open cases in contract columns, by case number."""
    data = bulk.read(connection, "copay_cases", bulk.schema_of(_CONTRACT), practice_id=practice_id, state="open")
    return bulk.as_frame(data.sort_by("case_number"))


def news(connection: Connection, practice_id: str, month: str, cases: pa.Table) -> pa.Table:
    """The given cases that are unknown or differ from what is stored.

    What a later month wrote about a case stays: an earlier month that is run again knows less.
    """
    if pa.compute.count_distinct(cases.column("case_number")).as_py() != cases.num_rows:
        raise ValueError("copay_cases: case_number is missing or there twice")
    wanted = bulk.schema_of(_CONTRACT).append(pa.field("month", pa.large_string()))
    stored = bulk.as_frame(bulk.read(connection, "copay_cases", wanted, practice_id=practice_id))
    stored = stored.set_index("case_number").reindex(bulk.as_frame(cases)["case_number"])
    differs = stored["month"].isna().to_numpy(copy=True)
    for name in NEWS:
        old, new = stored[name].reset_index(drop=True), bulk.as_frame(cases.select([name]))[name]
        same = (old == new).fillna(False).astype(bool) | (old.isna() & new.isna())
        differs |= ~same.to_numpy()
    later = (stored["month"] > month).fillna(False).to_numpy(dtype=bool)
    return cases.filter(pa.array(differs & ~later))


def record(connection: Connection, cycle: Cycle, cases: pa.Table, now: datetime) -> None:
    """Open or update the cases and remember the state each one is in now."""
    rows = plain_rows(bulk.as_frame(cases))  # a handful: only the cases with news
    if not rows:
        return
    replace(connection, cycle.practice_id, str(cycle.month), rows, now)
    keys = {"practice_id": cycle.practice_id, "cycle_id": cycle.id}
    connection.execute(sa.insert(schema.copay_case_events), [keys | row for row in rows])


def replace(
    connection: Connection, practice_id: str, month: str, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Each of these cases, of which there is one at least, stands as given, written by that month."""
    mine = (
        schema.copay_cases.c.practice_id == practice_id,
        schema.copay_cases.c.case_number == sa.bindparam("known_case"),
    )
    connection.execute(sa.delete(schema.copay_cases).where(*mine), [{"known_case": row["case_number"]} for row in rows])
    latest = {"practice_id": practice_id, "month": month, "updated_at": now}
    connection.execute(sa.insert(schema.copay_cases), [latest | row for row in rows])


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as the database takes them: None for what is missing, days as dates."""
    whole = frame.astype(object).where(frame.notna(), None)
    rows = [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]
    for row in rows:
        for name, value in row.items():
            if isinstance(value, pd.Timestamp):
                row[name] = value.date()
    return rows
