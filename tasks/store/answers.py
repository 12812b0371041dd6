"""What the first payer answered, as the second one has to be told; and money that has to go back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.remit_tables import adjustments, claim_payments, line_payments, remittances

REVERSED, FORWARDED_UNSEEN = "22", "23"  # claim status codes of an 835


@dataclass(frozen=True)
class PaidLine:
    """One line of the answer."""

    paid_cents: int
    adjustments: list[tuple[str, str, int, int | None]] = field(default_factory=list)
    code: str = ""
    units: int = 0


@dataclass(frozen=True)
class Answered:
    """The answer that counts: the last one of a claim. Adjustments are group, reason, cents, quantity."""

    claim_number: str
    status: str
    paid_cents: int
    patient_cents: int
    crossover_payer: str
    remarks: str
    payer_claim_number: str
    payment_date: date
    adjustments: list[tuple[str, str, int, int | None]]
    lines: dict[int, PaidLine]


@dataclass(frozen=True)
class SentTo:
    """A claim of a patient-month to the payer of one order."""

    claim_number: str
    version: int
    state: str
    payer_claim_number: str


def _standing(rows: Iterable[sa.Row[Any]]) -> dict[str, sa.Row[Any]]:
    """The last answer of the first payer to each claim that no reversal has taken away."""
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        stack = found.setdefault(row.claim_number, [])
        if row.status == REVERSED:
            del stack[-1:]
        elif row.status != FORWARDED_UNSEEN and row.payer_order <= 1:
            stack.append(row)
    return {number: stack[-1] for number, stack in found.items() if stack}


def answers(connection: Connection, practice_id: str, month: str) -> dict[str, Answered]:
    """The answer that stands to each claim of that month that went to a first payer, by claim number."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    joined = claim_payments.join(claims, claim_payments.c.claim_number == claims.c.claim_number)
    joined = joined.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    query = sa.select(claim_payments, remittances.c.payment_date).select_from(joined).where(mine)
    last = _standing(connection.execute(query.order_by(remittances.c.payment_date, claim_payments.c.id)))
    by_id = {row.id: number for number, row in last.items() if row.payment_date is not None}
    found = {
        number: Answered(
            number,
            *(row.status, row.paid_cents, row.patient_cents, row.crossover_payer, row.remarks, row.payer_claim_number),
            *(row.payment_date, [], {}),
        )
        for number, row in last.items()
        if row.id in by_id
    }
    numbers = sa.select(claim_payments.c.id).select_from(joined).where(mine)
    places: dict[tuple[int, int], int] = {}
    wanted = sa.select(line_payments).where(line_payments.c.claim_payment_id.in_(numbers))
    for line in connection.execute(wanted):
        if line.claim_payment_id in by_id:
            places[(line.claim_payment_id, line.line)] = line.claim_line
            lines = found[by_id[line.claim_payment_id]].lines
            before = lines.get(line.claim_line, PaidLine(0))  # a payer may split a line of ours
            cents, units = before.paid_cents + line.paid_cents, before.units + line.units
            lines[line.claim_line] = PaidLine(cents, [], line.code, units)
    reasons = sa.select(adjustments).where(adjustments.c.claim_payment_id.in_(numbers))
    for one in connection.execute(reasons.order_by(adjustments.c.line, adjustments.c.position)):
        if one.claim_payment_id in by_id:
            answer, said = (
                found[by_id[one.claim_payment_id]],
                (one.adjustment_group, one.reason, one.cents, one.quantity),
            )
            if one.line == 0:
                answer.adjustments.append(said)
            else:
                answer.lines[places[(one.claim_payment_id, one.line)]].adjustments.append(said)
    return found


def sent_to(connection: Connection, practice_id: str, month: str, order: int) -> dict[tuple[str, str, str], SentTo]:
    """The last claim to the payer of that order, by patient, program and claim."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == order)
    rows = connection.execute(sa.select(claims).where(mine).order_by(claims.c.version))
    return {
        (r.patient_id, r.program, r.claim): SentTo(r.claim_number, r.version, r.state, r.payer_claim_number)
        for r in rows
    }


def charges(connection: Connection, practice_id: str, month: str) -> dict[str, dict[int, int]]:
    """What each claim of that month charged, line by line."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month)
    numbers = sa.select(claims.c.claim_number).where(mine)
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(
        sa.select(claim_service_lines).where(claim_service_lines.c.claim_number.in_(numbers))
    ):
        found.setdefault(row.claim_number, {})[row.line] = row.charge_cents
    return found


def expected(connection: Connection, practice_id: str, month: str) -> dict[str, dict[str, int]]:
    """What each claim of that month expected, code by code, where it is known."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month)
    numbers = sa.select(claims.c.claim_number).where(mine)
    known = claim_service_lines.c.claim_number.in_(numbers) & claim_service_lines.c.expected_cents.is_not(None)
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(sa.select(claim_service_lines).where(known)):
        of_claim = found.setdefault(row.claim_number, {})
        of_claim[row.code] = of_claim.get(row.code, 0) + row.expected_cents
    return found
