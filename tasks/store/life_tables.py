"""The tables of a month's life: its moves, who runs it now, what people decided by hand, and who is asked to approve.

Rows of moves, decisions and requests are only ever added; a run that is over has no row.
"""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

month_moves = sa.Table(
    "month_moves",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),  # 0 before the month was decided for the first time
    sa.Column("came_from", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("moved_by", sa.Text(), nullable=False),
    sa.Column("moved_at", Instant(), nullable=False),
    sa.Index(None, "practice_id", "month"),
)

month_runs = sa.Table(
    "month_runs",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("token", sa.Text(), nullable=False),  # of this one run, whatever machine and process it is
    sa.Column("machine", sa.Text(), nullable=False),
    sa.Column("process", sa.BigInteger(), nullable=False),
    sa.Column("begun_at", Instant(), nullable=False),
    sa.Column("heard_at", Instant(), nullable=False),
    sa.Column("expires_at", Instant(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "month"),
)

manual_decisions = sa.Table(
    "manual_decisions",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("patient_id", sa.Text(), nullable=False),
    sa.Column("decision", sa.Text(), nullable=False),  # hold, force; release takes off what stood
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("decided_by", sa.Text(), nullable=False),
    sa.Column("decided_at", Instant(), nullable=False),
    sa.Index(None, "practice_id", "month"),
)

approval_requests = sa.Table(
    "approval_requests",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("flow_run_id", sa.Text(), nullable=False),
    sa.Column("round", sa.BigInteger(), nullable=False),  # 1, and one more each time that the answer was to wait
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("requested_at", Instant(), nullable=False),
    sa.UniqueConstraint("flow_run_id", "round"),
)
