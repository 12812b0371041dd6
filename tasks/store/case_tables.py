"""The tables of the work on co-pay cases: moves, determinations, attempts to reach patients. All is kept as it was."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

case_moves = sa.Table(
    "case_moves",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    # Tells the move apart: the same answer, claim, payment, command or line of a worklist is recorded once.
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("option", sa.Text(), nullable=False),
    sa.Column("outcome", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("cents", sa.BigInteger(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "case_number", "source"),
)

determinations = sa.Table(
    "determinations",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("household", sa.BigInteger(), nullable=False),
    sa.Column("income_cents", sa.BigInteger(), nullable=False),
    sa.Column("ground", sa.Text(), nullable=False),
    sa.Column("decided_by", sa.Text(), nullable=False),
    sa.Column("decided_date", sa.Date(), nullable=False),
    sa.Column("granted", sa.Boolean(), nullable=False),
    sa.Column("reduced_percent", sa.BigInteger(), nullable=False),
    sa.Column("amount_cents", sa.BigInteger(), nullable=False),
    sa.Column("second_by", sa.Text(), nullable=False),
    sa.Column("until_date", sa.Date(), nullable=False),
    sa.Column("percent", sa.BigInteger(), nullable=False),
    sa.Column("guideline", sa.Text(), nullable=False),
    sa.Column("policy", sa.Text(), nullable=False),
    # What is taken off the patient's bill comes off the amount billed to Medicare too.
    sa.Column("mirrored", sa.Boolean(), nullable=False),
    # What must be documented of it beside the figures; empty where it was not told.
    sa.Column("requested_date", sa.Date()),
    sa.Column("statement", sa.Text()),
    sa.Column("collection", sa.Text()),
    sa.Column("proof", sa.Text()),
    sa.Column("proof_date", sa.Date()),
    sa.Column("proof_seen_by", sa.Text()),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "case_number", "source"),
)

contact_attempts = sa.Table(
    "contact_attempts",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("at", Instant()),  # where more than the day is known
    sa.Column("result", sa.Text(), nullable=False),
    sa.Column("method", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "case_number", "source"),
)
