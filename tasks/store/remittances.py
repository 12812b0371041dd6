"""Remittances in the database: files, payments, what they say of claims, and claims as payers left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.frames import plainly_named
from tasks.store import bulk
from tasks.store.claim_tables import claims
from tasks.store.refused import PATIENT_MONTH, put_back, same
from tasks.store.remit_tables import claim_payments, remittance_files, remittances

_answered = sa.Table(
    "answered", sa.MetaData(), *(sa.Column(name, sa.Text()) for name in ("claim_number", "state", "first", "number"))
)
TEXT, NUMBER, DAY = pa.large_string(), pa.int64(), pa.date32()

ANSWERS = "claim_payments AS p JOIN remittances AS r ON r.id = p.remittance_id"
CLAIM = {
    "claim_number": TEXT, "practice_id": TEXT, "month": TEXT, "case_number": TEXT, "claim": TEXT,
    "payer_order": NUMBER, "payer_kind": TEXT, "payer_name": TEXT, "state": TEXT, "charge_cents": NUMBER,
    "service_date": DAY, "rendering_npi": TEXT, "payer_id AS billed_payer_id": TEXT,
}  # fmt: skip
SERVICE_LINE = {
    "claim_number": TEXT, "line": NUMBER, "code": TEXT, "modifiers": TEXT, "units": NUMBER,
    "charge_cents": NUMBER, "expected_cents": NUMBER,
}  # fmt: skip
ANSWER = {
    "id": NUMBER, "claim_number": TEXT, "status": TEXT, "payer_order": NUMBER, "charge_cents": NUMBER,
    "paid_cents": NUMBER, "payer_claim_number": TEXT, "crossover_payer": TEXT, "remarks": TEXT,
    "payer_id": TEXT, "payer_name": TEXT, "payment_date": DAY,
}  # fmt: skip
ANSWER_LINE = {
    "claim_payment_id": NUMBER, "line": NUMBER, "claim_line": NUMBER, "code": TEXT, "charge_cents": NUMBER,
    "paid_cents": NUMBER, "remarks": TEXT,
}  # fmt: skip
ADJUSTMENT = {
    "claim_payment_id": NUMBER, "line": NUMBER, "position": NUMBER, "adjustment_group": TEXT, "reason": TEXT,
    "cents": NUMBER,
}  # fmt: skip


@dataclass(frozen=True)
class StoredFile:
    """A remittance file as it is known."""

    digest: str
    file_name: str
    state: str
    reason: str


def alone(connection: Connection) -> None:
    """No other process posts until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE remittance_files IN SHARE ROW EXCLUSIVE MODE")


def file_known(connection: Connection, digest: str) -> StoredFile | None:
    """The file of that content, when it came before."""
    table = remittance_files.c
    query = sa.select(table.digest, table.file_name, table.state, table.reason).where(table.digest == digest)
    row = connection.execute(query).one_or_none()
    return StoredFile(*row) if row else None


def keep_file(connection: Connection, file: StoredFile, content: bytes, now: datetime) -> None:
    """The file is on record in the state it has; what stood of the same content is replaced."""
    connection.execute(sa.delete(remittance_files).where(remittance_files.c.digest == file.digest))
    connection.execute(sa.insert(remittance_files), vars(file) | {"content": content, "imported_at": now})


def payments_known(connection: Connection, keys: list[str]) -> dict[str, tuple[str, str]]:
    """Of the payments posted before, by key: the fingerprint of what they said, and the file they came in."""
    found: dict[str, tuple[str, str]] = {}
    for key in keys:
        query = (
            sa.select(remittances.c.content_digest, remittance_files.c.file_name)
            .join(remittance_files, remittance_files.c.digest == remittances.c.digest)
            .where(remittances.c.payment_key == key)
        )
        if row := connection.execute(query).one_or_none():
            found[key] = (row[0], row[1])
    return found


def claims_of_payments(connection: Connection, key: str) -> set[tuple[str, str]]:
    """The claims that the payments whose key begins so answer, by the number written and the payer's own."""
    table = claim_payments.c
    query = sa.select(table.control_number, table.payer_claim_number).join(remittances)
    return {(row[0], row[1]) for row in connection.execute(query.where(remittances.c.payment_key.startswith(key)))}


