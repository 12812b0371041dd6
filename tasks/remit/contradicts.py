"""What speaks against an answer being a claim's: another payer, another day of service."""

from __future__ import annotations

from datetime import date

from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.remit.read import content_digests, payment_keys, read
from tasks.store import suspense
from tasks.store.suspense import Billed, Source


def contradictions(
    connection: Connection, number: int, claim_number: str, anyway: bool, other_payer: bool
) -> list[str]:
    """What the answer says against that claim and a person said to let pass, in words for its history.

    InputError for what nobody let pass: `other_payer` the payer, `anyway` the date of service.
    """
    source, billed = suspense.source(connection, number), suspense.billed(connection, claim_number)
    passed = []
    if not _same_payer(connection, source, billed):
        if not other_payer:
            raise InputError(
                f"Answer {number} comes from {source.payer_name} and claim {claim_number} was billed to "
                f"{billed.payer_name} ({billed.payer_id}); give a claim of that payer, or --other-payer where one "
                "answers for the other."
            )
        passed.append("another payer")
    other = sorted(_days(source) - billed.service_dates)
    if other:
        if not anyway:
            days = " and ".join(str(day) for day in sorted(billed.service_dates))
            raise InputError(
                f"Answer {number} is about a service of {other[0]} and claim {claim_number} has one of {days}; give "
                "the claim of that day, or --anyway where the payer wrote it wrongly."
            )
        passed.append("another service date")
    return passed


def _same_payer(connection: Connection, source: Source, billed: Billed) -> bool:
    """By its number; by the claims that it answered before, for payers call themselves otherwise in remittances than
    on claims; and by its name, so long as it answered nothing yet."""
    if source.payer_id == billed.payer_id:
        return True
    known = suspense.answered_for(connection, source.payer_id)
    return billed.payer_id in known or (not known and _plain(source.payer_name) == _plain(billed.payer_name))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _days(source: Source) -> set[date]:
    """The dates of service of the answer's lines, else that of the claim in it, as its kept file tells them."""
    found = read(source.file_name, source.content)
    digests = content_digests(found)
    keys = payment_keys(found.payments)
    # A payment of no money has its content in its key, where others in the file have the same.
    mine = [place for place, key in keys.items() if source.payment_key in (key, f"{key}{digests[place]}")]
    claims = found.claims[found.claims["payment"].isin(mine[:1]) & (found.claims["position"] == source.position)]
    lines = found.lines.loc[found.lines["claim"].isin(claims.index), "service_date"].dropna()
    days = lines if len(lines) else claims["service_date"].dropna()
    return {day.date() for day in days}
