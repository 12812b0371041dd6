"""Claims as they stand after they were written, put into the database through the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import sqlalchemy as sa

from tasks.remit.read import read
from tasks.store import Store
from tasks.store.claim_tables import claim_files, claim_service_lines, claims, ledger

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
PRICES = {"99490": (10000, 6049), "99439": (8000, 4594), "G0506": (10000, 5900), "99487": (20000, 13100)}


def expected(code: str, units: int) -> int:
    """What is expected of a line, in cents; of a code that no test is about, fifty dollars a unit."""
    return PRICES.get(code, (0, 5000))[1] * units


def bill(store: Store, *claims_: tuple[str, str], **changes: object) -> None:
    """Each claim, as ("C7", "99490 99439x2"), stands written, with its ledger row, which a later version takes over."""
    with store.writing() as connection:
        number = _file(connection, str(changes.get("practice_id", "P1")))
        for claim_number, codes in claims_:
            lines = [(code, units, PRICES[code][0] * units) for code, units in _lines(codes)]
            _insert(connection, number, claim_number, lines, changes)


def _file(connection, practice: str) -> int:
    found = connection.execute(sa.select(claim_files.c.control_number)).first()
    if found:
        return found[0]
    row = {"practice_id": practice, "month": "2026-10", "revision": 1, "form": "837P", "receiver_id": "MAC"}
    row |= {"file_name": "a.837", "content": b"ISA", "claims": 1, "charge_cents": 1, "created_at": NOW}
    return connection.execute(sa.insert(claim_files), row).inserted_primary_key[0]


def _lines(codes: str) -> Iterable[tuple[str, int]]:
    for part in codes.split():
        code, _, units = part.partition("x")
        yield code, int(units or 1)


def _insert(connection, file: int, claim_number: str, lines: list[tuple[str, int, int]], changes: dict) -> None:
    charge = sum(cents for _, _, cents in lines)
    head = {
        "practice_id": "P1", "month": "2026-10", "patient_id": f"PT-{claim_number}", "program": "ccm",
        "claim": "professional",
    }  # fmt: skip
    head |= {name: changes[name] for name in head if name in changes}
    row = head | {
        "claim_number": claim_number, "case_number": "C-000001", "payer_order": 1, "version": 1, "frequency": "1",
        "replaces": "", "revision": 1, "rendering_npi": "1234567893", "payer_kind": "medicare_part_b",
        "payer_id": "12345", "payer_name": "Medicare", "service_date": date(2026, 10, 31), "charge_cents": charge,
        "expected_cents": sum(expected(code, units) for code, units, _ in lines), "content_digest": "d",
        "state": "written", "control_number": file, "payer_claim_number": "",
    }  # fmt: skip
    row |= {name: value for name, value in changes.items() if name in row}
    connection.execute(sa.insert(claims), row)
    for place, (code, units, cents) in enumerate(lines, start=1):
        line = {"claim_number": claim_number, "line": place, "code": code, "modifiers": "", "units": units}
        line |= {"charge_cents": cents, "expected_cents": expected(code, units), "service_date": row["service_date"]}
        connection.execute(sa.insert(claim_service_lines), line)
    same = [ledger.c[name] == value for name, value in head.items()]
    connection.execute(sa.delete(ledger).where(*same))
    stands = {"rendering_npi": row["rendering_npi"], "codes": "", "claim_number": claim_number, "content_digest": "d"}
    connection.execute(sa.insert(ledger), head | stands | {"state": row["state"], "paid_cents": 0, "updated_at": NOW})


def rows(store: Store, table: sa.Table, *columns: str, **equal: object) -> list[tuple]:
    """Those columns of the rows where others equal a value, in order."""
    names = [table.c[name] for name in columns]
    with store.reading() as connection:
        query = sa.select(*names).where(*(table.c[name] == value for name, value in equal.items()))
        return sorted(tuple(row) for row in connection.execute(query))


def bill_as_answered(store: Store, content: bytes, **changes: object) -> None:
    """The claims that a file answers stand written, with its lines at its charges; those without lines have one."""
    found = read("asked", content)
    for claim in found.claims.itertuples():
        mine = found.lines[found.lines["claim"] == claim.Index]
        lines = [(code, int(units), int(cents)) for code, units, cents in
                 mine[["code", "units", "charge_cents"]].fillna(1).itertuples(index=False)]  # fmt: skip
        with store.writing() as connection:
            file = _file(connection, "P1")
            _insert(connection, file, claim.control_number, lines or [("99490", 1, claim.charge_cents)], changes)
