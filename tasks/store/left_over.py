"""Payments left over: of months that were voided, and of second payers after the first took its own back."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from tasks.store.ledger import VOID
from tasks.store.refused import same
from tasks.store.standing import FORWARDED_UNSEEN, REVERSED

_TAKEN_BACK = (
    f"EXISTS (SELECT 1 FROM claim_payments AS p WHERE p.claim_number = c.claim_number AND p.status = '{REVERSED}')"
)


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
        f" WHERE {_TAKEN_BACK}"
        " AND o.claim_number NOT IN (SELECT claim_number FROM asked_claims)"
    )


def without_first(connection: Connection) -> set[str]:
    """Of the asked claims, those to a second payer whose first took its payment back and allows nothing of the month.

    What the second paid later than the first's last word it paid knowing that.
    """
    day = (
        "(SELECT MAX(r.payment_date) FROM claim_payments AS p JOIN remittances AS r ON r.id = p.remittance_id"
        " WHERE p.claim_number = {}.claim_number{})"
    )
    knew = f"{day.format('d', ' AND p.paid_cents > 0')} > {day.format('c', '')}"
    # That the first payer's claim was sent again, or corrected, is no payment: only the answer to that is. What went
    # out alone beside it (paid, and not in the ledger) is about other lines.
    paid_again = (
        f"EXISTS (SELECT 1 FROM claims AS n WHERE {same('n', 'c')} AND n.payer_order = 1 AND (n.state = 'replaced'"
        f" OR n.claim_number IN (SELECT l.claim_number FROM ledger AS l WHERE {same('l', 'n')}))"
        f" AND {_left('n', ' AND (p.paid_cents > 0 OR p.patient_cents > 0)')} > 0)"
    )
    query = (
        "SELECT d.claim_number FROM asked_claims AS a JOIN claims AS d ON d.claim_number = a.claim_number"
        f" JOIN claims AS c ON {same('c', 'd')} AND c.version = d.version AND c.payer_order = 1"
        f" WHERE d.payer_order > 1 AND {_TAKEN_BACK}"
        f" AND (c.state = 'reversed' OR (c.state = 'denied' AND NOT {knew})"
        f" OR (c.state = 'replaced' AND NOT {paid_again} AND NOT ({_left('c')} > 0 AND {knew})))"
    )
    return {row[0] for row in connection.exec_driver_sql(query)}


def _left(claim: str, which: str = "") -> str:
    """How many of those answers no reversal took away, of a first payer's claim."""
    return (
        f"(SELECT COALESCE(SUM(CASE WHEN p.status = '{REVERSED}' THEN -1 WHEN p.status <> '{FORWARDED_UNSEEN}'{which}"
        f" THEN 1 ELSE 0 END), 0) FROM claim_payments AS p WHERE p.claim_number = {claim}.claim_number"
        " AND p.payer_order <= 1)"
    )