def next_ids(connection: Connection) -> tuple[int, int]:
    """The first free id of a payment and of a claim's answer."""
    first, second = (
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1)).scalar_one()
        for table in (remittances, claim_payments)
    )
    return first, second


def add(connection: Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    """The rows are in the table; the frame has all its columns, whole numbers, dates and texts."""
    if frame.empty:
        return
    columns, fields = [], []
    for column in table.columns:
        kind = DAY if isinstance(column.type, sa.Date) else TEXT if isinstance(column.type, sa.Text) else NUMBER
        columns.append(bulk.as_column(frame[column.name], kind))
        fields.append((column.name, kind))
    bulk.write(connection, table, pa.Table.from_arrays(columns, schema=pa.schema(fields)))


@contextmanager
def asked(connection: Connection, claim_numbers: pd.Series, name: str = "asked_claims") -> Iterator[None]:
    """Within, the table of that name holds these numbers, for whatever is to be joined to them."""
    ending = " ON COMMIT DROP" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"CREATE TEMP TABLE {name} (claim_number TEXT PRIMARY KEY){ending}")
    table = sa.Table(name, sa.MetaData(), sa.Column("claim_number", sa.Text(), primary_key=True))
    add(connection, table, claim_numbers.drop_duplicates().sort_values().to_frame("claim_number"))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {name}")  # or it plans for a table of unknown size
    yield
    connection.exec_driver_sql(f"DROP TABLE {name}")  # a rollback does the same


def select(connection: Connection, columns: Mapping[str, pa.DataType], source: str, order: str = "") -> pd.DataFrame:
    """Those columns of a source, which names every table it joins; in that order where one is given."""
    names = ", ".join(columns)
    query = f"SELECT {names} FROM {source}" + (f" ORDER BY {order}" if order else "")
    wanted = pa.schema([(name.rsplit(".", 1)[-1].rsplit(" AS ", 1)[-1], kind) for name, kind in columns.items()])
    return plainly_named(bulk.as_frame(bulk.select(connection, query, wanted)))


def of_asked(connection: Connection) -> dict[str, pd.DataFrame]:
    """The asked claims that exist, their lines, every answer to them, and the lines and adjustments of those."""
    answers = {_whose(name): kind for name, kind in ANSWER.items()}
    mine = f"{ANSWERS} JOIN asked_claims AS a ON a.claim_number = p.claim_number"
    return {
        "claims": select(
            connection, _of("c", CLAIM), "claims AS c JOIN asked_claims AS a USING (claim_number)", "c.claim_number"
        ),
        "lines": select(
            connection,
            _of("s", SERVICE_LINE),
            "claim_service_lines AS s JOIN asked_claims AS a USING (claim_number)",
            "s.claim_number, s.line",
        ),
        "answers": select(connection, answers, mine, "p.id"),
        "answer_lines": select(
            connection,
            _of("l", ANSWER_LINE),
            f"{mine} JOIN line_payments AS l ON l.claim_payment_id = p.id",
            "l.claim_payment_id, l.line",
        ),
        "adjustments": select(
            connection,
            _of("j", ADJUSTMENT),
            f"{mine} JOIN adjustments AS j ON j.claim_payment_id = p.id",
            "j.claim_payment_id, j.line, j.position",
        ),
    }


def of_claims(connection: Connection, claim_numbers: list[str]) -> dict[str, pd.DataFrame]:
    """What of_asked gives, of these claims."""
    with asked(connection, pd.Series(claim_numbers, dtype="str")):
        return of_asked(connection)


def numbers_asked() -> sa.Select[tuple[str]]:
    """The numbers of the claims that are asked for, as a part of a query."""
    return sa.select(sa.table("asked_claims", sa.column("claim_number", sa.Text())).c.claim_number)


def ask_also_for_replaced(connection: Connection) -> None:
    """Where an asked claim replaced another, or was replaced, all of its patient-month are asked for too."""
    connection.exec_driver_sql(
        "INSERT INTO asked_claims SELECT DISTINCT o.claim_number FROM asked_claims AS a"
        " JOIN claims AS c ON c.claim_number = a.claim_number"
        f" JOIN claims AS o ON {same('o', 'c')} AND o.payer_order = c.payer_order"
        " WHERE (c.replaces <> '' OR c.state IN ('replaced', 'voided'))"
        " AND o.claim_number NOT IN (SELECT claim_number FROM asked_claims)"
    )


