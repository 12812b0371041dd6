"""The tables of the database. Those of a month are built from the output contract, so the two cannot drift apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect

from config.contract import Table, outputs

MONTHLY = tuple(name for name in outputs() if name != "copay_cases")

metadata = sa.MetaData(
    # Alembic can only alter a constraint on SQLite when it knows its name.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant. Goes in with a zone, comes out in UTC; SQLite, which drops zones, stores it as naive UTC."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """The type of that database."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else sa.DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database stores it; ValueError when the zone is not known."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        instant = value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "choice": sa.Text,
    "date": sa.Date,
    "timestamp": Instant,
    "integer": sa.BigInteger,
    "cents": sa.BigInteger,
    "flag": sa.Boolean,
}

# SQLite counts an id up by itself only in a column of exactly this type.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _contract_columns(table: Table) -> list[sa.Column[Any]]:
    return [sa.Column(column.name, TYPES[column.type]()) for column in table.columns]


def _monthly(table: Table) -> sa.Table:
    """A table of one cycle: clustered by patient where it has one, so that a case is found without a second index.

    A row that was set aside may name no patient, so the quarantine is not.
    """
    by_patient = "patient_id" in table.names and table.table != "quarantine"
    keys = ["cycle_id", *(["patient_id"] if by_patient else []), "position"]
    return sa.Table(
        table.table,
        metadata,
        # No foreign key: PostgreSQL asks it once a row, seconds for a million, and only save_cycle writes here.
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_contract_columns(table),
        sa.PrimaryKeyConstraint(*keys),
        sqlite_with_rowid=False,
    )


cycles = sa.Table(
    "cycles",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("input_digest", sa.Text(), nullable=False),
    sa.Column("settings_digest", sa.Text(), nullable=False),
    sa.Column("rulebook_digest", sa.Text(), nullable=False),
    sa.Column("result_digest", sa.Text(), nullable=False),
    sa.Column("decided_digest", sa.Text()),  # none where an older version stored the month
    sa.Column("settings", sa.Text(), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "month", "revision"),
)

cycle_inputs = sa.Table(
    "cycle_inputs",
    metadata,
    sa.Column("cycle_id", SERIAL, sa.ForeignKey("cycles.id"), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("cycle_id", "name"),
)

rulebooks = sa.Table(
    "rulebooks",
    metadata,
    sa.Column("digest", sa.Text(), primary_key=True),
    sa.Column("content", sa.LargeBinary(), nullable=False),
)

case_numbers = sa.Table(
    "case_numbers",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("patient_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "patient_id"),
    sa.UniqueConstraint("practice_id", "number"),
    sqlite_with_rowid=False,
)

monthly = {name: _monthly(outputs()[name]) for name in MONTHLY}

copay_cases = sa.Table(
    "copay_cases",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("updated_at", Instant(), nullable=False),
    *_contract_columns(outputs()["copay_cases"]),
    sa.PrimaryKeyConstraint("practice_id", "case_number"),
)

copay_case_events = sa.Table(
    "copay_case_events",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("cycle_id", SERIAL, sa.ForeignKey("cycles.id"), nullable=False),
    sa.Column("practice_id", sa.Text(), nullable=False),
    *_contract_columns(outputs()["copay_cases"]),
    sa.Index(None, "practice_id", "case_number"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("recipient", sa.Text(), nullable=False),
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("body_html", sa.Text(), nullable=False),
    sa.Column("body_text", sa.Text(), nullable=False),
    sa.Column("message_id", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("attempts", sa.BigInteger(), nullable=False),
    sa.Column("last_error", sa.Text(), nullable=False),
    sa.Column("sending_since", Instant()),
    sa.Column("sent_at", Instant()),
    sa.UniqueConstraint("practice_id", "month", "revision", "audience", "kind", "recipient"),
    sa.CheckConstraint(
        "state IN ('pending', 'sending', 'sent', 'failed', 'uncertain', 'superseded')", name="state_known"
    ),
    sa.Index(None, "state", "practice_id"),
)

step_runs = sa.Table(
    "step_runs",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("run_id", sa.Text(), nullable=False),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("step", sa.Text(), nullable=False),
    sa.Column("seconds", sa.Float(), nullable=False),
    sa.Column("rows", sa.BigInteger(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Index(None, "practice_id", "month"),
)
