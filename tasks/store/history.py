"""What earlier months and earlier decisions were: trends, and everything about one case."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.contract import outputs
from config.errors import InputError
from config.month import Month
from tasks.store import bulk, case_numbers
from tasks.store.schema import cycles, monthly

OF_A_CASE = ("decisions", "findings", "candidates", "claim_lines", "time_ledger", "changes", "quarantine")


def checks_before(connection: Connection, practice_id: str, before: Month, months: int) -> pd.DataFrame:
    """The checks of the latest revision of each of the months before, oldest first.

    Columns: month, table, check, rows, failed.
    """
    first = before
    for _ in range(months):
        first = first.previous
    span = (cycles.c.month >= str(first)) & (cycles.c.month < str(before))
    latest = latest_cycles(practice_id).where(span).subquery()
    table = monthly["checks"]
    columns = [table.c["table"], table.c["check"], table.c["rows"], table.c["failed"]]
    query = sa.select(latest.c.month, *columns).join(table, table.c.cycle_id == latest.c.id)
    query = query.order_by(latest.c.month, table.c.position)
    names = [column.name for column in query.selected_columns]
    frame = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=names)
    return frame.astype({name: "Int64" if name in ("rows", "failed") else "str" for name in names})


OFFERED = ("patient_id", "program", "code", "service_date", "rendering_npi")


def offered(connection: Connection, practice_id: str, month: Month) -> pd.DataFrame:
    """Every claim line that any revision of the month offered, each once, by who, what and under whom."""
    mine = (cycles.c.practice_id == practice_id) & (cycles.c.month == str(month))
    known = bulk.schema_of(outputs()["claim_lines"])
    wanted = pa.schema([known.field(name) for name in OFFERED])
    ids = connection.execute(sa.select(cycles.c.id).where(mine).order_by(cycles.c.revision)).scalars()
    lines = [bulk.read(connection, "claim_lines", wanted, cycle_id=number) for number in list(ids)]
    whole = pa.concat_tables(lines) if lines else wanted.empty_table()
    return bulk.as_frame(whole.group_by(list(OFFERED)).aggregate([]))


def explain(
    connection: Connection, case_number: str, practice_id: str | None, month: Month | None
) -> dict[str, pd.DataFrame]:
    """Everything stored about a case in its latest, or the given, month; InputError when there is nothing."""
    practice, patient = case_numbers.patient(connection, case_number, practice_id)
    query = latest_cycles(practice)
    if month is not None:
        query = query.where(cycles.c.month == str(month))
    tables = monthly["decisions"], monthly["time_ledger"]
    asked = [sa.exists().where(t.c.cycle_id == cycles.c.id, t.c.patient_id == patient) for t in tables]
    found = connection.execute(query.where(sa.or_(*asked)).order_by(cycles.c.month.desc()).limit(1)).first()
    case = f"C-{case_numbers.parse(case_number):06d}"
    if found is None:
        when = f" in {month}" if month else ""
        raise InputError(f"Case {case} has neither a decision nor time{when}; name another month or run that one.")
    contract = outputs()
    return {name: bulk.read_cycle(connection, contract[name], found.id, patient_id=patient) for name in OF_A_CASE}


def latest_cycles(practice_id: str) -> sa.Select[tuple[int, str]]:
    """Identifier and month of the newest revision of each of the practice's months."""
    newest = sa.select(cycles.c.month, sa.func.max(cycles.c.revision).label("revision"))
    last = newest.where(cycles.c.practice_id == practice_id).group_by(cycles.c.month).subquery()
    same = (cycles.c.month == last.c.month) & (cycles.c.revision == last.c.revision)
    return sa.select(cycles.c.id, cycles.c.month).join(last, same).where(cycles.c.practice_id == practice_id)
