"""The tables of what months taught: the action items, and all that became of each. Nothing is overwritten."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

action_items = sa.Table(
    "action_items",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("about", sa.Text(), nullable=False),  # rule, error, signal or member of staff; empty where there is one
    sa.Column("whose", sa.Text(), nullable=False),  # the person by whom the cause is told apart; empty where by none
    sa.PrimaryKeyConstraint("practice_id", "number"),
    sa.UniqueConstraint("practice_id", "kind", "about", "whose"),
    sqlite_with_rowid=False,
)

action_moves = sa.Table(
    "action_moves",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    # Counts the moves of the item: of two made from one standing only the first is recorded.
    sa.Column("step", sa.BigInteger(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("words", sa.Text(), nullable=False),  # the cause, or why it was closed
    sa.Column("remedy", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("person", sa.Text(), nullable=False),
    sa.Column("due_date", sa.Date()),
    sa.Column("count", sa.BigInteger(), nullable=False),
    sa.Column("of", sa.BigInteger(), nullable=False),
    sa.Column("patients", sa.BigInteger(), nullable=False),
    sa.Column("cents", sa.BigInteger()),
    sa.Column("cases", sa.Text(), nullable=False),
    sa.Column("hit", sa.Boolean(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.UniqueConstraint("practice_id", "number", "step"),
)
