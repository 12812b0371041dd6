"""Cycles: the revisions of a practice's month, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.contract import outputs
from config.month import Month
from tasks.store import basis as bases
from tasks.store import bulk, cases, month_life, outbox
from tasks.store.changes import COMPARED, changes
from tasks.store.digest import PROSE, RESULT, Fingerprints, fingerprints
from tasks.store.records import Basis, Cycle, Digests, OutboxMessage, Saved
from tasks.store.schema import MONTHLY, cycles, monthly

EVIDENCE = ("checks", "signals", "reconciliation")  # what is known of a result without being part of it
SAVED = tuple(name for name in MONTHLY if name != "changes")  # changes are found out while saving

Compose = Callable[[int, pd.DataFrame], Sequence[OutboxMessage]]
Beside = Callable[[Connection, Saved], None]


def latest(connection: Connection, practice_id: str, month: Month, up_to: int | None = None) -> Cycle | None:
    """The newest revision of the month, or of those up to that one; None if there is none."""
    mine = (cycles.c.practice_id == practice_id) & (cycles.c.month == str(month))
    mine &= cycles.c.revision <= up_to if up_to is not None else sa.true()
    row = connection.execute(sa.select(cycles).where(mine).order_by(cycles.c.revision.desc()).limit(1)).first()
    if row is None:
        return None
    digests = Digests(row.input_digest, row.settings_digest, row.rulebook_digest)
    return Cycle(row.id, practice_id, month, row.revision, row.state, digests, row.result_digest, row.created_at)


def of_each_month(connection: Connection, practice_id: str) -> list[Cycle]:
    """The newest revision of every saved month of the practice, the oldest month first."""
    mine = sa.select(cycles.c.month).where(cycles.c.practice_id == practice_id).distinct()
    months = sorted(connection.execute(mine).scalars())
    found = [latest(connection, practice_id, Month.parse(month)) for month in months]
    return [cycle for cycle in found if cycle is not None]


def practices(connection: Connection, month: Month) -> list[str]:
    """The practices of which that month was saved."""
    mine = sa.select(cycles.c.practice_id).where(cycles.c.month == str(month)).distinct()
    return sorted(connection.execute(mine).scalars())


def prepared(frames: Mapping[str, pd.DataFrame], copay_cases: pd.DataFrame) -> dict[str, pa.Table]:
    """The frames in the contract's columns and types; ValueError naming what is missing or does not fit."""
    if missing := set(SAVED) - set(frames):
        raise ValueError(f"frames to save are missing: {', '.join(sorted(missing))}")
    tables = {name: bulk.as_arrow(outputs()[name], frames[name]) for name in SAVED}
    return tables | {"copay_cases": bulk.as_arrow(outputs()["copay_cases"], copay_cases)}


def save(
    connection: Connection,
    practice_id: str,
    month: Month,
    basis: Basis,
    found: Fingerprints,
    tables: Mapping[str, pa.Table],
    compose: Compose,
    now: datetime,
    by: str = "",
) -> Saved:
    """Write the next revision, unless the newest one decided the same and no co-pay case has news.

    A result that stands keeps its revision, with the digests, the basis, the evidence and the words of the run that
    gave it last; a month that was reopened gets its revision whatever came out. Call it in a writing transaction.
    """
    month_life.only_one_at_a_time(connection, practice_id)
    by = by or month_life.running_user()
    again = month_life.state_of(connection, practice_id, month) == month_life.REOPENED
    previous = latest(connection, practice_id, month)
    news = cases.news(connection, practice_id, str(month), tables["copay_cases"])
    if previous is not None and not news.num_rows and not again and _stands(connection, previous, found):
        previous = _confirm(connection, previous, basis, found, tables)
        month_life.decide(connection, practice_id, month, previous.revision, new=False, by=by, now=now)
        return Saved(previous, bulk.read_cycle(connection, outputs()["changes"], previous.id), new=False)

    decided = bulk.as_frame(tables["decisions"].select(list(COMPARED)))
    before = None
    if previous is not None:
        before = bulk.read_cycle(connection, outputs()["decisions"], previous.id, COMPARED)
    changed = changes(before, decided)
    cycle = _insert(connection, practice_id, month, previous, basis.digests, found, now)
    month_life.decide(connection, practice_id, month, cycle.revision, new=True, by=by, now=now)
    bases.keep(connection, cycle.id, basis)
    for name in SAVED:
        bulk.write_cycle(connection, monthly[name], cycle.id, tables[name])
    bulk.write_cycle(connection, monthly["changes"], cycle.id, bulk.as_arrow(outputs()["changes"], changed))
    cases.record(connection, cycle, news, now)
    outbox.put(connection, cycle, compose(cycle.revision, changed))
    return Saved(cycle, changed, new=True)


def _stands(connection: Connection, cycle: Cycle, found: Fingerprints) -> bool:
    """Whether the cycle decided the same; of one that an older version stored that is found out from its tables."""
    if cycle.result_digest == found.whole:
        return True
    known = connection.execute(sa.select(cycles.c.decided_digest).where(cycles.c.id == cycle.id)).scalar()
    if known is None:
        stored = {name: bulk.read_cycle(connection, outputs()[name], cycle.id) for name in RESULT}
        known = fingerprints({name: bulk.as_arrow(outputs()[name], frame) for name, frame in stored.items()}).decided
    return known == found.decided


def _confirm(
    connection: Connection, cycle: Cycle, basis: Basis, found: Fingerprints, tables: Mapping[str, pa.Table]
) -> Cycle:
    """The cycle as this run found it again; what differs from the run before is replaced."""
    for name in (*EVIDENCE, *(PROSE if cycle.result_digest != found.whole else ())):
        known = bulk.read_cycle(connection, outputs()[name], cycle.id)
        if not known.equals(bulk.as_frame(tables[name])):
            connection.execute(sa.delete(monthly[name]).where(monthly[name].c.cycle_id == cycle.id))
            bulk.write_cycle(connection, monthly[name], cycle.id, tables[name])
    connection.execute(sa.update(cycles).where(cycles.c.id == cycle.id).values(_columns(basis.digests, found)))
    if basis.digests != cycle.digests:
        bases.keep(connection, cycle.id, basis)
    return replace(cycle, digests=basis.digests, result_digest=found.whole)


def _columns(digests: Digests, found: Fingerprints) -> dict[str, str]:
    return {
        "input_digest": digests.input,
        "settings_digest": digests.settings,
        "rulebook_digest": digests.rulebook,
        "result_digest": found.whole,
        "decided_digest": found.decided,
    }


def _insert(
    connection: Connection,
    practice_id: str,
    month: Month,
    previous: Cycle | None,
    digests: Digests,
    found: Fingerprints,
    now: datetime,
) -> Cycle:
    revision = previous.revision + 1 if previous else 1
    values = {
        "practice_id": practice_id,
        "month": str(month),
        "revision": revision,
        "state": "decided",
        **_columns(digests, found),
        "settings": "",
        "created_at": now,
    }
    number = connection.execute(sa.insert(cycles).values(values).returning(cycles.c.id)).scalar_one()
    return Cycle(number, practice_id, month, revision, "decided", digests, found.whole, now)
