"""Claims of frequency 7 and 8 that payers refused: what they were to replace or take back stands on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claim_service_lines, claims, ledger
from tasks.store.ledger import VOID

REPLACES = "7"
OVER = ("replaced", "voided")
ALLOWED = ("paid", "part_paid")
PATIENT_MONTH = ("practice_id", "patient_id", "month", "program", "claim")


@dataclass
class Claim:
    """A claim of one patient-month to its first payer; `said` is its state by the answers to it alone, `first` that by
    the first payer's.
    """

    claim_number: str
    replaces: str
    frequency: str
    version: int
    state: str
    said: str
    first: str


def put_back(connection: Connection) -> dict[str, str]:
    """Of the patient-months of the claims in `answered`: what a refused correction was to end stands again, in the
    ledger as well, and is over again once the payer has taken one of its corrections after all. The states that this
    changed.

    A first payer that took the original back has taken the correction, whatever it then decided of it and whatever a
    later one paid on either.
    """
    months: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    ledgers: dict[tuple[str, ...], str] = {}
    for row in connection.exec_driver_sql(_ROWS):
        number, replaces, frequency, version, state, said, first, in_ledger = row[:8]
        key: tuple[str, ...] = tuple(row[8:])
        months[key].append(Claim(number, replaces, frequency, version, state, said or state, first or state))
        ledgers[key] = in_ledger
    changed: dict[str, str] = {}
    for key, found in months.items():
        stands, states = _standing(found, ledgers[key])
        changed |= states
        for number, state in states.items():
            connection.execute(sa.update(claims).where(claims.c.claim_number == number).values(state=state))
        if stands != ledgers[key]:
            _into_ledger(connection, key, stands)
    return changed


def refused_corrections(connection: Connection, practice_id: str, month: str) -> dict[str, dict[str, str]]:
    """By the claim that they were to correct, the refused ones: each one's number by the digest of what it said.

    The digest of a void is empty.
    """
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    mine &= claims.c.frequency.in_((REPLACES, VOID)) & (claims.c.state == "denied")
    columns = (claims.c.claim_number, claims.c.replaces, claims.c.content_digest)
    found: dict[str, dict[str, str]] = {}
    roots: dict[str, str] = {}
    for number, replaces, digest in connection.execute(sa.select(*columns).where(mine).order_by(claims.c.version)):
        roots[number] = roots.get(replaces, replaces)
        found.setdefault(roots[number], {})[digest] = number
    return found


def _standing(found: list[Claim], ledger_claim: str) -> tuple[str, dict[str, str]]:
    """Which claim stands in the ledger, and the states that differ from those on record."""
    by_number = {one.claim_number: one for one in found}
    corrections = [one for one in found if one.frequency in (REPLACES, VOID)]

    def is_refused(one: Claim) -> bool:
        before = by_number.get(one.replaces)
        if before is None or one.frequency not in (REPLACES, VOID) or one.first != "denied":
            return False
        return before.first in ALLOWED or is_refused(before)

    refused = {one.claim_number for one in corrections if is_refused(one)}

    def corrects(one: Claim) -> str:
        """The claim that the payer would take it for a correction of."""
        return corrects(by_number[one.replaces]) if one.replaces in refused else one.replaces

    stands = by_number[ledger_claim]
    if stands.claim_number in refused:
        stands = by_number[corrects(stands)]
    while taken := [
        one for one in corrections if one.claim_number not in refused and corrects(one) == stands.claim_number
    ]:
        stands = max(taken, key=lambda one: one.version)
    states = {}
    for one in found:
        ends = [other for other in corrections if corrects(other) == one.claim_number]
        taken = [other for other in ends if other.claim_number not in refused]
        state = one.state
        if taken:
            state = state if state in OVER else "voided" if taken[-1].frequency == VOID else "replaced"
        elif ends and stands.replaces != one.claim_number:
            state = one.said
        elif one is not stands and one in corrections and one.said in ALLOWED and corrects(one) == corrects(stands):
            state = "replaced"  # paid beside a later correction of the same claim
        if state != one.state:
            states[one.claim_number] = state
    return stands.claim_number, states


def _into_ledger(connection: Connection, key: tuple[str, ...], number: str) -> None:
    """The ledger's row is that claim's; its state and sum are set with those of every other row."""
    row = connection.execute(sa.select(claims).where(claims.c.claim_number == number)).one()
    lines = sa.select(claim_service_lines).where(claim_service_lines.c.claim_number == number)
    lines = lines.order_by(claim_service_lines.c.line)
    codes = " ".join(f"{line.code} x{line.units}" for line in connection.execute(lines))
    values = {
        "claim_number": number,
        "rendering_npi": row.rendering_npi,
        "content_digest": row.content_digest,
        "codes": "" if row.frequency == VOID else codes,
    }
    mine = sa.and_(*(ledger.c[name] == value for name, value in zip(PATIENT_MONTH, key, strict=True)))
    connection.execute(sa.update(ledger).where(mine).values(values))


def same(one: str, other: str) -> str:
    """The condition that two rows are of one patient-month, program and form."""
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in PATIENT_MONTH)


_KEYS = ", ".join(f"c.{name}" for name in PATIENT_MONTH)
_ROWS = (
    "SELECT o.claim_number, o.replaces, o.frequency, o.version, o.state, f.state, f.first, l.claim_number,"
    f" {', '.join(f't.{name}' for name in PATIENT_MONTH)}"
    f" FROM (SELECT DISTINCT {_KEYS} FROM answered AS a JOIN claims AS c ON c.claim_number = a.claim_number"
    f" JOIN claims AS n ON {same('n', 'c')} AND n.payer_order = 1"
    f" WHERE n.frequency IN ('{REPLACES}', '{VOID}')) AS t"
    f" JOIN claims AS o ON {same('o', 't')} AND o.payer_order = 1"
    f" JOIN ledger AS l ON {same('l', 't')}"
    " LEFT JOIN answered AS f ON f.claim_number = o.claim_number ORDER BY o.version"
)
