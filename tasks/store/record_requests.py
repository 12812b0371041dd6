"""Requests for records in the database: a payer asks for a claim's records, and they are sent before their last day."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.clocks import after
from config.denials import denials as tables
from config.errors import InputError
from tasks.store.claim_tables import claims
from tasks.store.remit_tables import adjustments as told_reasons
from tasks.store.remit_tables import denials, record_requests

OPEN, ANSWERED, SETTLED = "open", "answered", "settled"
BY_REMITTANCE = "the remittance"  # who recorded what no person did
OVER = ("paid", "accepted")  # of a denial
_OF_CLAIM = ("case_number", "month", "payer_name", "rendering_npi", "practice_id")


def ask(connection: Connection, claim_number: str, asked: date, due: date, note: str, by: str, now: datetime) -> bool:
    """The request is on record with its last day, and whether it is new; the same day again changes nothing.

    The letter takes the place of an open request that a remittance of its day or before opened
    (`opened_by_remittance`). InputError when there is no such claim, when the request is older than its claim, or would
    end before it began.
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
    r, replaced = record_requests.c, _by_remittance(claim_number, asked)
    mine = (r.claim_number == claim_number, r.asked_date == asked, sa.not_(replaced))
    if connection.execute(sa.select(r.due_date).where(*mine)).one_or_none():
        return False
    connection.execute(sa.delete(record_requests).where(replaced))
    row = {"claim_number": claim_number, "asked_date": asked, "due_date": due, "note": note}
    connection.execute(sa.insert(record_requests), row | {"recorded_by": by, "recorded_at": now})
    return True


def opened_by_remittance(connection: Connection, claim_number: str, asked: date) -> bool:
    """Whether a remittance of that day or before opened a request of the claim that is not answered yet."""
    found = sa.select(record_requests.c.claim_number).where(_by_remittance(claim_number, asked))
    return connection.execute(found).first() is not None


def _by_remittance(claim_number: str, until: date) -> sa.ColumnElement[bool]:
    r = record_requests.c
    unanswered = sa.and_(r.recorded_by == BY_REMITTANCE, r.answered_date.is_(None))
    return sa.and_(r.claim_number == claim_number, r.asked_date <= until, unanswered)


def open_for(connection: Connection, denied: pd.DataFrame, adjustments: pd.DataFrame, now: datetime) -> None:
    """Every claim of these denials whose answer asks for records has a request, its last day counted from the notice.

    Any reason of such an answer among the standing `adjustments` asks, of whatever line or of the claim as a whole.

    None is opened beside one that is open, for its last day comes first, nor where records went out on the day of the
    notice or later. What a remittance had opened and was settled gives place to the new one. It reads from the database
    what stood before, so these denials are written there after it.
    """
    route = tables().routes["answer_request"]
    asks = adjustments[adjustments["reason"].isin(route.asked_by) & (adjustments["adjustment_group"] != "PR")]
    asks = asks[["claim_payment_id", "adjustment_group", "reason"]].drop_duplicates("claim_payment_id")
    asking = denied.drop(columns=["adjustment_group", "reason"]).merge(asks, on="claim_payment_id")
    if asking.empty or route.clock is None:
        return
    asking = asking.sort_values(["claim_number", "line"]).drop_duplicates("claim_number")
    numbers = asking["claim_number"].tolist()
    r = record_requests.c
    known: dict[str, list[date | None]] = {}
    for start in range(0, len(numbers), 500):  # fewer than a statement may have
        some = numbers[start : start + 500]
        stood = _asked_of(connection, denials.c.claim_number.in_(some))
        settled = [number for number in some if number not in stood]
        gone = (r.claim_number.in_(settled), r.recorded_by == BY_REMITTANCE, r.answered_date.is_(None))
        connection.execute(sa.delete(record_requests).where(*gone))
        told = sa.select(r.claim_number, r.answered_date).where(r.claim_number.in_(some))
        for number, answered in connection.execute(told):
            known.setdefault(number, []).append(answered)
    new = []
    for row in asking.to_dict("records"):
        day = row["opened_date"].date()
        if any(sent is None or sent >= day for sent in known.get(row["claim_number"], [])):
            continue
        codes = f"{row['adjustment_group']}-{row['reason']} {row['remarks']}".strip()
        mine = {"claim_number": row["claim_number"], "asked_date": day, "due_date": after(day, route.clock.days)}
        new.append(mine | {"note": f"Asked by {codes}", "recorded_by": BY_REMITTANCE, "recorded_at": now})
    if new:
        connection.execute(sa.insert(record_requests), new)


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
    frame["state"] = np.where(frame["answered_date"].isna(), OPEN, ANSWERED)
    stands = still_asked(connection, practice_id)
    over = (frame["recorded_by"] == BY_REMITTANCE) & ~frame["claim_number"].isin(list(stands))
    frame["state"] = frame["state"].mask(over & (frame["state"] == OPEN), SETTLED).astype("str")
    places = frame["state"].map({OPEN: 0, ANSWERED: 1, SETTLED: 2})
    return (
        frame.assign(place=places)
        .sort_values(["place", "due_date", "claim_number"], ignore_index=True)
        .drop(columns="place")
    )


def still_asked(connection: Connection, practice_id: str) -> set[str]:
    """The practice's claims of which a denial stands whose answer asks for records, by whichever of its reasons."""
    return _asked_of(connection, denials.c.practice_id == practice_id)


def _asked_of(connection: Connection, whose: sa.ColumnElement[bool]) -> set[str]:
    d, a = denials.c, told_reasons.c
    both = sa.join(denials, told_reasons, a.claim_payment_id == d.claim_payment_id)
    asking = (a.reason.in_(tables().routes["answer_request"].asked_by), a.adjustment_group != "PR")
    query = sa.select(d.claim_number).select_from(both).where(whose, *asking, d.state.not_in(OVER))
    return set(connection.execute(query.distinct()).scalars())
