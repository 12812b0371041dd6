"""Answers that fit no claim yet: what waits, what leaves, and the whole list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims
from tasks.store.remit_tables import (
    claim_payments,
    line_payments,
    remittance_files,
    remittances,
    suspense_events,
)
from tasks.store.remittances import ANSWERS, DAY, NUMBER, TEXT, select


@dataclass(frozen=True)
class Waiting:
    """One answer, waiting or not: the claim it stands on, the one that the payer wrote, and why it waits."""

    claim_number: str
    control_number: str
    charge_cents: int
    reason: str


@dataclass(frozen=True)
class Source:
    """From where an answer came: its payer, its payment, its place in that, and the file as it came."""

    payer_id: str
    payer_name: str
    payment_key: str
    position: int
    file_name: str
    content: bytes


@dataclass(frozen=True)
class Billed:
    """To whom a claim went, and for which days."""

    payer_id: str
    payer_name: str
    service_dates: frozenset[date]


def source(connection: Connection, number: int) -> Source:
    """Where the answer of that number came from; there is one."""
    payment, file = remittances.c, remittance_files.c
    query = sa.select(
        payment.payer_id, payment.payer_name, payment.payment_key, claim_payments.c.position, file.file_name,
        file.content,
    ).select_from(claim_payments.join(remittances).join(remittance_files))  # fmt: skip
    return Source(*connection.execute(query.where(claim_payments.c.id == number)).one())


def billed(connection: Connection, claim_number: str) -> Billed:
    """To whom the claim of that number went, and for which days; there is one."""
    head = sa.select(claims.c.payer_id, claims.c.payer_name).where(claims.c.claim_number == claim_number)
    of_lines = claim_service_lines.c.claim_number == claim_number
    days = connection.execute(sa.select(claim_service_lines.c.service_date).where(of_lines)).scalars()
    payer_id, name = connection.execute(head).one()
    return Billed(payer_id, name, frozenset(days))


def answered_for(connection: Connection, payer_id: str) -> set[str]:
    """The payers to whom the claims went that this one, as remittances call it, answered by their numbers and in their
    place of the order."""
    by_hand = sa.select(suspense_events.c.claim_payment_id)
    own = (remittances.c.payer_id == payer_id) & (claim_payments.c.payer_order.in_((0, claims.c.payer_order)))
    joined = claim_payments.join(remittances).join(claims, claims.c.claim_number == claim_payments.c.claim_number)
    query = sa.select(claims.c.payer_id).select_from(joined).where(own & claim_payments.c.id.not_in(by_hand))
    return set(connection.execute(query.distinct()).scalars())


def answer(connection: Connection, number: int) -> Waiting | None:
    """The answer of that number, if it waits or was assigned by a person."""
    table = claim_payments.c
    query = sa.select(table.claim_number, table.control_number, table.charge_cents, table.suspense_reason)
    row = connection.execute(query.where(table.id == number)).one_or_none()
    if row is None or (row.claim_number and not _was_assigned(connection, number)):
        return None
    return Waiting(*row)


def _was_assigned(connection: Connection, number: int) -> bool:
    mine = suspense_events.c.claim_payment_id == number
    return connection.execute(sa.select(suspense_events.c.id).where(mine).limit(1)).scalar() is not None


def tell_assigned(
    connection: Connection, number: int, claim_number: str, reason: str, by: str, note: str, now: datetime
) -> None:
    """History says who gave the answer to the claim, when, and why."""
    row = {"claim_payment_id": number, "claim_number": claim_number, "suspense_reason": reason}
    connection.execute(sa.insert(suspense_events), row | {"assigned_by": by, "note": note, "at": now})


def in_suspense(connection: Connection, reasons: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers that wait for one of these reasons, and their lines with `answer`, the place of their answer."""
    wanted = ", ".join(f"'{reason}'" for reason in reasons)
    return _answers(connection, f"p.suspense_reason IN ({wanted})")


def of_number(connection: Connection, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What in_suspense gives, of the one waiting answer of that number."""
    return _answers(connection, f"p.id = {int(number)}")


def _answers(connection: Connection, which: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ("id", "control_number", "status", "charge_cents")
    source = f"claim_payments AS p WHERE p.claim_number = '' AND {which}"
    kinds = {"p.id": NUMBER, "p.control_number": TEXT, "p.status": TEXT, "p.charge_cents": NUMBER}
    answers = select(connection, kinds, source, "p.id")[list(columns)]
    of_line = {"l.claim_payment_id": NUMBER, "l.line": NUMBER, "l.code": TEXT, "l.modifiers": TEXT}
    both = source.replace("WHERE", "JOIN line_payments AS l ON l.claim_payment_id = p.id WHERE")
    lines = select(connection, of_line, both, "l.claim_payment_id, l.line")
    place = pd.Series(answers.index, index=answers["id"])
    return answers, lines.assign(
        answer=place.reindex(lines["claim_payment_id"]).to_numpy(), submitted_code="", our_line=""
    )


def leave_suspense(connection: Connection, answers: pd.DataFrame, lines: pd.DataFrame) -> None:
    """These answers are those of `claim_number`, their lines those of `claim_line`.

    A file of which none waits any more is posted.
    """
    if answers.empty:
        return
    change = sa.update(claim_payments).where(claim_payments.c.id == sa.bindparam("which"))
    rows = [
        {"which": int(key), "ours": number} for key, number in answers[["id", "claim_number"]].itertuples(index=False)
    ]
    connection.execute(change.values(claim_number=sa.bindparam("ours"), suspense_reason=""), rows)
    connection.exec_driver_sql(
        "UPDATE remittance_files SET state = 'posted' WHERE state = 'posted_in_part' AND NOT EXISTS (SELECT 1"
        " FROM remittances AS r JOIN claim_payments AS p ON p.remittance_id = r.id"
        " WHERE r.digest = remittance_files.digest AND p.claim_number = '')"
    )
    mine = lines[lines["claim_payment_id"].isin(answers["id"])]
    if mine.empty:
        return
    key = (line_payments.c.claim_payment_id == sa.bindparam("which"), line_payments.c.line == sa.bindparam("what"))
    places = mine[["claim_payment_id", "line", "claim_line"]].astype("int64").to_numpy().tolist()
    connection.execute(
        sa.update(line_payments).where(*key).values(claim_line=sa.bindparam("ours")),
        [{"which": answer, "what": line, "ours": ours} for answer, line, ours in places],
    )


def waiting(connection: Connection) -> pd.DataFrame:
    """Every answer in suspense, with its payment and file."""
    columns = {
        "p.id AS number": NUMBER, "f.file_name": TEXT, "p.position": NUMBER, "r.trace_number": TEXT,
        "r.payer_name": TEXT, "r.payment_date": DAY, "p.control_number": TEXT, "p.payer_claim_number": TEXT,
        "p.status": TEXT, "p.charge_cents": NUMBER, "p.paid_cents": NUMBER, "p.suspense_reason": TEXT,
    }  # fmt: skip
    source = f"{ANSWERS} JOIN remittance_files AS f ON f.digest = r.digest WHERE p.claim_number = ''"
    return select(connection, columns, source, "p.id")
