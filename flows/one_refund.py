"""One refund recorded by hand, with what is open of its overpayment still."""

from __future__ import annotations

import re
from datetime import date, datetime

from rich.console import Console

from config.errors import InputError
from tasks.store.day import today_of
from tasks.store.identities import practice_of
from tasks.store.overpayments import record_refund
from tasks.store.store import open_store


def record(
    console: Console,
    database: str,
    claim: str,
    amount: str,
    day: str,
    reference: str,
    name: str,
    now: datetime,
    today: date | None = None,
) -> None:
    """The refund is on record with who, when and how much, and it is said; a second time changes nothing."""
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d{2}))?", amount.strip())
    cents = int(found[1]) * 100 + int(found[2] or 0) if found else 0
    if not cents:
        raise InputError(f"'{amount}' is no amount; write dollars and cents, as 47.42.")
    try:
        refunded = date.fromisoformat(day)
    except ValueError:
        raise InputError(f"'{day}' is not a day; write it as 2026-12-01.") from None
    if not name.strip() or not reference.strip():
        raise InputError("Say who records the refund (--by NAME) and its check or transfer (--reference NUMBER).")
    store = open_store(database)
    try:
        with store.writing() as connection:
            if refunded > (today or today_of(connection, practice_of(connection, claim))):
                raise InputError(f"{day} lies ahead; record a refund once it went out.")
            new, rest = record_refund(connection, claim, cents, refunded, reference.strip(), name.strip(), now)
    finally:
        store.close()
    said = f"${cents / 100:,.2f} of {day} recorded" if new else "on record already, nothing was changed"
    left = f"${rest / 100:,.2f} is open still" if rest else "all of it came back"
    console.print(f"Claim {claim}, refund {reference.strip()}: {said}; {left}.", highlight=False, markup=False)
