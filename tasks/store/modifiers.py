"""Modifiers that a practice decided on, in the database: recorded one after another, the last of a line counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.line_modifiers import COLUMNS
from tasks.store.modifier_tables import line_modifiers


@dataclass(frozen=True)
class Entry:
    """What was recorded of a line: an empty modifier takes off what stood, an empty code means every line."""

    practice_id: str
    month: str
    case_number: str
    patient_id: str
    code: str
    use: str
    modifier: str
    why: str
    recorded_by: str
    recorded_at: datetime

    @property
    def place(self) -> tuple[str, ...]:
        """Where it goes: of one place the entry recorded last counts."""
        return self.practice_id, self.month, self.case_number, self.code, self.use


def record(connection: Connection, entry: Entry) -> bool:
    """The entry is on record beside those before; False, and nothing new, where the same modifier stands already."""
    stands = {one.place: one.modifier for one in history(connection, entry.practice_id, entry.month)}
    if stands.get(entry.place, "") == entry.modifier:
        return False
    connection.execute(sa.insert(line_modifiers), asdict(entry))
    return True


def history(connection: Connection, practice_id: str, month: str) -> list[Entry]:
    """Every entry of the practice's month in the order of recording."""
    c = line_modifiers.c
    mine = sa.select(*(c[name] for name in Entry.__dataclass_fields__)).where(
        c.practice_id == practice_id, c.month == month
    )
    return [Entry(*row) for row in connection.execute(mine.order_by(c.id))]


def recorded(connection: Connection, practice_id: str, month: str) -> pd.DataFrame:
    """The modifiers that count, by case, code and use, as a month is decided from them; text alone."""
    stands = {one.place: one for one in history(connection, practice_id, month)}
    rows = [
        (one.patient_id, one.case_number, "", one.code, one.use, one.modifier, one.why, one.recorded_by,
         f"{one.recorded_at:%Y-%m-%d}")
        for one in sorted(stands.values(), key=lambda one: one.place)
        if one.modifier
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def in_words(recorded: pd.DataFrame) -> dict[str, str]:
    """What is recorded of each case, each modifier after its code, as 99490:59; alone where it goes on every line."""
    return {
        str(case): " ".join(f"{code}:{modifier}".lstrip(":") for code, modifier in own[["code", "modifier"]].to_numpy())
        for case, own in recorded.groupby("case_number")
    }
