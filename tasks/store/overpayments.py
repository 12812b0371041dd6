"""Money that has to go back, in the database: cases with their clock, what came back of each, and refunds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.clocks import overpayment_term
from config.errors import InputError
from tasks.store.claim_names import withheld_for
from tasks.store.claim_tables import claims, ledger
from tasks.store.day import today_of
from tasks.store.refunded import into_ledger, not_booked_of
from tasks.store.refused import PATIENT_MONTH
from tasks.store.remit_tables import claim_payments, overpayments, refunds, remittances
from tasks.store.remittances import select
from tasks.store.sent_alone import went_alone

DECIDED = ("decision_changed", "decided_less")
"""Found by a later revision of the month; the others are found when a payer's answer is posted."""

FIRST_TOOK_BACK = "first_payer_took_back"  # what a second payer paid beside it goes back
BESIDE = ("paid_beside_replacement", FIRST_TOOK_BACK)
"""Found of a claim because of another one, whatever its own month bills."""

Key = tuple[str, str, str]  # patient, program, claim
_text, _number, _day = pa.large_string(), pa.int64(), pa.date32()


@dataclass(frozen=True)
class PaidClaim:
    """A claim on which payers paid something, all answers together."""

    claim_number: str
    payer_order: int
    paid_cents: int


def identify(
    connection: Connection, claim_number: str, practice_id: str, why: str, keeps_cents: int, today: date | None
) -> None:
    """What the claim was paid above what may be kept is an open case; none where nothing is above it.

    `why` is voided_after_payment, paid_beside_replacement, paid_twice, first_payer_took_back, decision_changed or
    decided_less. A case that is open keeps the day it was identified; one whose money had come back begins anew today.
    A finding of its own (another reason, or another sum that may be kept) takes the place of the one before.
    """
    paid = _paid(connection, claim_number)
    mine = overpayments.c.claim_number == claim_number
    known = connection.execute(sa.select(overpayments).where(mine)).mappings().one_or_none()
    excess = paid - keeps_cents
    if known is None:
        if excess > 0:
            case = {"claim_number": claim_number, "practice_id": practice_id, "cents": excess, "why": why}
            case |= {"keeps_cents": keeps_cents, "open_cents": excess, "state": "open"}
            connection.execute(sa.insert(overpayments), case | _clock(connection, practice_id, today))
    elif (known["why"], known["keeps_cents"]) == (why, keeps_cents):
        connection.execute(sa.update(overpayments).where(mine).values(cents=max(known["cents"], excess)))
    elif excess > 0:
        found = {"why": why, "keeps_cents": keeps_cents, "cents": excess}
        connection.execute(sa.update(overpayments).where(mine).values(found))
    refresh(connection, [claim_number], today)


def withdraw(connection: Connection, claim_number: str) -> None:
    """The claim's open case is done with, for what is still here may be kept: refunded by what came back, if anything
    did, and else withdrawn. What was refunded and the payer has not booked is not here any more.
    """
    mine = (overpayments.c.claim_number == claim_number) & (overpayments.c.state == "open")
    case = connection.execute(sa.select(overpayments).where(mine)).mappings().one_or_none()
    if case is None:
        return
    paid = _paid(connection, claim_number)
    back = max(case["cents"] + case["keeps_cents"] - paid, case["cents"] - case["open_cents"])
    gone = not_booked_of(paid, case["keeps_cents"], case["open_cents"], _refunded(connection, claim_number))
    kept = {"keeps_cents": paid - gone, "open_cents": 0, "state": "refunded" if back > 0 else "withdrawn"}
    connection.execute(sa.update(overpayments).where(mine).values(kept | ({"cents": back} if back > 0 else {})))


def forget_never_paid(connection: Connection, claim_number: str) -> None:
    """The claim has no case where nothing was ever paid above what may be kept, now that an answer was taken back from
    it; one that stays is about what was."""
    mine = overpayments.c.claim_number == claim_number
    case = connection.execute(sa.select(overpayments).where(mine)).mappings().one_or_none()
    if case is None or case["state"] == "withdrawn":
        return
    over, _ = _over(connection, claim_number, case["keeps_cents"])
    sent_back = withheld_for(connection, claim_number) + _refunded(connection, claim_number)
    if not over and not sent_back:
        connection.execute(sa.delete(overpayments).where(mine))
    elif case["cents"] > max(over, sent_back):
        connection.execute(sa.update(overpayments).where(mine).values(cents=max(over, sent_back)))


