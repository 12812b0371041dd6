"""What stands of each patient-month and program: the ledger's rows, and claims that others take the place of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.claim_tables import claims, ledger

VOID = "8"


@dataclass(frozen=True)
class NumberedClaim:
    """A claim as it goes out: its row, its lines, and whether it is what stands in the ledger."""

    row: dict[str, Any]
    lines: list[dict[str, Any]]
    codes: str
    in_ledger: bool = True
    alone: bool = False


def end_what_is_replaced(connection: Connection, sent: Sequence[NumberedClaim]) -> None:
    """The claims that these replace or void are over; those sent alone beside another leave it as it is."""
    over = [
        {"which": one.row["replaces"], "now": "voided" if one.row["frequency"] == VOID else "replaced"}
        for one in sent
        if one.row["replaces"] and not one.alone
    ]
    if over:
        this = sa.update(claims).where(claims.c.claim_number == sa.bindparam("which"))
        connection.execute(this.values(state=sa.bindparam("now")), over)


def into_ledger(connection: Connection, sent: Sequence[NumberedClaim], now: datetime) -> None:
    """The ledger's row of each of these claims is its own.

    One statement for all that have a row and one for those that have none: a month may have a hundred thousand.
    """
    if not sent:
        return
    keys = ("practice_id", "patient_id", "month", "program", "claim")
    whose = sa.or_(*(sa.and_(ledger.c.practice_id == one, ledger.c.month == month) for one, month in _months(sent)))
    known = {tuple(row) for row in connection.execute(sa.select(*(ledger.c[name] for name in keys)).where(whose))}
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for one in sent:
        nothing_left = one.row["frequency"] == VOID
        values = {
            "rendering_npi": one.row["rendering_npi"],
            "codes": "" if nothing_left else one.codes,
            "claim_number": one.row["claim_number"],
            "content_digest": "" if nothing_left else one.row["content_digest"],
            "state": "voided" if nothing_left else one.row["state"],
            "updated_at": now,
        }
        key = {name: one.row[name] for name in keys}
        if tuple(key.values()) in known:
            changed.append({f"key_{name}": value for name, value in key.items()} | values)
        else:
            new.append(key | values | {"paid_cents": 0})
    if new:
        connection.execute(sa.insert(ledger), new)
    if changed:
        this = sa.and_(*(ledger.c[name] == sa.bindparam(f"key_{name}") for name in keys))
        told: dict[str, Any] = {name: sa.bindparam(name) for name in changed[0] if not name.startswith("key_")}
        connection.execute(sa.update(ledger).where(this).values(told), changed)


def _months(sent: Sequence[NumberedClaim]) -> set[tuple[str, str]]:
    return {(one.row["practice_id"], one.row["month"]) for one in sent}
