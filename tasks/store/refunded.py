"""Refunds that the payer has not booked: its answers say that the money is still paid, and it is not here any more."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claims, ledger
from tasks.store.refused import PATIENT_MONTH
from tasks.store.remit_tables import claim_payments, overpayments, refunds


def not_booked(connection: Connection) -> dict[str, int]:
    """What was refunded of each claim and its payer has not taken off, in cents; without claims that have none such."""
    sums = sa.select(refunds.c.claim_number, sa.func.sum(refunds.c.cents).label("cents"))
    given = sums.group_by(refunds.c.claim_number).subquery()
    columns = (overpayments.c.claim_number, overpayments.c.keeps_cents, overpayments.c.open_cents, given.c.cents)
    joined = overpayments.join(given, given.c.claim_number == overpayments.c.claim_number)
    query = sa.select(*columns, _paid(overpayments)).select_from(joined)
    found = {}
    for number, keeps, left, back, cents in connection.execute(query):
        if unbooked := not_booked_of(int(cents), keeps, left, int(back)):
            found[number] = unbooked
    return found


def not_booked_of(paid: int, keeps: int, left: int, back: int) -> int:
    """Of one claim what was refunded and its payer has not taken off, in cents.

    What is paid above what may be kept and is not open came back; so much of it as was refunded, by refund.
    """
    return max(0, min(back, paid - keeps - left))


def into_ledger(connection: Connection, asked: sa.Select[tuple[str]]) -> None:
    """Of the patient-months of the claims asked for, what is paid of each that has a refund is what its payers' answers
    say, less what they have not booked of it; call it after their overpayments are refreshed.
    """
    unbooked = not_booked(connection)
    keys = [claims.c[name] for name in PATIENT_MONTH]
    one = claims.alias()
    of_asked = sa.and_(*(one.c[name] == claims.c[name] for name in PATIENT_MONTH), one.c.claim_number.in_(asked))
    given = claims.c.claim_number.in_(sa.select(refunds.c.claim_number))
    whose = sa.select(*keys).where(given, sa.exists().where(of_asked)).distinct().subquery()
    months = claims.join(whose, sa.and_(*(claims.c[name] == whose.c[name] for name in PATIENT_MONTH)))
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for row in connection.execute(sa.select(claims.c.claim_number, _paid(claims), *keys).select_from(months)):
        key: tuple[str, ...] = tuple(row[2:])
        sums[key] += int(row[1]) - unbooked.get(row[0], 0)
    for key, cents in sums.items():
        mine = sa.and_(*(ledger.c[name] == value for name, value in zip(PATIENT_MONTH, key, strict=True)))
        connection.execute(sa.update(ledger).where(mine).values(paid_cents=cents))


def _paid(table: sa.Table) -> sa.ScalarSelect[int]:
    """What payers' answers say is paid of the claim in a row of the table."""
    paid = sa.select(sa.func.coalesce(sa.func.sum(claim_payments.c.paid_cents), 0))
    return paid.where(claim_payments.c.claim_number == table.c.claim_number).scalar_subquery()