def update_claims(connection: Connection, found: pd.DataFrame) -> dict[str, str]:
    """The asked claims have the state and payer's number given, and their ledger rows what was paid in all.

    What was replaced or voided stays so, whatever is answered to it, unless the payer refused what was to end it;
    the states that became others by that.
    """
    connection.exec_driver_sql(
        "CREATE TEMP TABLE answered (claim_number TEXT PRIMARY KEY, state TEXT, first TEXT, number TEXT)"
    )
    given = found.rename(columns={"payer_claim_number": "number", "first_state": "first"})
    add(connection, _answered, given[["claim_number", "state", "first", "number"]].sort_values("claim_number"))
    connection.exec_driver_sql(
        "UPDATE claims SET"
        " payer_claim_number = CASE WHEN f.number = '' THEN claims.payer_claim_number ELSE f.number END,"
        " state = CASE WHEN claims.state IN ('replaced', 'voided') THEN claims.state ELSE f.state END"
        " FROM answered AS f WHERE f.claim_number = claims.claim_number"
    )
    changed = put_back(connection)
    connection.exec_driver_sql(
        "UPDATE ledger SET paid_cents = k.paid,"
        " state = (SELECT c.state FROM claims AS c WHERE c.claim_number = ledger.claim_number)"
        f" FROM (SELECT {_keys('t')}, COALESCE(SUM(p.paid_cents), 0) AS paid FROM (SELECT DISTINCT {_keys('c')}"
        " FROM answered AS f JOIN claims AS c ON c.claim_number = f.claim_number) AS t"
        f" JOIN claims AS o ON {same('o', 't')}"
        f" LEFT JOIN claim_payments AS p ON p.claim_number = o.claim_number GROUP BY {_keys('t')}) AS k"
        f" WHERE {same('k', 'ledger')}"
    )
    connection.exec_driver_sql("DROP TABLE answered")
    return changed


def paid_replacements(connection: Connection) -> set[str]:
    """Of the asked claims, those whose replacement was paid, or a later one of the same claim."""
    query = (
        "SELECT DISTINCT c.claim_number FROM asked_claims AS a JOIN claims AS c ON c.claim_number = a.claim_number"
        f" JOIN claims AS n ON {same('n', 'c')} AND (n.replaces = c.claim_number OR n.replaces = c.replaces"
        " AND c.frequency = '7' AND n.frequency = '7' AND n.version > c.version)"
        " JOIN claim_payments AS p ON p.claim_number = n.claim_number WHERE c.state = 'replaced' AND p.paid_cents > 0"
    )
    return {row[0] for row in connection.exec_driver_sql(query)}


def _keys(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in PATIENT_MONTH)


def _of(alias: str, columns: Mapping[str, pa.DataType]) -> dict[str, pa.DataType]:
    return {f"{alias}.{name}": kind for name, kind in columns.items()}


def _whose(name: str) -> str:
    return f"r.{name}" if name in ("payer_id", "payer_name", "payment_date") else f"p.{name}"


def claims_asked(connection: Connection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The asked claims that exist, and their lines."""
    mine = "asked_claims AS a ON a.claim_number = "
    return (
        select(connection, _of("c", CLAIM), f"claims AS c JOIN {mine}c.claim_number", "c.claim_number"),
        select(connection, _of("s", SERVICE_LINE), f"claim_service_lines AS s JOIN {mine}s.claim_number",
               "s.claim_number, s.line"),
    )  # fmt: skip


def file_in_part(connection: Connection, digest: str) -> None:
    """Single claims of the file wait in suspense."""
    where = remittance_files.c.digest == digest
    connection.execute(sa.update(remittance_files).where(where).values(state="posted_in_part"))


def practices_answered(connection: Connection) -> list[str]:
    """The practices whose claims payers answered, in order."""
    query = sa.select(claims.c.practice_id).join(claim_payments, claim_payments.c.claim_number == claims.c.claim_number)
    return sorted(connection.execute(query.distinct()).scalars())


def answered(connection: Connection, practice_id: str) -> list[str]:
    """The practice's claims that were answered."""
    query = sa.select(claims.c.claim_number).join(
        claim_payments, claim_payments.c.claim_number == claims.c.claim_number
    )
    return list(connection.execute(query.where(claims.c.practice_id == practice_id).distinct()).scalars())
