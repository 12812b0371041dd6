"""Payments left over: of months that were voided, and of second payers after the first took its own back."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from tasks.store.ledger import VOID
from tasks.store.refused import same


def paid_after_all(connection: Connection) -> dict[str, str]:
    """Of the asked claims, those that are allowed although nothing of their month is to be billed, and why their money
    is not kept: lines that went alone, and second payers', beside a claim that was voided or is owed back whole.
    """
    query = (
        "SELECT c.claim_number, s.frequency FROM asked_claims AS a JOIN claims AS c ON c.claim_number = a.claim_number"
        f" JOIN ledger AS l ON {same('l', 'c')} JOIN claims AS s ON s.claim_number = l.claim_number"
        " LEFT JOIN overpayments AS o ON o.claim_number = s.claim_number"
        " WHERE c.state IN ('paid', 'part_paid') AND c.claim_number <> s.claim_number"
        f" AND (s.frequency = '{VOID}'"
        " OR (o.why = 'decision_changed' AND o.keeps_cents = 0 AND o.state <> 'withdrawn'))"
    )
    whys = {VOID: "voided_after_payment"}
    return {number: whys.get(frequency, "decision_changed") for number, frequency in connection.exec_driver_sql(query)}


def ask_also_for_second(connection: Connection) -> None:
    """Where the first payer of an asked claim ever took a payment back, the second's claim is asked for too."""
    connection.exec_driver_sql(
        "INSERT INTO asked_claims SELECT DISTINCT o.claim_number FROM asked_claims AS a"
        " JOIN claims AS c ON c.claim_number = a.claim_number"
        f" JOIN claims AS o ON {same('o', 'c')} AND o.version = c.version AND o.payer_order > c.payer_order"
        " WHERE EXISTS (SELECT 1 FROM claim_payments AS p WHERE p.claim_number = c.claim_number AND p.status = '22')"
        " AND o.claim_number NOT IN (SELECT claim_number FROM asked_claims)"
    )


def without_first(connection: Connection) -> set[str]:
    """Of the asked claims, those to a second payer whose first took its payment back and allowed nothing since.

    What the second paid later than the first's last word it paid knowing that.
    """
    day = (
        "(SELECT MAX(r.payment_date) FROM claim_payments AS p JOIN remittances AS r ON r.id = p.remittance_id"
        " WHERE p.claim_number = {}.claim_number)"
    )
    query = (
        "SELECT d.claim_number FROM asked_claims AS a JOIN claims AS d ON d.claim_number = a.claim_number"
        f" JOIN claims AS c ON {same('c', 'd')} AND c.version = d.version AND c.payer_order = 1"
        " WHERE d.payer_order > 1 AND EXISTS"
        " (SELECT 1 FROM claim_payments AS p WHERE p.claim_number = c.claim_number AND p.status = '22')"
        f" AND (c.state = 'reversed' OR (c.state = 'denied' AND {day.format('d')} <= {day.format('c')}))"
    )
    return {row[0] for row in connection.exec_driver_sql(query)}
