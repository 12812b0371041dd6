"""The tables of what billing asks the care team: the questions, and all that became of each. Nothing is overwritten."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

queries = sa.Table(
    "queries",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("program", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("rule", sa.Text(), nullable=False),  # the finding it is to clear up; empty where it is about none
    sa.Column("about", sa.Text(), nullable=False),  # time entries or a member of staff, by identifier
    sa.Column("asked_to", sa.Text(), nullable=False),  # the care manager; empty where the patient has none
    # Tells the question apart: the same line of a list is asked once.
    sa.Column("source", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "number"),
    sa.UniqueConstraint("practice_id", "source"),
    sqlite_with_rowid=False,
)

query_moves = sa.Table(
    "query_moves",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    # Tells the move apart, so that what is repeated is recorded once.
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("answer", sa.Text(), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("words", sa.Text(), nullable=False),  # the question, the note with an answer, or why
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "number", "source"),
)
