"""Requests for records in the database: a payer asks for a claim's records, and they are sent before their last day."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import record_requests

OPEN, ANSWERED = "open", "answered"
_OF_CLAIM = ("case_number", "month", "payer_name", "rendering_npi", "practice_id")


def ask(connection: Connection, claim_number: str, asked: date, due: date, note: str, by: str, now: datetime) -> bool:
    """The request is on record with its last day, and whether it is new; the same day again changes nothing.

    InputError when there is no such claim, when the request is older than its claim, or would end before it began.
    """
    c = claims.c
    claim = connection.execute(sa.select(c.service_date).where(c.claim_number == claim_number)).one_or_none()
    if claim is None:
        raise InputError(f"There is no claim {claim_number}; see claims_sent.csv.")
    if asked < claim.service_date:
        raise InputError(
            f"The request of {asked} is older than the service of {claim.service_date} that it asks about."
        )
    if due < asked:
        raise InputError(f"The records are due on {due}, before they were asked for on {asked}; correct one of them.")
    mine = (record_requests.c.claim_number == claim_number, record_requests.c.asked_date == asked)
    if connection.execute(sa.select(record_requests.c.due_date).where(*mine)).one_or_none():
        return False
    row = {"claim_number": claim_number, "asked_date": asked, "due_date": due, "note": note}
    connection.execute(sa.insert(record_requests), row | {"recorded_by": by, "recorded_at": now})
    return True


def answer(connection: Connection, claim_number: str, sent: date) -> date:
    """The claim's open requests are answered on that day; the last day of the latest. The same day again changes
    nothing. InputError when none is there or open, or when the day comes before the request."""
    r = record_requests.c
    rows = connection.execute(
        sa.select(r.asked_date, r.due_date, r.answered_date)
        .where(r.claim_number == claim_number)
        .order_by(r.asked_date)
    ).all()
    if not rows:
        raise InputError(f"No records of claim {claim_number} were asked for; record that first (--asked DAY).")
    open_ = [row for row in rows if row.answered_date is None]
    if not open_ and rows[-1].answered_date != sent:
        raise InputError(f"The records of claim {claim_number} are on record as sent on {rows[-1].answered_date}.")
    if open_ and sent < open_[-1].asked_date:
        raise InputError(f"The records were sent on {sent}, before they were asked for on {open_[-1].asked_date}.")
    where = (r.claim_number == claim_number, r.answered_date.is_(None))
    connection.execute(sa.update(record_requests).where(*where).values(answered_date=sent))
    return rows[-1].due_date


def of_practice(connection: Connection, practice_id: str) -> pd.DataFrame:
    """The practice's requests with their claim, those that are open before the others, the soonest due first."""
    joined = sa.join(record_requests, claims, claims.c.claim_number == record_requests.c.claim_number)
    columns = [*record_requests.c, *(claims.c[name] for name in _OF_CLAIM)]
    query = sa.select(*columns).select_from(joined).where(claims.c.practice_id == practice_id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    names = [*record_requests.c.keys(), *_OF_CLAIM]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("asked_date", "due_date", "answered_date"):
        frame[name] = pd.to_datetime(frame[name])
    frame["state"] = frame["answered_date"].isna().map({True: OPEN, False: ANSWERED}).astype("str")
    return frame.sort_values(["state", "due_date", "claim_number"], ascending=[False, True, True], ignore_index=True)