def refresh(connection: Connection, claim_numbers: Collection[str], today: date | None) -> None:
    """Each case of these claims says how much is open still, and it is closed when nothing is.

    One that is open again begins today, on its practice's own day where none is given.

    What a payer took back by reversal is no longer paid; what it withheld, and what was refunded, counts besides.
    """
    for number in sorted(claim_numbers):
        mine = overpayments.c.claim_number == number
        case = connection.execute(sa.select(overpayments).where(mine)).mappings().one_or_none()
        if case is None:
            continue
        over, booked = _over(connection, number, case["keeps_cents"])
        sent_back = withheld_for(connection, number) + _refunded(connection, number)
        # A payer that takes a payment back books what it withholds, or was refunded: the same money told twice.
        rest = max(0, over - max(booked, sent_back))
        closed = "withdrawn" if case["state"] == "withdrawn" else "refunded"
        state = {"open_cents": rest, "state": "open" if rest else closed}
        if rest and case["state"] != "open":
            state |= _clock(connection, case["practice_id"], today) | {"cents": max(case["cents"], rest + sent_back)}
        connection.execute(sa.update(overpayments).where(mine).values(state))


def record_refund(
    connection: Connection,
    claim_number: str,
    cents: int,
    refunded: date,
    reference: str,
    recorded_by: str,
    now: datetime,
) -> tuple[bool, int]:
    """The refund is on record and taken off its case, whether it is new, and what is open still.

    The same refund a second time changes nothing. InputError when the claim has no case, when the reference stands
    for another refund of it, or when it is more than what is open.
    """
    mine = overpayments.c.claim_number == claim_number
    case = connection.execute(sa.select(overpayments).where(mine)).mappings().one_or_none()
    if case is None:
        raise InputError(f"Claim {claim_number} has no overpayment; those that have one stand in overpayments.csv.")
    same = (refunds.c.claim_number == claim_number) & (refunds.c.reference == reference)
    known = connection.execute(sa.select(refunds.c.cents, refunds.c.refunded_date).where(same)).one_or_none()
    if known is not None:
        if tuple(known) == (cents, refunded):
            return False, int(case["open_cents"])
        raise InputError(
            f"Refund {reference} of claim {claim_number} is on record with {_dollars(known.cents)} of "
            f"{known.refunded_date}; a second one needs a reference of its own."
        )
    if cents > case["open_cents"]:
        raise InputError(
            f"Of claim {claim_number} {_dollars(case['open_cents'])} is open, less than {_dollars(cents)}; record the "
            "part that is for this claim."
        )
    row = {"claim_number": claim_number, "reference": reference, "cents": cents, "refunded_date": refunded}
    connection.execute(sa.insert(refunds), row | {"recorded_by": recorded_by, "recorded_at": now})
    refresh(connection, [claim_number], refunded)
    into_ledger(connection, sa.select(sa.literal(claim_number)))
    return True, int(connection.execute(sa.select(overpayments.c.open_cents).where(mine)).scalar_one())


def of_asked(connection: Connection) -> dict[str, str]:
    """Of the asked claims, those with a case, and why it was opened."""
    query = (
        "SELECT o.claim_number, o.why FROM overpayments AS o JOIN asked_claims AS a ON a.claim_number = o.claim_number"
    )
    return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def decided_of_month(connection: Connection, practice_id: str, month: str) -> dict[str, tuple[Key, bool]]:
    """The claims of that month with an open case that a revision found: what each is about, and whether it stands.

    So has a claim of which the payer refused the void, where the month is billed by it: it was not voided after its
    payment. A later payer's goes with the first's.
    """
    joined = sa.join(overpayments, claims, overpayments.c.claim_number == claims.c.claim_number)
    first = claims.alias()
    same = sa.and_(*(first.c[name] == claims.c[name] for name in (*PATIENT_MONTH, "version")))
    joined = joined.outerjoin(first, same & (first.c.payer_order == 1))
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (overpayments.c.state == "open")
    heads = (claims.c.claim_number, claims.c.patient_id, claims.c.program, claims.c.claim, claims.c.state)
    gone = ("replaced", "voided")
    stands = first.c.claim_number.in_(sa.select(ledger.c.claim_number)) | went_alone(first)
    not_voided = (overpayments.c.why == "voided_after_payment") & claims.c.state.not_in(gone)
    not_voided &= first.c.state.not_in(gone) & stands
    decided = sa.or_(overpayments.c.why.in_(DECIDED), not_voided)
    rows = connection.execute(sa.select(*heads).select_from(joined).where(mine & decided))
    return {row.claim_number: ((row.patient_id, row.program, row.claim), row.state not in gone) for row in rows}


