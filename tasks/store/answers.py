"""What the first payer answered, as the second one has to be told; and money that has to go back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.remit_tables import adjustments, claim_payments, line_payments, remittances
from tasks.store.standing import EXACT_DUPLICATE, REVERSED, ordered


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
    payer_name: str
    paid_cents: int


def answers(connection: Connection, practice_id: str, month: str) -> dict[str, Answered]:
    """The first payer's answer that stands to each claim of that month that went to it, by claim number."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    joined = claim_payments.join(claims, claim_payments.c.claim_number == claims.c.claim_number)
    joined = joined.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    query = sa.select(claim_payments, remittances.c.payer_id, remittances.c.payment_date).select_from(joined)
    rows = {row.id: row for row in connection.execute(query.where(mine).order_by(claim_payments.c.id))}
    if not rows:
        return {}
    found: dict[str, Answered] = {}
    by_id: dict[int, Answered] = {}
    for number in first_payers(connection, rows.values()):
        row = rows[number]
        said = (row.status, row.paid_cents, row.patient_cents, row.crossover_payer, row.remarks)
        last = Answered(row.claim_number, *said, row.payer_claim_number, row.payment_date, [], {})
        found[row.claim_number] = by_id[number] = last
    numbers = sa.select(claim_payments.c.id).select_from(joined).where(mine)
    places: dict[tuple[int, int], int] = {}
    wanted = sa.select(line_payments).where(line_payments.c.claim_payment_id.in_(numbers))
    for line in connection.execute(wanted):
        if line.claim_payment_id in by_id:
            places[(line.claim_payment_id, line.line)] = line.claim_line
            lines = by_id[line.claim_payment_id].lines
            before = lines.get(line.claim_line, PaidLine(0))  # a payer may split a line of ours
            cents, units = before.paid_cents + line.paid_cents, before.units + line.units
            lines[line.claim_line] = PaidLine(cents, [], line.code, units)
    reasons = sa.select(adjustments).where(adjustments.c.claim_payment_id.in_(numbers))
    for one in connection.execute(reasons.order_by(adjustments.c.line, adjustments.c.position)):
        if one.claim_payment_id in by_id:
            answer, told = by_id[one.claim_payment_id], (one.adjustment_group, one.reason, one.cents, one.quantity)
            if one.line == 0:
                answer.adjustments.append(told)
            else:
                answer.lines[places[(one.claim_payment_id, one.line)]].adjustments.append(told)
    return found


def first_payers(connection: Connection, rows: Iterable[sa.Row[Any]]) -> list[int]:
    """The dated answers of first payers that stand, by their id; the last one of each claim."""
    stands = _of_first(connection, rows)
    stands = stands[stands["standing"] & stands["payment_date"].notna()]
    return stands.drop_duplicates("claim_number", keep="last")["id"].astype("int64").tolist()


def _of_first(connection: Connection, rows: Iterable[sa.Row[Any]]) -> pd.DataFrame:
    """The answers of first payers among these of claims to first payers, in order, with which of them stand."""
    names = ["id", "claim_number", "status", "payer_order", "payer_id", "payment_date", "paid_cents"]
    frame = pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)
    frame["payment_date"] = pd.to_datetime(frame["payment_date"])
    firsts = frame[["claim_number"]].drop_duplicates().assign(payer_order=1)
    its = adjustments.c.claim_payment_id == claim_payments.c.id
    told = sa.select(claim_payments.c.claim_number).join(adjustments, its)
    told = told.where(adjustments.c.reason == EXACT_DUPLICATE)  # rare: only then it matters what else was said
    names = ["claim_payment_id", "adjustment_group", "reason", "cents"]
    reasons = sa.select(*(adjustments.c[name] for name in names)).join(claim_payments, its)
    said = connection.execute(reasons.where(claim_payments.c.claim_number.in_(told))).all()
    found = ordered(frame, firsts, pd.DataFrame(said, columns=names))
    return found[found["payer_order"] == 1]


