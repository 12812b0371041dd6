"""What became of a month, held against the same month undisturbed: every row, every file, every mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tasks.store.engine import parse
from tasks.store.schema import messages
from tests.flows.test_month import content

# The moments at which rows were written, and the places that count runs and not what they decided.
TIMED = {"created_at", "sent_at", "recorded_at", "state_at", "updated_at", "opened_at", "claimed_at", "moved_at"}
TABLES_OF_RUNS = {"step_runs", "alembic_version"}
TOLD = {"pending", "sending", "uncertain", "failed"}  # states of a message that nobody takes for delivered

Rows = dict[str, Counter[tuple[str, ...]]]


@dataclass(frozen=True)
class Kept:
    """What a run left: rows by table, files of the practices' folders, and each message's Message-ID with its state."""

    rows: Rows
    files: Mapping[str, bytes]
    mail: Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """How often something is missing, there twice or otherwise than in the month that nothing disturbed."""

    rows: int
    lost: int
    twice: int
    files: int
    mail_lost: int
    mail_twice: int
    mail_asked: int  # neither known to be delivered nor sent again: a person is told

    @property
    def clean(self) -> bool:
        """Nothing is lost, nothing is there twice."""
        return not (self.lost or self.twice or self.files or self.mail_lost or self.mail_twice)


def kept(url: str, folders: Sequence[Path], without: Collection[str] = ()) -> Kept:
    """What lies in that database and in these folders now, without these columns."""
    rows = rows_by_table(url, without)
    rows.pop(messages.name)
    engine = sa.create_engine(parse(url))
    with engine.connect() as connection:
        columns = (messages.c[name] for name in ("practice_id", "revision", "audience", "kind", "recipient"))
        told = connection.execute(sa.select(messages.c.message_id, messages.c.state, *columns)).all()
    engine.dispose()
    rows[messages.name] = Counter(tuple(map(str, row[2:])) for row in told)
    files = {f"{one.name}/{name}": text for one in folders if one.is_dir() for name, text in content(one).items()}
    return Kept(rows, files, {row.message_id: row.state for row in told})


def compare(ours: Kept, undisturbed: Kept, received: Mapping[str, int]) -> Found:
    """The one against the other, and what a mail server took."""
    lost = twice = 0
    for name in ours.rows.keys() | undisturbed.rows.keys():
        mine, theirs = ours.rows.get(name, Counter()), undisturbed.rows.get(name, Counter())
        lost, twice = lost + (theirs - mine).total(), twice + (mine - theirs).total()
    names = ours.files.keys() | undisturbed.files.keys()
    sent = [number for number, state in undisturbed.mail.items() if state == "sent"]
    silent = [ours.mail.get(number, "") for number in sent if not received.get(number)]
    return Found(
        rows=sum(counted.total() for counted in undisturbed.rows.values()),
        lost=lost,
        twice=twice,
        files=sum(ours.files.get(name) != undisturbed.files.get(name) for name in names),
        mail_lost=sum(state not in TOLD for state in silent),
        mail_twice=sum(received.get(number, 0) > 1 for number in ours.mail),
        mail_asked=sum(state in TOLD for state in silent),
    )


def rows_by_table(url: str, without: Collection[str] = ()) -> Rows:
    """How often each row stands in each table of the store, without the moments at which it was written and without
    numbers that the database itself gives (a transaction that was taken back uses some up)."""
    engine = sa.create_engine(parse(url))
    looked, found = sa.inspect(engine), {}
    with engine.connect() as connection:
        for name in sorted(set(looked.get_table_names()) - TABLES_OF_RUNS):
            given = _given(looked, name)
            wanted = [
                sa.column(one["name"])
                for one in looked.get_columns(name)
                if one["name"] not in given | TIMED | set(without)
            ]
            rows = connection.execute(sa.select(*wanted).select_from(sa.table(name)))
            found[name] = Counter(tuple(map(_text, row)) for row in rows)
    engine.dispose()
    return found


def _given(looked: sa.Inspector, table: str) -> set[str]:
    """The columns of that table with a number of the database: its own key, and those that point to another's."""
    key = looked.get_pk_constraint(table)["constrained_columns"]
    own = {"id"} & set(key) | {"cycle_id"}
    pointing = [
        one["constrained_columns"] for one in looked.get_foreign_keys(table) if one["referred_columns"] == ["id"]
    ]
    return own | {name for columns in pointing for name in columns}


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)
