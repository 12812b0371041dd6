"""Claims in the database that carry some lines again, beside the claim that stands for the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims, ledger
from tasks.store.ledger import VOID
from tasks.store.refused import PATIENT_MONTH
from tasks.store.remit_tables import claim_payments

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
    control_number: int = 0
    payer_kind: str = ""
    payer_claim_number: str = ""
    paid_cents: int = 0
    refunded: bool = False  # all of its money went back
    refused: Mapping[str, str] = field(default_factory=dict)  # corrections of it, by digest; a void's is empty

    @property
    def unanswered(self) -> bool:
        """Whether the payer may still pay it."""
        return self.state == "written"

    @property
    def out(self) -> bool:
        """Whether the payer may still pay it, or has."""
        return self.state in ("written", "paid", "part_paid") and not self.refunded


Alone = tuple[SentAlone, ...]


def went_alone(one: Any) -> sa.ColumnElement[bool]:
    """The condition that a claim to the first payer, not in the ledger, carries lines beside the one that is; one whose
    void was refused after the month had been billed anew stands at its payer, and the month is not billed by it.
    """
    void, now, billed, its = claims.alias(), claims.alias(), claim_service_lines.alias(), claim_service_lines.alias()
    of_void = (void.c.replaces == one.c.claim_number) & (void.c.frequency == VOID) & (void.c.state == "denied")
    month = sa.and_(*(now.c[name] == one.c[name] for name in PATIENT_MONTH))
    later = month & (now.c.version > one.c.version) & now.c.claim_number.in_(sa.select(ledger.c.claim_number))
    same_code = (billed.c.claim_number == now.c.claim_number) & (billed.c.code == its.c.code)
    same_code &= its.c.claim_number == one.c.claim_number
    billed_anew = sa.exists().where(of_void) & sa.exists().where(later & same_code & (now.c.frequency != VOID))
    return (one.c.frequency == FIRST) & (one.c.replaces != "") & ~billed_anew


def sent_alone(
    connection: Connection,
    practice_id: str,
    month: str,
    cases: Mapping[str, bool],
    refused: Mapping[str, Mapping[str, str]],
) -> dict[tuple[str, str, str], Alone]:
    """The claims to the first payer that are neither over nor in the ledger; `cases` say which were refunded in full,
    `refused` which corrections of them the payer did not take.
    """
    over = claims.c.state.in_(("replaced", "voided"))
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1) & ~over
    mine &= went_alone(claims)
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
    paid: dict[str, int] = {}
    if rows:
        sums = sa.select(claim_payments.c.claim_number, sa.func.sum(claim_payments.c.paid_cents))
        sums = sums.where(claim_payments.c.claim_number.in_(sa.select(claims.c.claim_number).where(mine)))
        sums = sums.group_by(claim_payments.c.claim_number)
        paid = {number: int(cents) for number, cents in connection.execute(sums)}
    found: dict[tuple[str, str, str], Alone] = {}
    for r in rows:
        number = r.claim_number
        one = SentAlone(
            *(number, r.version, r.state, r.payer_id, r.rendering_npi, tuple(lines[number]), r.control_number),
            *(r.payer_kind, r.payer_claim_number, paid.get(number, 0), cases.get(number, False)),
            refused.get(number, {}),
        )
        found[r.patient_id, r.program, r.claim] = (*found.get((r.patient_id, r.program, r.claim), ()), one)
    return found
