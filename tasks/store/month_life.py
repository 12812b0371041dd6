"""A month's life: open, cut off, decided, signed off, released, closed, reopened. Moves are added, never changed."""

from __future__ import annotations

import getpass
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import InputError
from config.month import Month
from tasks.store.life_tables import manual_decisions, month_moves
from tasks.store.records import Cycle

OPEN, CUT_OFF, DECIDED = "open", "cut_off", "decided"
SIGNED_OFF, RELEASED, CLOSED, REOPENED = "signed_off", "released", "closed", "reopened"

WORDS = {
    OPEN: "open",
    CUT_OFF: "past the care team's cut-off",
    DECIDED: "decided",
    SIGNED_OFF: "signed off",
    RELEASED: "released",
    CLOSED: "closed",
    REOPENED: "reopened",
}
"""The states in the order in which a month goes through them, as people read them."""

# Back to open goes a month that is returned to the care team; to decided again one that came out otherwise.
MOVES = {
    OPEN: (CUT_OFF, DECIDED),
    CUT_OFF: (DECIDED,),
    DECIDED: (DECIDED, SIGNED_OFF, OPEN),
    SIGNED_OFF: (RELEASED, REOPENED),
    RELEASED: (CLOSED, REOPENED),
    CLOSED: (REOPENED,),
    REOPENED: (DECIDED,),
}

AGAIN = "run again after it was signed off, and it came out otherwise"
PROGRAM = "ccm"  # who moves a month when a day passes
SCHEDULE, UNNAMED = "the schedule", "a run that named nobody"  # who prepared what no person answers for

_NEXT = {
    OPEN: "run it first: ccm run --month {month} --practice {practice}.",
    CUT_OFF: "run it first: ccm run --month {month} --practice {practice}.",
    DECIDED: "look at its report and sign it off: ccm sign-off --month {month} --practice {practice}.",
    SIGNED_OFF: "write its claims (ccm claims --month {month}), or open it again: ccm reopen --month {month} "
    "--practice {practice} --reason TEXT.",
    RELEASED: "to change it, open it again: ccm reopen --month {month} --practice {practice} --reason TEXT.",
    CLOSED: "to change it, open it again: ccm reopen --month {month} --practice {practice} --reason TEXT.",
    REOPENED: "run it and have it signed off: ccm run --month {month} --practice {practice}.",
}


@dataclass(frozen=True)
class Move:
    """One step of a month's life: from which state to which, of which revision, who did it, when and why."""

    practice_id: str
    month: str
    revision: int
    came_from: str
    state: str
    reason: str
    moved_by: str
    moved_at: datetime


def running_user() -> str:
    """Whose process this is; a process of nobody, as in some containers, is the program's own."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return PROGRAM


def history(connection: Connection, practice_id: str, month: Month | str) -> list[Move]:
    """Every move of the month in the order in which they were made."""
    c = month_moves.c
    mine = sa.select(*(c[name] for name in Move.__dataclass_fields__)).where(
        c.practice_id == practice_id, c.month == str(month)
    )
    return [Move(*row) for row in connection.execute(mine.order_by(c.id))]


def last_move(connection: Connection, practice_id: str, month: Month | str) -> Move | None:
    """The month's newest move; None where it is open and nothing happened yet."""
    return next(reversed(history(connection, practice_id, month)), None)


def state_of(connection: Connection, practice_id: str, month: Month | str) -> str:
    """Where the month stands."""
    last = last_move(connection, practice_id, month)
    return last.state if last else OPEN


def settled(connection: Connection, practice_id: str, month: Month | str) -> tuple[str, str]:
    """The state of a month that is signed off, released or closed, and in a sentence what stands and who answers for
    it; nothing for any other."""
    moves = history(connection, practice_id, month)
    if not moves or moves[-1].state not in (SIGNED_OFF, RELEASED, CLOSED):
        return "", ""
    last = moves[-1]
    signed = next(one for one in reversed(moves) if one.state == SIGNED_OFF)
    who = "" if last is signed else f", signed off by {signed.moved_by}"
    said = f"{practice_id}, {month} is {WORDS[last.state]} since {last.moved_at:%Y-%m-%d %H:%M} UTC by {last.moved_by}"
    return last.state, f"{said} (revision {last.revision}{who})"


