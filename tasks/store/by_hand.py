"""Decisions by hand in the database: added one after another, the last of a case and month counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.by_hand import COLUMNS, RELEASE
from tasks.store.life_tables import manual_decisions


@dataclass(frozen=True)
class ByHand:
    """What somebody decided about a case of a month, and why; a release takes off what stood."""

    practice_id: str
    month: str
    case_number: str
    patient_id: str
    decision: str
    reason: str
    decided_by: str
    decided_at: datetime


def record(connection: Connection, entry: ByHand) -> None:
    """The decision is on record beside those before."""
    connection.execute(sa.insert(manual_decisions), asdict(entry))


def history(connection: Connection, practice_id: str, month: str) -> list[ByHand]:
    """Every decision of the practice's month in the order of recording."""
    c = manual_decisions.c
    mine = sa.select(*(c[name] for name in ByHand.__dataclass_fields__)).where(
        c.practice_id == practice_id, c.month == month
    )
    return [ByHand(*row) for row in connection.execute(mine.order_by(c.id))]


def standing(connection: Connection, practice_id: str, month: str) -> dict[str, ByHand]:
    """The decision that counts of each case; a case whose last one was a release has none."""
    last = {one.case_number: one for one in history(connection, practice_id, month)}
    return {number: one for number, one in sorted(last.items()) if one.decision != RELEASE}


def recorded(connection: Connection, practice_id: str, month: str) -> pd.DataFrame:
    """The decisions that count, by case, as a month is decided from them; text alone."""
    rows = [
        (one.patient_id, one.case_number, one.decision, one.reason, one.decided_by, f"{one.decided_at:%Y-%m-%d}")
        for one in standing(connection, practice_id, month).values()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
