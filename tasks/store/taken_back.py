"""Answers given to a claim by hand and taken back from it: what that had changed, and what was done since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_files, claims
from tasks.store.remit_tables import (
    claim_payments,
    denial_events,
    denials,
    line_payments,
    refunds,
    remittance_files,
    remittances,
    suspense_events,
)

KEYS = ("practice_id", "patient_id", "month", "program", "claim")
WORKED = ("resent", "appealed", "accepted")


@dataclass(frozen=True)
class Given:
    """An answer, the claim that a person gave it to (none where it was taken back since), why it had waited, and
    when it was given."""

    number: int
    claim_number: str
    suspense_reason: str
    at: datetime


def given(connection: Connection, number: int) -> Given | None:
    """The answer of that number as a person left it last; None where no person ever gave it to a claim, or where its
    payer's number found its claim afterwards."""
    event = suspense_events.c
    query = sa.select(event.claim_number, event.suspense_reason, event.at).where(event.claim_payment_id == number)
    last = connection.execute(query.order_by(event.id.desc()).limit(1)).one_or_none()
    mine = sa.select(claim_payments.c.claim_number).where(claim_payments.c.id == number)
    stands = connection.execute(mine).scalar_one_or_none()
    return Given(number, *last) if last is not None and last.claim_number == stands else None


def refunded_since(connection: Connection, answer: Given) -> str:
    """The reference of a refund of the claim that was recorded since; empty where there is none."""
    mine = (refunds.c.claim_number == answer.claim_number) & (refunds.c.recorded_at >= answer.at)
    query = sa.select(refunds.c.reference).where(mine).order_by(refunds.c.recorded_at).limit(1)
    return connection.execute(query).scalar() or ""


def worked_on_since(connection: Connection, answer: Given) -> tuple[int, str] | None:
    """The line and state of a denial of the answer that a person works on; None where there is none."""
    mine = (denials.c.claim_payment_id == answer.number) & denials.c.state.in_(WORKED)
    row = connection.execute(sa.select(denials.c.line, denials.c.state).where(mine).limit(1)).one_or_none()
    return (int(row.line), str(row.state)) if row else None


def written_since(connection: Connection, answer: Given) -> str:
    """The number of a claim of the same patient-month that was written since and stands; empty where there is none."""
    other = claims.alias()
    same = sa.and_(*(other.c[name] == claims.c[name] for name in KEYS))
    later = (other.c.claim_number != claims.c.claim_number) & (other.c.state != "voided")
    joined = claims.join(other, same & later).join(claim_files, claim_files.c.control_number == other.c.control_number)
    mine = (claims.c.claim_number == answer.claim_number) & (claim_files.c.created_at >= answer.at)
    query = sa.select(other.c.claim_number).select_from(joined).where(mine).order_by(other.c.claim_number)
    return connection.execute(query.limit(1)).scalar() or ""


def moved_denials(connection: Connection, answer: Given) -> pd.DataFrame:
    """The lines whose denial was moved when the answer was given and not since, with the state of before.

    What settling does on that occasion has the very instant of it in the history.
    """
    event, before, later = denial_events, denial_events.alias(), denial_events.alias()
    same = [
        (other.c.claim_number == event.c.claim_number) & (other.c.line == event.c.line) for other in (before, later)
    ]
    state = sa.select(before.c.state).where(same[0] & (before.c.id < event.c.id)).order_by(before.c.id.desc()).limit(1)
    since = sa.exists().where(same[1] & (later.c.id > event.c.id))
    query = sa.select(event.c.claim_number, event.c.line, state.scalar_subquery().label("state"))
    rows = connection.execute(query.where((event.c.at == answer.at) & ~since)).all()
    found = pd.DataFrame(rows, columns=["claim_number", "line", "state"])
    return found[found["state"].notna()].reset_index(drop=True)


def denials_of(connection: Connection, number: int) -> pd.DataFrame:
    """The denials that stand by that answer, with its payer."""
    joined = denials.join(claim_payments, claim_payments.c.id == denials.c.claim_payment_id).join(remittances)
    query = sa.select(denials, remittances.c.payer_id).select_from(joined)
    rows = connection.execute(query.where(denials.c.claim_payment_id == number)).mappings().all()
    return pd.DataFrame(rows, columns=[*denials.c.keys(), "payer_id"])


def close_denials(connection: Connection, rows: pd.DataFrame, note: str, now: datetime) -> None:
    """These denials are not there any more; their history stays and says why."""
    for row in rows.to_dict("records"):
        key = {"claim_number": row["claim_number"], "line": int(row["line"])}
        connection.execute(sa.delete(denials).where(*(denials.c[name] == value for name, value in key.items())))
        connection.execute(sa.insert(denial_events), key | {"state": "taken back", "note": note, "at": now})


def back_to_suspense(connection: Connection, answer: Given, by: str, note: str, now: datetime) -> None:
    """The answer waits as it did, its file is posted in part, its claim has no number of it, and history says who did
    it and why."""
    mine = claim_payments.c.id == answer.number
    theirs = connection.execute(sa.select(claim_payments.c.payer_claim_number).where(mine)).scalar_one()
    change = {"claim_number": "", "suspense_reason": answer.suspense_reason}
    connection.execute(sa.update(claim_payments).where(mine).values(change))
    lines = line_payments.c.claim_payment_id == answer.number
    connection.execute(sa.update(line_payments).where(lines).values(claim_line=0))
    file = sa.select(remittances.c.digest).join(claim_payments).where(mine).scalar_subquery()
    posted = (remittance_files.c.digest == file) & (remittance_files.c.state == "posted")
    connection.execute(sa.update(remittance_files).where(posted).values(state="posted_in_part"))
    named = (claims.c.claim_number == answer.claim_number) & (claims.c.payer_claim_number == theirs)
    connection.execute(sa.update(claims).where(named).values(payer_claim_number=""))
    event = {"claim_payment_id": answer.number, "claim_number": "", "suspense_reason": answer.suspense_reason}
    connection.execute(sa.insert(suspense_events), event | {"assigned_by": by, "note": note, "at": now})
