"""To whom payments go: whether the NPI that a remittance names as payee is one of the practice's."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.basis import columns_of_any
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import claim_payments, remittances, suspense_events

OTHER_PAYEE = "other_payee"  # why an answer waits
_NPI = re.compile(r"\d{10}")


def is_anothers(connection: Connection, practice_id: str, payee: str) -> bool:
    """Whether the payee is an NPI that is none of the practice's.

    The practice's are those of its rows and of its practitioners, of any month, and any to which a person gave a
    waiting answer of it. What is no NPI, as a tax number, and what no month is on record for, is nobody else's.
    """
    if not _NPI.fullmatch(payee) or _said_by_person(connection, practice_id, payee):
        return False
    billing = _identifiers(connection, practice_id, "practices", "billing_npi")
    people = _identifiers(connection, practice_id, "practitioners", "npi")
    return payee not in billing | people and any(map(_NPI.fullmatch, billing))


def _identifiers(connection: Connection, practice_id: str, table: str, column: str) -> set[str]:
    """What stands in that column in any month of the practice; tables that are the same are read once."""
    return set(columns_of_any(connection, practice_id, table, [column])[column].dropna())


def posted_before(connection: Connection, claim_number: str, payee: str) -> bool:
    """Whether an answer of that claim whose payment went there is posted."""
    own = (remittances.c.payee_npi == payee, claim_payments.c.claim_number == claim_number)
    return connection.execute(sa.select(claim_payments.c.id).join(remittances).where(*own)).first() is not None


def payees_of(connection: Connection, answers: list[int]) -> dict[int, str]:
    """The payee of each of these answers by its number."""
    found: dict[int, str] = {}
    for start in range(0, len(answers), 500):  # fewer than a statement may have
        mine = claim_payments.c.id.in_(answers[start : start + 500])
        query = sa.select(claim_payments.c.id, remittances.c.payee_npi).join(remittances).where(mine)
        found |= {int(number): payee for number, payee in connection.execute(query)}
    return found


def _said_by_person(connection: Connection, practice_id: str, payee: str) -> bool:
    joined = suspense_events.join(claim_payments, claim_payments.c.id == suspense_events.c.claim_payment_id)
    joined = joined.join(remittances).join(claims, claims.c.claim_number == claim_payments.c.claim_number)
    own = (remittances.c.payee_npi == payee, claims.c.practice_id == practice_id)
    said = suspense_events.c.suspense_reason == OTHER_PAYEE
    return connection.execute(sa.select(suspense_events.c.id).select_from(joined).where(said, *own)).first() is not None
