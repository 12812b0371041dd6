"""Co-pay cases: one for a patient, updated from month to month, with every state it was in."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.contract import outputs
from tasks.store import bulk, schema
from tasks.store.records import Cycle

_CONTRACT = outputs()["copay_cases"]
DAYS = tuple(column.name for column in _CONTRACT.columns if column.type == "date")
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
    columns = bulk.as_frame(cases).astype(object)
    rows = columns.where(columns.notna(), None).to_dict("records")  # a handful: only the cases with news
    if not rows:
        return
    for row in rows:
        for name in DAYS:
            row[name] = row[name].date() if row[name] is not None else None
    keys: dict[str, object] = {"practice_id": cycle.practice_id}
    remove = sa.delete(schema.copay_cases).where(
        schema.copay_cases.c.practice_id == cycle.practice_id,
        schema.copay_cases.c.case_number == sa.bindparam("known_case"),
    )
    connection.execute(remove, [{"known_case": row["case_number"]} for row in rows])
    latest = keys | {"month": str(cycle.month), "updated_at": now}
    connection.execute(sa.insert(schema.copay_cases), [latest | row for row in rows])
    connection.execute(sa.insert(schema.copay_case_events), [keys | {"cycle_id": cycle.id} | row for row in rows])
