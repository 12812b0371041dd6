"""What became of one decided patient-month: the moves of its month, its claims, and what payers answered to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store import month_life
from tasks.store.claims import sent_claims
from tasks.store.month_life import Move
from tasks.store.records import Cycle
from tasks.store.remit_tables import adjustments, claim_payments, denials, overpayments, refunds, remittances

Row = dict[str, Any]


@dataclass(frozen=True)
class Afterwards:
    """The month's moves in their order, and of one patient its claims, the answers to them with what they took off,
    the denials, the money to return and what was returned of it."""

    moves: Sequence[Move]
    claims: Sequence[Row]
    answers: Sequence[Row]
    adjustments: Sequence[Row]
    denials: Sequence[Row]
    overpayments: Sequence[Row]
    refunds: Sequence[Row]


def afterwards(connection: Connection, cycle: Cycle, patient_id: str) -> Afterwards:
    """What became of that patient's month, whichever of its revisions a claim came of."""
    whose = cycle.practice_id, str(cycle.month)
    claims = sent_claims(connection, *whose, patient_id)
    numbers = [one["claim_number"] for one in claims]
    paid = sa.join(claim_payments, remittances, claim_payments.c.remittance_id == remittances.c.id)
    payment = remittances.c.payer_name, remittances.c.payment_date, remittances.c.trace_number
    query = sa.select(claim_payments, *payment).select_from(paid).where(claim_payments.c.claim_number.in_(numbers))
    answers = _rows(connection, query.order_by(claim_payments.c.id))
    off = adjustments.c.claim_payment_id.in_([one["id"] for one in answers])
    return Afterwards(
        month_life.history(connection, *whose), claims, answers,
        _rows(connection, sa.select(adjustments).where(off).order_by(*adjustments.primary_key.columns)),
        *(_of(connection, table, numbers) for table in (denials, overpayments, refunds)),
    )  # fmt: skip


def _of(connection: Connection, table: sa.Table, numbers: Sequence[str]) -> list[Row]:
    mine = sa.select(table).where(table.c.claim_number.in_(numbers))
    return _rows(connection, mine.order_by(*table.primary_key.columns))


def _rows(connection: Connection, query: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]
