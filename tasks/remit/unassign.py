"""An answer that a person gave to a claim by hand is taken back: it waits again, and the claim stands as before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.remit.settle import settle
from tasks.remit.trace import telling
from tasks.store import denials as cases
from tasks.store import overpayments, remittances, taken_back
from tasks.store.identities import nobody_named
from tasks.store.store import Store
from tasks.store.taken_back import Given


def unassign(store: Store, number: int, by: str, note: str, today: date | None, settings: Path | None = None) -> str:
    """The answer waits in suspense as it did before it was given to a claim, whose balance, denials, overpayment and
    ledger row are those of before; history tells who gave it and who took it back. The claim's number.

    InputError when it was not given by hand, or when something was done since on the strength of it: money refunded,
    a denial worked on, a claim of the same month written.
    """
    if not by.strip() or not note.strip():
        raise InputError("Say who takes it back and why: --by NAME and --reason TEXT, without names of patients.")
    now = datetime.now(UTC)
    with store.writing() as connection:
        remittances.alone(connection)
        given = _given(connection, number)
        _nothing_done_since(connection, given)
        nobody_named(connection, given.claim_number, reason=note)
        moved = taken_back.moved_denials(connection, given)
        mine = taken_back.denials_of(connection, number)
        cases.unlearn(connection, mine.assign(remarks=mine["remarks"].map(telling)))
        taken_back.close_denials(connection, mine, f"answer {number} was taken back", now)
        taken_back.back_to_suspense(connection, given, by.strip(), note.strip(), now)
        again = settle(connection, pd.Series([given.claim_number], dtype="str"), today, now, settings)
        cases.unlearn(connection, again.assign(remarks=again["told"]) if len(again) else again)
        for state, rows in moved.groupby("state"):
            cases.move(connection, rows, str(state), f"as before answer {number} was given to the claim", now)
        overpayments.forget_never_paid(connection, given.claim_number)
    return given.claim_number


def _given(connection: Connection, number: int) -> Given:
    given = taken_back.given(connection, number)
    if given is None:
        raise InputError(f"Answer {number} was given to no claim by hand; one that its payer named stays with it.")
    if not given.claim_number:
        raise InputError(f"Answer {number} waits in suspense; there is nothing to take back.")
    return given


def _nothing_done_since(connection: Connection, given: Given) -> None:
    claim, number = given.claim_number, given.number
    if reference := taken_back.refunded_since(connection, given):
        raise InputError(
            f"Money of claim {claim} was refunded since answer {number} was given to it ({reference}); put that right "
            "first."
        )
    if worked := taken_back.worked_on_since(connection, given):
        line, state = worked
        raise InputError(
            f"The denial of claim {claim}, line {line}, is {state} since answer {number} was given to it; set it to "
            "open first (ccm denial)."
        )
    if later := taken_back.written_since(connection, given):
        raise InputError(
            f"Claim {later} of the same patient and month was written since answer {number} was given to claim "
            f"{claim}; void it first."
        )