def days_taken_back(connection: Connection, practice_id: str, month: str) -> dict[str, date]:
    """The day of the first payer's last reversal of each claim of that month of which it took all back: none of its
    answers stands, and they sum to nought, whatever a second payer paid."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    joined = claim_payments.join(claims, claim_payments.c.claim_number == claims.c.claim_number)
    joined = joined.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    ever = sa.select(claim_payments.c.claim_number).where(claim_payments.c.status == REVERSED)
    query = sa.select(claim_payments, remittances.c.payer_id, remittances.c.payment_date).select_from(joined)
    rows = connection.execute(query.where(mine & claims.c.claim_number.in_(ever))).all()
    if not rows:
        return {}
    said = _of_first(connection, rows)
    dated = said[(said["status"] == REVERSED) & said["payment_date"].notna()]
    of_claim = said.groupby("claim_number")
    nothing_left = ~of_claim["standing"].any() & (of_claim["paid_cents"].sum() == 0)
    last = dated.groupby("claim_number")["payment_date"].max()
    return {str(number): day.date() for number, day in last.items() if nothing_left[number]}


def heard_of_later(connection: Connection, practice_id: str, month: str) -> set[str]:
    """The claims of that month to first payers to which another payer has answered too, as one that they were handed on
    to; its answer under such a number that waits in suspense counts, so that nothing is billed beside it.

    What the first payer says besides is no such answer, whichever of its contractors says it.
    """
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    joined = claim_payments.join(claims, claim_payments.c.claim_number == claims.c.claim_number)
    joined = joined.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    order, payer = claim_payments.c.payer_order, remittances.c.payer_id
    # A denial or reversal does not say which payer it is of: of the first, where that said so elsewhere.
    unsaid = sa.case(((order == 0) & ~_said(payer, (1,)), payer))
    payers = sa.func.count(sa.distinct(unsaid)) + sa.func.max(sa.case((order == 1, 1), else_=0))
    query = sa.select(claims.c.claim_number).select_from(joined).where(mine).group_by(claims.c.claim_number)
    found = set(connection.execute(query.having(sa.or_(payers > 1, sa.func.max(order) > 1))).scalars())
    waits = claim_payments.join(claims, claim_payments.c.control_number == claims.c.claim_number)
    waits = waits.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    waiting = mine & (claim_payments.c.claim_number == "") & ((order > 1) | ~_said(payer, (0, 1)))
    return found | set(connection.execute(sa.select(claims.c.claim_number).select_from(waits).where(waiting)).scalars())


def _said(payer: sa.Column[str], orders: tuple[int, ...]) -> sa.Exists:
    """Whether that payer has answered the claim at hand as one of these orders."""
    other, paid = claim_payments.alias(), remittances.alias()
    of_payer = (other.c.claim_number == claims.c.claim_number) & (paid.c.payer_id == payer)
    query = sa.select(other.c.id).join(paid, paid.c.id == other.c.remittance_id)
    return sa.exists(query.where(of_payer & other.c.payer_order.in_(orders)))


def sent_to(
    connection: Connection, practice_id: str, month: str, order: int
) -> dict[tuple[str, str, str], list[SentTo]]:
    """The claims to the payer of that order by patient, program and claim, in the order of their versions, each with
    what was paid on it."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == order)
    its = claim_payments.c.claim_number == claims.c.claim_number
    paid = sa.select(sa.func.coalesce(sa.func.sum(claim_payments.c.paid_cents), 0)).where(its).scalar_subquery()
    rows = connection.execute(sa.select(claims, paid.label("paid")).where(mine).order_by(claims.c.version))
    found: dict[tuple[str, str, str], list[SentTo]] = {}
    for r in rows:
        one = SentTo(r.claim_number, r.version, r.state, r.payer_claim_number, r.payer_name, int(r.paid))
        found.setdefault((r.patient_id, r.program, r.claim), []).append(one)
    return found


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