def cases_of_month(connection: Connection, practice_id: str, month: str, but: str = "") -> dict[str, bool]:
    """The claims of that month with a case, `but` those of that reason, and whether all that was paid came back."""
    joined = sa.join(overpayments, claims, overpayments.c.claim_number == claims.c.claim_number)
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (overpayments.c.why != but)
    asked = (overpayments.c.claim_number, overpayments.c.state, overpayments.c.keeps_cents)
    rows = connection.execute(sa.select(*asked).select_from(joined).where(mine))
    return {row.claim_number: row.state == "refunded" and row.keeps_cents == 0 for row in rows}


def owed_beside(connection: Connection, practice_id: str, month: str) -> set[str]:
    """The claims of that month of which all is owed back as they were voided, or because of another claim or payer."""
    joined = sa.join(overpayments, claims, overpayments.c.claim_number == claims.c.claim_number)
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (overpayments.c.state == "open")
    mine &= overpayments.c.why.in_((*BESIDE, "voided_after_payment")) & (overpayments.c.keeps_cents == 0)
    return set(connection.execute(sa.select(claims.c.claim_number).select_from(joined).where(mine)).scalars())


def paid_of_month(connection: Connection, practice_id: str, month: str) -> dict[Key, list[PaidClaim]]:
    """The claims of that month on which something was paid, by patient, program and claim, first payers' first."""
    joined = sa.join(claim_payments, claims, claim_payments.c.claim_number == claims.c.claim_number)
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month)
    heads = (claims.c.patient_id, claims.c.program, claims.c.claim, claims.c.claim_number, claims.c.payer_order)
    paid = sa.func.sum(claim_payments.c.paid_cents)
    query = sa.select(*heads, claims.c.version, paid).select_from(joined).where(mine)
    query = query.group_by(*heads, claims.c.version).order_by(claims.c.payer_order, claims.c.version)
    found: dict[Key, list[PaidClaim]] = {}
    for patient, program, claim, number, order, _, cents in connection.execute(query.having(paid > 0)):
        found.setdefault((patient, program, claim), []).append(PaidClaim(number, int(order), int(cents)))
    return found


def of_practice(connection: Connection, practice_id: str) -> pd.DataFrame:
    """The practice's overpayments with what came back of each and its term, those that are due first before others."""
    columns = {"claim_number": _text, "practice_id": _text, "cents": _number, "open_cents": _number, "why": _text}
    columns |= {"state": _text, "identified_date": _day, "due_date": _day}
    found = select(connection, columns, "overpayments", "state, due_date, claim_number")
    found = found[found["practice_id"] == practice_id].reset_index(drop=True)
    terms = [overpayment_term(day.date()).identified for day in found["identified_date"]]
    returned = (found["cents"] - found["open_cents"]).mask(found["state"] == "withdrawn", 0)
    return found.assign(returned_cents=returned, term=pd.Series(terms, dtype="str"))


def _paid(connection: Connection, claim_number: str) -> int:
    mine = claim_payments.c.claim_number == claim_number
    return int(connection.execute(sa.select(sa.func.sum(claim_payments.c.paid_cents)).where(mine)).scalar() or 0)


def _over(connection: Connection, claim_number: str, keeps_cents: int) -> tuple[int, int]:
    """What was ever paid above what may be kept, payment by payment, and what payers booked back of it."""
    paid = claim_payments.join(remittances, remittances.c.id == claim_payments.c.remittance_id)
    query = sa.select(remittances.c.payment_date, remittances.c.id, sa.func.sum(claim_payments.c.paid_cents))
    query = query.select_from(paid).where(claim_payments.c.claim_number == claim_number)
    rows = connection.execute(query.group_by(remittances.c.payment_date, remittances.c.id))
    total, before, over, booked = 0, 0, 0, 0
    for _, _, cents in sorted(rows, key=lambda row: (row[0] or date.min, row[1])):
        total += int(cents)
        above = max(0, total - keeps_cents)
        over, booked, before = over + max(0, above - before), booked + max(0, before - above), above
    return over, booked


def _refunded(connection: Connection, claim_number: str) -> int:
    query = sa.select(sa.func.sum(refunds.c.cents)).where(refunds.c.claim_number == claim_number)
    return int(connection.execute(query).scalar() or 0)


def _clock(connection: Connection, practice_id: str, today: date | None) -> dict[str, date]:
    day = today or today_of(connection, practice_id)
    return {"identified_date": day, "due_date": day + timedelta(days=overpayment_term(day).days)}


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
