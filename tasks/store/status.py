"""Where every practice's months stand, from the database alone: state, revision, sign-off, last run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.month import Month
from tasks.store.life_tables import month_moves, month_runs
from tasks.store.month_life import CLOSED, RELEASED, SIGNED_OFF, Move, history
from tasks.store.schema import step_runs

EVERY = "all practices"  # whose a run is that takes what came for all of them
SAVED = "store"  # the step that only a run of the month has
STOPPED = "stopped"  # stands before the steps of a month's run that did not come to its end


@dataclass(frozen=True)
class Step:
    """A step of a run: how long it took, and how many rows it was about."""

    step: str
    seconds: float
    rows: int


@dataclass(frozen=True)
class MonthStatus:
    """A practice's month: its moves in their order, the steps of its last run that ended well, when one after that
    stopped, and since when a run is at it now."""

    practice_id: str
    month: str
    moves: tuple[Move, ...]
    ran_at: datetime | None
    steps: tuple[Step, ...]
    stopped_at: datetime | None
    running_since: datetime | None

    @property
    def last(self) -> Move | None:
        """The newest move."""
        return self.moves[-1] if self.moves else None

    @property
    def now(self) -> str:
        """What is going on, or that the last run stopped, where the month is not settled; else nothing."""
        if self.running_since:
            return f", running since {self.running_since:%H:%M} UTC"
        settled = self.last is not None and self.last.state in (SIGNED_OFF, RELEASED, CLOSED)
        return f", last run stopped {self.stopped_at:%Y-%m-%d %H:%M} UTC" if self.stopped_at and not settled else ""

    @property
    def signed(self) -> Move | None:
        """The sign-off of the newest revision; None where nobody signed that one off."""
        newest = max((one.revision for one in self.moves), default=0)
        found = [one for one in self.moves if one.state == SIGNED_OFF and one.revision == newest]
        return found[-1] if found else None


def statuses(connection: Connection, practice: str | None = None, month: Month | None = None) -> list[MonthStatus]:
    """Every month of which anything is known, or those of one practice or month; the newest first.

    A month that was still to come when a run of it stopped is none: somebody mistyped it.
    """
    known: set[tuple[str, str]] = set()
    begun = step_runs.c.month <= sa.func.substr(sa.cast(step_runs.c.recorded_at, sa.Text), 1, 7)
    stopped = step_runs.c.step.startswith(f"{STOPPED}: ") & begun
    for table, wanted in ((month_moves, sa.true()), (month_runs, sa.true()), (step_runs, stopped)):
        asked = [wanted, *([table.c.month == str(month)] if month else [])]
        query = sa.select(table.c.practice_id, table.c.month).where(*asked).distinct()
        known |= {(str(row[0]), str(row[1])) for row in connection.execute(query)}
    found = [
        _status(connection, *key)
        for key in sorted(known, key=lambda key: key[0])
        if practice in (None, key[0]) and (month is None or str(month) == key[1])
    ]
    return sorted(found, key=lambda one: one.month, reverse=True)


@dataclass(frozen=True)
class Beside:
    """The last run of a kind that is none of the month's: when it ended, how long it took, rows of its largest step."""

    kind: str
    ended_at: datetime
    seconds: float
    rows: int


def beside(connection: Connection, *practices: str) -> list[Beside]:
    """The last watch, outreach and remittance run of those practices, as far as there was any."""
    c, found = step_runs.c, []
    for kind in ("watch", "outreach", "remittance"):
        mine = c.practice_id.in_(practices) & c.step.startswith(f"{kind}: ")
        last = connection.execute(sa.select(c.run_id, c.practice_id).where(mine).order_by(c.id.desc()).limit(1)).first()
        if last is not None:
            mine &= (c.run_id == last.run_id) & (c.practice_id == last.practice_id)
            whole = sa.select(sa.func.max(c.recorded_at), sa.func.sum(c.seconds), sa.func.max(c.rows)).where(mine)
            found.append(Beside(kind, *connection.execute(whole).one()))
    return found


def ran_since(connection: Connection, practice_id: str, month: Month, moment: datetime, but: str = "") -> bool:
    """Whether a run of the month saved it, and ended well, from that moment on; another one than that."""
    c = step_runs.c
    mine = (c.practice_id == practice_id) & (c.month == str(month)) & (c.step == SAVED) & (c.run_id != but)
    found = connection.execute(sa.select(sa.func.max(c.id)).where(mine, c.recorded_at >= moment)).scalar()
    return found is not None


def _status(connection: Connection, practice_id: str, month: str) -> MonthStatus:
    steps = step_runs.c
    mine = (steps.practice_id == practice_id) & (steps.month == month) & ~steps.step.contains(": ")
    newest = connection.execute(
        sa.select(steps.run_id, steps.recorded_at, steps.id).where(mine).order_by(steps.id.desc()).limit(1)
    ).first()
    taken: list[Step] = []
    if newest is not None:
        query = sa.select(steps.step, steps.seconds, steps.rows).where(mine, steps.run_id == newest.run_id)
        taken = [Step(*row) for row in connection.execute(query.order_by(steps.id))]
    stopped = sa.select(sa.func.max(steps.recorded_at)).where(
        steps.practice_id == practice_id,
        steps.month == month,
        steps.step.startswith(f"{STOPPED}: "),
        steps.id > (newest.id if newest is not None else 0),
    )
    run = month_runs.c
    running = sa.select(run.begun_at).where(run.practice_id == practice_id, run.month == month)
    return MonthStatus(
        practice_id,
        month,
        tuple(history(connection, practice_id, month)),
        newest.recorded_at if newest is not None else None,
        tuple(taken),
        connection.execute(stopped).scalar(),
        connection.execute(running).scalar(),
    )
