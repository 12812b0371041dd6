"""A waiting answer given to a claim by a person, who knows what no number says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from config.errors import InputError
from tasks.remit.contradicts import contradictions
from tasks.remit.match import TRIED_AGAIN, line_places
from tasks.remit.settle import settle
from tasks.store import remittances, suspense
from tasks.store.claims import no_such_claim
from tasks.store.identities import nobody_named
from tasks.store.store import Store
from tasks.store.suspense import Waiting


def assign(
    store: Store,
    number: int,
    claim_number: str,
    by: str,
    note: str,
    today: date | None,
    settings: Path | None = None,
    *,
    anyway: bool = False,
    other_payer: bool = False,
) -> bool:
    """The waiting answer is that claim's: its balance, denials and ledger row say so, and history who did it and why.

    False when that claim had it already; nothing is changed then. InputError when there is no such answer or claim, or
    when the answer cannot be this claim's or nobody's. One of another day of service is taken only `anyway`, one of
    another payer only where that is said (`other_payer`); history tells of both.
    """
    if not by.strip() or not note.strip():
        raise InputError("Say who assigns it and why: --by NAME and --reason TEXT, without names of patients.")
    now = datetime.now(UTC)
    with store.writing() as connection:
        remittances.alone(connection)
        found = suspense.answer(connection, number)
        if found is None:
            raise InputError(f"There is no answer {number} in suspense; its number stands in suspense.csv.")
        if found.claim_number == claim_number:
            return False
        _can_move(found, number)
        answers, lines = suspense.of_number(connection, number)
        with remittances.asked(connection, pd.Series([claim_number])):
            claims, own = remittances.claims_asked(connection)
        if claims.empty:
            raise no_such_claim()
        answers = answers.assign(control_number=claim_number)
        place = line_places(answers, lines, own)
        _fits(found, number, claim_number, int(claims["charge_cents"].iloc[0]), lines, place)
        passed = contradictions(connection, number, claim_number, anyway, other_payer)
        nobody_named(connection, claim_number, reason=note)
        told = note.strip() + (f" ({' and '.join(passed)}, said by {by.strip()})" if passed else "")
        suspense.leave_suspense(
            connection, answers.assign(claim_number=claim_number), lines.assign(claim_line=place.to_numpy())
        )
        suspense.tell_assigned(connection, number, claim_number, found.reason, by.strip(), told, now)
        settle(connection, pd.Series([claim_number], dtype="str"), today, now, settings)
    return True


def _can_move(found: Waiting, number: int) -> None:
    if found.claim_number:
        raise InputError(f"Answer {number} is that of claim {found.claim_number} already; it is not moved to another.")
    if found.reason.split(":")[0] not in TRIED_AGAIN:
        raise InputError(
            f"Answer {number} waits because its own amounts or codes are wrong ({found.reason}); ask the payer for a "
            "corrected remittance."
        )


def _fits(
    found: Waiting, number: int, claim_number: str, charge_cents: int, lines: pd.DataFrame, place: pd.Series
) -> None:
    """The payer named this very claim, or charge and some code of the answer are the claim's."""
    if found.control_number == claim_number:
        return
    if abs(found.charge_cents) != charge_cents:
        raise InputError(
            f"Claim {claim_number} charges ${charge_cents / 100:,.2f} and answer {number} is about "
            f"${abs(found.charge_cents) / 100:,.2f}; give the claim that it answers."
        )
    if len(lines) and not (place > 0).any():
        codes = " ".join(dict.fromkeys(lines["code"]))
        raise InputError(f"Claim {claim_number} has none of the codes of answer {number} ({codes}); give another one.")
