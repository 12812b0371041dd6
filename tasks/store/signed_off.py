"""Which revision of a month somebody signed off last."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.month import Month
from tasks.store import cycles
from tasks.store.claim_tables import sign_offs
from tasks.store.claims import SignOff, signed
from tasks.store.records import Cycle
from tasks.store.schema import cycles as table


def last_signed(
    connection: Connection, practice_id: str, month: Month, below: int | None = None
) -> tuple[Cycle, SignOff] | None:
    """The latest revision of the month, or the latest `below` that one, that was signed off, and by whom; None where
    nobody did."""
    joined = table.join(sign_offs, sign_offs.c.cycle_id == table.c.id)
    mine = (table.c.practice_id == practice_id, table.c.month == str(month))
    query = sa.select(table.c.revision).select_from(joined).where(*mine)
    if below is not None:
        query = query.where(table.c.revision < below)
    revision = connection.execute(query.order_by(table.c.revision.desc()).limit(1)).scalar()
    cycle = cycles.latest(connection, practice_id, month, revision) if revision else None
    known = signed(connection, cycle) if cycle else None
    return (cycle, known) if cycle and known else None
