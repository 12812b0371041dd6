"""Claims in the database that carry some lines again, beside the claim that stands for the month."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims, ledger

FIRST = "1"  # the frequency of a claim that corrects none


@dataclass(frozen=True)
class SentAlone:
    """A claim that carries some lines again, beside the one that stands; lines are code, modifiers and units."""

    claim_number: str
    version: int
    state: str
    payer_id: str
    rendering_npi: str
    lines: tuple[tuple[str, str, int], ...]

    @property
    def unanswered(self) -> bool:
        """Whether the payer may still pay it."""
        return self.state == "written"

    @property
    def out(self) -> bool:
        """Whether the payer may still pay it, or has."""
        return self.state in ("written", "paid", "part_paid")


Alone = tuple[SentAlone, ...]


def sent_alone(connection: Connection, practice_id: str, month: str) -> dict[tuple[str, str, str], Alone]:
    """The claims to the first payer that are neither over nor in the ledger."""
    over = (claims.c.frequency != FIRST) | claims.c.state.in_(("replaced", "voided"))  # corrections never go alone
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1) & ~over
    mine &= claims.c.claim_number.not_in(sa.select(ledger.c.claim_number).where(ledger.c.month == month))
    rows = connection.execute(sa.select(claims).where(mine).order_by(claims.c.version)).all()
    lines: dict[str, list[tuple[str, str, int]]] = {row.claim_number: [] for row in rows}
    of_them = claim_service_lines.c.claim_number.in_(sa.select(claims.c.claim_number).where(mine))
    for line in (
        connection.execute(sa.select(claim_service_lines).where(of_them).order_by(claim_service_lines.c.line))
        if rows
        else ()
    ):
        lines[line.claim_number].append((line.code, line.modifiers, line.units))
    found: dict[tuple[str, str, str], Alone] = {}
    for r in rows:
        one = SentAlone(r.claim_number, r.version, r.state, r.payer_id, r.rendering_npi, tuple(lines[r.claim_number]))
        found[r.patient_id, r.program, r.claim] = (*found.get((r.patient_id, r.program, r.claim), ()), one)
    return found
