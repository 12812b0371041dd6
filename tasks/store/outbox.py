"""The outbox: a message is sent once or not at all, and when nobody can tell which, a person is asked.

pending -> sending -> sent, failed, or pending again; sending -> uncertain when the sender died in the middle.
A newer revision of the month makes what is still pending of the older ones superseded, and so does what is told on
a day about a newer revision: its kind ends with month and revision, as release-2026-10-2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from tasks.store.records import Cycle, DailyMessage, OutboxMessage, StoredMessage
from tasks.store.schema import messages as table

# Longer than any SMTP dialogue with its retries: whoever is still sending after it has died.
LEASE = timedelta(minutes=15)
OF_A_REVISION = re.compile(r"(?P<what>.+)-(?P<month>\d{4}-\d{2})-(?P<revision>\d+)")
_KEY = ("audience", "kind", "recipient")


def put(connection: Connection, cycle: Cycle, composed: Sequence[OutboxMessage]) -> None:
    """Add the messages of a new revision; those of older revisions that wait are not to be sent any more."""
    older = (table.c.practice_id == cycle.practice_id) & (table.c.month == str(cycle.month))
    older &= (table.c.revision < cycle.revision) & (table.c.state == "pending")
    connection.execute(sa.update(table).where(older).values(state="superseded"))
    month = str(cycle.month)
    rows = [_row(message, cycle.practice_id, month, cycle.revision) for message in composed]
    if len({tuple(row[name] for name in _KEY) for row in rows}) < len(rows):
        raise ValueError("messages: two have the same audience, kind and recipient")
    if rows:
        connection.execute(sa.insert(table), rows)


def put_daily(connection: Connection, composed: Sequence[DailyMessage]) -> int:
    """The day's messages wait, in the place of those of their kind that nobody sent yet; how many wait now.

    What was sent today is not sent again. Their month is the day. One about a revision of a month takes the place of
    those about an older one, too.
    """
    added = 0
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    for message in composed:
        theirs = (table.c.practice_id == message.practice_id) & (table.c.audience == message.audience)
        theirs &= table.c.state == "pending"
        same = [theirs, table.c.kind == message.kind]
        earlier, today = table.c.month < message.month, table.c.month == message.month
        connection.execute(sa.update(table).where(*same, earlier).values(state="superseded"))
        connection.execute(sa.delete(table).where(*same, today))
        older = _of_older_revisions(connection, theirs, message.kind)
        connection.execute(sa.update(table).where(theirs, table.c.kind.in_(older)).values(state="superseded"))
        row = _row(message, message.practice_id, message.month, message.revision)
        added += len(connection.execute(insert.values(row).on_conflict_do_nothing().returning(table.c.id)).all())
    return added


def _of_older_revisions(connection: Connection, theirs: sa.ColumnElement[bool], kind: str) -> list[str]:
    """The kinds that wait and are the same but for an older revision of the same month."""
    newer = OF_A_REVISION.fullmatch(kind)
    if newer is None:
        return []
    kinds = connection.execute(sa.select(table.c.kind).where(theirs).distinct()).scalars()
    known = [found for found in map(OF_A_REVISION.fullmatch, kinds) if found]
    alike = [found for found in known if found.group("what", "month") == newer.group("what", "month")]
    return [found[0] for found in alike if int(found["revision"]) < int(newer["revision"])]


def _row(message: OutboxMessage, practice_id: str, month: str, revision: int) -> dict[str, Any]:
    return {
        "practice_id": practice_id,
        "month": month,
        "revision": revision,
        "audience": message.audience,
        "kind": message.kind,
        "recipient": message.recipient,
        "subject": message.subject,
        "body_html": message.html,
        "body_text": message.text,
        "message_id": message.message_id,
        "state": "pending",
        "attempts": 0,
        "last_error": "",
    }


def of_cycle(connection: Connection, cycle: Cycle) -> list[StoredMessage]:
    """All messages of that revision, whatever became of them, in the order of their composition."""
    same = (table.c.practice_id == cycle.practice_id) & (table.c.month == str(cycle.month))
    return _stored(connection, same & (table.c.revision == cycle.revision))


def settle(connection: Connection, now: datetime) -> int:
    """Call uncertain what a sender that died left behind; how many there were."""
    dead = (table.c.state == "sending") & (table.c.sending_since < now - LEASE)
    return connection.execute(sa.update(table).where(dead).values(state="uncertain")).rowcount


def in_state(connection: Connection, state: str, practice_id: str | None) -> list[StoredMessage]:
    """The messages in that state, of one practice or of all, the oldest first."""
    wanted = table.c.state == state
    if practice_id is not None:
        wanted &= table.c.practice_id == practice_id
    return _stored(connection, wanted)


def claim(connection: Connection, message_id: int, now: datetime) -> bool:
    """Take a pending message for sending; False when another run has it already or it needs no sending."""
    free = (table.c.id == message_id) & (table.c.state == "pending")
    values = {"state": "sending", "sending_since": now, "attempts": table.c.attempts + 1}
    return connection.execute(sa.update(table).where(free).values(values)).rowcount == 1


def finish(connection: Connection, message_id: int, state: str, error: str, sent_at: datetime | None) -> bool:
    """Record what became of a message that was being sent; False when it was not.

    A sender that is merely slow may find its message called uncertain; it alone knows better.
    """
    taken = (table.c.id == message_id) & table.c.state.in_(("sending", "uncertain"))
    values = {"state": state, "last_error": error[:200], "sent_at": sent_at, "sending_since": None}
    return connection.execute(sa.update(table).where(taken).values(values)).rowcount == 1


def bounced(connection: Connection, message_id: str, words: str) -> bool | None:
    """A message that a server had taken came back: it counts as failed. Whether that is news; None for no message."""
    mine = table.c.message_id == message_id
    gone = mine & table.c.state.in_(("sent", "uncertain", "sending"))
    values = {"state": "failed", "last_error": words[:200], "sending_since": None}
    if connection.execute(sa.update(table).where(gone).values(values)).rowcount:
        return True
    return False if connection.execute(sa.select(table.c.id).where(mine)).first() else None


def newest(connection: Connection, practice_id: str | None, most: int) -> tuple[list[StoredMessage], int]:
    """The newest messages of one practice or of all, newest first, and how many older ones there are."""
    wanted = sa.true() if practice_id is None else table.c.practice_id == practice_id
    total = int(connection.execute(sa.select(sa.func.count()).select_from(table).where(wanted)).scalar() or 0)
    last = sa.select(table.c.id).where(wanted).order_by(table.c.id.desc()).limit(most)
    return _stored(connection, table.c.id.in_(last))[::-1], max(total - most, 0)


def last_written_to(connection: Connection, audience: str) -> str:
    """The address at which that audience was written to last; empty where it never was."""
    mine = (table.c.audience == audience) & (table.c.recipient != "")
    query = sa.select(table.c.recipient).where(mine).order_by(table.c.id.desc()).limit(1)
    return str(connection.execute(query).scalar() or "")


def of_sign_off(connection: Connection, cycle: Cycle) -> list[StoredMessage]:
    """What the sign-off of that revision told: billing's notice, and the figures of those who get them."""
    kinds = [f"{kind}-{cycle.month}-{cycle.revision}" for kind in ("release", "figures")]
    return _stored(connection, (table.c.practice_id == cycle.practice_id) & table.c.kind.in_(kinds))


def _stored(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[StoredMessage]:
    rows = connection.execute(sa.select(table).where(wanted).order_by(table.c.id)).all()
    return [
        StoredMessage(
            row.id,
            row.practice_id,
            row.month,
            row.revision,
            row.audience,
            row.kind,
            row.recipient,
            row.subject,
            row.body_html,
            row.body_text,
            row.message_id,
            row.state,
            row.attempts,
            row.last_error,
            row.sent_at,
        )
        for row in rows
    ]


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)