def move(
    connection: Connection,
    practice_id: str,
    month: Month | str,
    to: str,
    by: str,
    reason: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> Move:
    """The month is in that state, and who moved it there stands beside all moves before.

    Without a revision it is that of the move before. InputError, in a sentence with what to do instead, where no such
    move leads from where it stands. Call it in a writing transaction; two at once are made one after the other.
    """
    only_one_at_a_time(connection, practice_id)
    last = last_move(connection, practice_id, month)
    came_from = last.state if last else OPEN
    if to not in MOVES[came_from]:
        raise InputError(_refused(practice_id, str(month), came_from, last, to))
    number = revision if revision is not None else last.revision if last else 0
    made = Move(practice_id, str(month), number, came_from, to, reason.strip(), by.strip(), now or datetime.now(UTC))
    connection.execute(sa.insert(month_moves), asdict(made))
    return made


def _refused(practice_id: str, month: str, came_from: str, last: Move | None, to: str) -> str:
    since = f" since {last.moved_at:%Y-%m-%d %H:%M} UTC" if last else ""
    by = f" by {last.moved_by}" if last and last.moved_by else ""
    then = _NEXT[came_from].format(month=month, practice=practice_id)
    if to == came_from:
        return f"{practice_id}, {month} is {WORDS[to]} already{since}{by}; {then}"
    return f"{practice_id}, {month} is {WORDS[came_from]}{since}{by} and cannot become {WORDS[to]} from there; {then}"


def decide(
    connection: Connection, practice_id: str, month: Month, revision: int, new: bool, by: str, now: datetime
) -> None:
    """What a run found is the month's decision; a signed month that came out otherwise is open again before that.

    A result that stands moves a month only to where it was waiting for it. InputError for a closed one that came out
    otherwise.
    """
    stands = state_of(connection, practice_id, month)
    if new and stands in (SIGNED_OFF, RELEASED):
        move(connection, practice_id, month, REOPENED, by, AGAIN, now=now)
    if new or stands in (OPEN, CUT_OFF):
        move(connection, practice_id, month, DECIDED, by, "", revision, now)


def sign_off(connection: Connection, cycle: Cycle, by: str, now: datetime) -> None:
    """The revision is signed off; InputError where the month stands otherwise, or at a newer revision by now."""
    last = last_move(connection, cycle.practice_id, cycle.month)
    if last and last.state == DECIDED and last.revision != cycle.revision:
        raise InputError(
            f"{cycle.practice_id}, {cycle.month}: revision {last.revision} was decided in the meantime and takes the "
            f"place of revision {cycle.revision}; look at that one."
        )
    move(connection, cycle.practice_id, cycle.month, SIGNED_OFF, by, "", cycle.revision, now)


def refuse_preparer(connection: Connection, cycle: Cycle, name: str) -> None:
    """InputError where the revision ran in that name, or that one decided any of the month's cases by hand, and where
    it is the name of no person: the practice wants somebody else to sign it off."""
    ran = [
        one for one in history(connection, cycle.practice_id, cycle.month) if one.state == DECIDED and not one.reason
    ]
    prepared = {_plain(one.moved_by) for one in ran if one.revision == cycle.revision}
    if _plain(name) in (_plain(PROGRAM), _plain(SCHEDULE), _plain(UNNAMED)):
        raise InputError(
            f"{cycle.practice_id}, {cycle.month}: '{name.strip()}' is no person; name the one who signs it off."
        )
    if _plain(name) in _decided_by_hand(connection, cycle):
        raise InputError(
            f"{cycle.practice_id}, {cycle.month}: {name.strip()} decided cases of the month by hand, and somebody else "
            "signs it off here (other_than_preparer, under approval in the settings)."
        )
    if _plain(name) in prepared:
        raise InputError(
            f"{cycle.practice_id}, {cycle.month}: revision {cycle.revision} ran in the name of {name.strip()}, and "
            "somebody else signs it off here (other_than_preparer, under approval in the settings)."
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _decided_by_hand(connection: Connection, cycle: Cycle) -> set[str]:
    c = manual_decisions.c
    mine = (c.practice_id == cycle.practice_id) & (c.month == str(cycle.month))
    return {_plain(name) for name in connection.execute(sa.select(c.decided_by).where(mine)).scalars()}


def release(connection: Connection, cycle: Cycle, now: datetime) -> None:
    """The claims of the signed-off revision went out; of a month that is released already nothing new is said."""
    only_one_at_a_time(connection, cycle.practice_id)
    if state_of(connection, cycle.practice_id, cycle.month) == SIGNED_OFF:
        move(connection, cycle.practice_id, cycle.month, RELEASED, running_user(), "its claims were written", now=now)


def cut_off(connection: Connection, practice_id: str, month: Month, last_day: date, today: date) -> bool:
    """Whether the care team's last day is over by now and the month, until then open, is cut off from this moment."""
    if today <= last_day:
        return False
    only_one_at_a_time(connection, practice_id)  # before it is read: another run may cut it off at this moment
    if last_move(connection, practice_id, month) is not None:
        return False
    move(connection, practice_id, month, CUT_OFF, PROGRAM, f"the care team's last day was {last_day}")
    return True


def only_one_at_a_time(connection: Connection, practice_id: str) -> None:
    """Nobody else moves or saves a month of the practice until this transaction ends; SQLite has one writer anyway."""
    # Co-pay cases belong to the practice, so two months of it must not be saved side by side either.
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"cycles:{practice_id}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
