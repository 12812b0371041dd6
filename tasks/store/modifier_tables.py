"""The table of the modifiers that a practice decided on for its lines. Nothing is overwritten."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

line_modifiers = sa.Table(
    "line_modifiers",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("patient_id", sa.Text(), nullable=False),
    sa.Column("code", sa.Text(), nullable=False),  # empty: every line of the case's month
    # separate_work, hospice: of one use a line has one modifier, the one recorded last
    sa.Column("use", sa.Text(), nullable=False),
    sa.Column("modifier", sa.Text(), nullable=False),  # empty: taken off again
    sa.Column("why", sa.Text(), nullable=False),
    sa.Column("recorded_by", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Index(None, "practice_id", "month"),
)
