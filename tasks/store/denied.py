"""Open denials of a claim's lines, what stands or is paid beside them, and that they were sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.answers import answers
from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.denials import mark
from tasks.store.remit_tables import denial_events, denials, overpayments

SENT_AGAIN = "sent again as"


def open_lines(connection: Connection, claim_number: str) -> set[int]:
    """The lines of the claim whose denial is open; 0 stands for the whole claim."""
    mine = (denials.c.claim_number == claim_number) & (denials.c.state == "open")
    return {int(line) for line in connection.execute(sa.select(denials.c.line).where(mine)).scalars()}


def undenied_codes(connection: Connection, claim_number: str) -> set[str]:
    """The codes of the claim's lines that no answer denies, whatever was done about a denial since."""
    mine = (denials.c.claim_number == claim_number) & (denials.c.state != "paid")
    refused = set(connection.execute(sa.select(denials.c.line).where(mine)).scalars())
    lines = sa.select(claim_service_lines).where(claim_service_lines.c.claim_number == claim_number)
    return {row.code for row in connection.execute(lines) if not refused & {0, row.line}}


def paid_codes(connection: Connection, claim_number: str) -> set[str]:
    """The codes that the first payer paid on any claim of that patient-month and program, and has not got back."""
    keys = ("practice_id", "patient_id", "month", "program", "claim")
    whose = connection.execute(sa.select(claims).where(claims.c.claim_number == claim_number)).one()
    mine = sa.and_(claims.c.payer_order == 1, *(claims.c[name] == getattr(whose, name) for name in keys))
    lines = sa.select(claim_service_lines).join(claims, claims.c.claim_number == claim_service_lines.c.claim_number)
    back = (overpayments.c.practice_id == whose.practice_id) & (overpayments.c.keeps_cents == 0)
    back &= overpayments.c.state == "refunded"
    refunded = set(connection.execute(sa.select(overpayments.c.claim_number).where(back)).scalars())
    said = answers(connection, whose.practice_id, whose.month)
    found = set()
    for row in connection.execute(lines.where(mine)):
        answer = said.get(row.claim_number)
        if answer is None or row.claim_number in refunded:
            continue
        by_line = any(line.paid_cents for line in answer.lines.values())
        line = answer.lines.get(row.line)
        if (line.paid_cents if line else 0) > 0 or (answer.paid_cents > 0 and not by_line):
            found.add(row.code)
    return found


def resent_by_hand(connection: Connection, claim_number: str) -> list[int]:
    """The lines whose denial is marked resent though nothing was sent again for them from here."""
    mine = (denials.c.claim_number == claim_number) & (denials.c.state == "resent")
    marked = connection.execute(sa.select(denials.c.line).where(mine)).scalars()
    sent = (denial_events.c.claim_number == claim_number) & denial_events.c.note.startswith(SENT_AGAIN)
    from_here = set(connection.execute(sa.select(denial_events.c.line).where(sent)).scalars())
    return sorted({int(line) for line in marked} - {int(line) for line in from_here})


def mark_resent(connection: Connection, claim_number: str, lines: Collection[int], again: str, now: datetime) -> None:
    """The open denials of these lines, and that of the whole claim, say that they were sent again."""
    for line in sorted(open_lines(connection, claim_number) & {0, *lines}):
        mark(connection, claim_number, line, "resent", f"{SENT_AGAIN} {again}", now)
