"""What is kept under a number of its own with all that became of it: queries, and action items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from config.errors import InputError

Row = dict[str, Any]


@dataclass(frozen=True)
class Numbered:
    """Two tables: things by practice and number, and the moves of each. `letter` begins how one is called."""

    things: sa.Table
    moved: sa.Table
    letter: str
    word: str
    file: str

    def text(self, number: int) -> str:
        """How it is called, as Q-000012."""
        return f"{self.letter}-{number:06d}"

    def number(self, text: str) -> int:
        """The number of what is written so; InputError for anything else."""
        match = re.fullmatch(rf"{self.letter}-?0*([1-9]\d{{0,8}})", text.strip().upper(), re.ASCII)
        if not match:  # never quoted: what stands in a wrong column may be a name
            raise InputError(f"that is no {self.word}; write it as {self.text(12)}, as in {self.file}.")
        return int(match[1])

    def alone(self, connection: Connection, practice_id: str) -> None:
        """No other process changes any of the practice until this transaction ends; SQLite has one writer anyway."""
        if connection.dialect.name == "postgresql":
            key = sa.func.hashtextextended(f"{self.things.name}:{practice_id}", 0)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def practice_of(self, connection: Connection, number: int, practice_id: str | None) -> str:
        """Whose it is; InputError when there is none of that number, or one in several practices."""
        query = sa.select(self.things.c.practice_id).where(self.things.c.number == number)
        found = [one for one in sorted(connection.execute(query).scalars()) if practice_id in (None, one)]
        if not found:
            whose = f" of practice {practice_id}" if practice_id else ""
            raise InputError(f"there is no {self.word} {self.text(number)}{whose}; see {self.file}.")
        if len(found) > 1:
            raise InputError(
                f"{self.text(number)} exists in the practices {', '.join(found)}; name one with --practice."
            )
        return str(found[0])

    def rows(self, connection: Connection, practice_id: str, number: int | None = None) -> list[Row]:
        """Those of the practice by number, or the one."""
        query = sa.select(self.things).where(self.things.c.practice_id == practice_id)
        query = query if number is None else query.where(self.things.c.number == number)
        return [dict(row) for row in connection.execute(query.order_by(self.things.c.number)).mappings()]

    def moves(self, connection: Connection, practice_id: str, number: int | None = None) -> dict[int, list[Row]]:
        """What became of each of the practice, or of the one, in the order of recording."""
        query = sa.select(self.moved).where(self.moved.c.practice_id == practice_id)
        query = query if number is None else query.where(self.moved.c.number == number)
        found: dict[int, list[Row]] = {}
        for row in connection.execute(query.order_by(self.moved.c.id)).mappings():
            found.setdefault(int(row["number"]), []).append(dict(row))
        return found

    def add(self, connection: Connection, practice_id: str, row: Row) -> int:
        """It is on record under the next number, which is given back. Call `alone` before."""
        last = sa.select(sa.func.max(self.things.c.number)).where(self.things.c.practice_id == practice_id)
        number = int(connection.execute(last).scalar_one() or 0) + 1
        connection.execute(sa.insert(self.things), row | {"practice_id": practice_id, "number": number})
        return number

    def add_moves(
        self, connection: Connection, practice_id: str, number: int, made: Iterable[Mapping[str, Any]], now: datetime
    ) -> int:
        """These moves are on record, those that were there already as they were; how many are new."""
        insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(self.moved)
        new = 0
        for move in made:
            row = {**move, "practice_id": practice_id, "number": number, "recorded_at": now}
            done = connection.execute(insert.values(row).on_conflict_do_nothing().returning(self.moved.c.id))
            new += len(done.all())
        return new
