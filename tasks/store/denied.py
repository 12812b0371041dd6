"""Open denials of a claim's lines, and that they were sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.denials import mark
from tasks.store.remit_tables import denials


def open_lines(connection: Connection, claim_number: str) -> set[int]:
    """The lines of the claim whose denial is open; 0 stands for the whole claim."""
    mine = (denials.c.claim_number == claim_number) & (denials.c.state == "open")
    return {int(line) for line in connection.execute(sa.select(denials.c.line).where(mine)).scalars()}


def mark_resent(connection: Connection, claim_number: str, lines: Collection[int], again: str, now: datetime) -> None:
    """The open denials of these lines, and that of the whole claim, say that they were sent again."""
    for line in sorted(open_lines(connection, claim_number) & {0, *lines}):
        mark(connection, claim_number, line, "resent", f"sent again as {again}", now)
