"""A month's life: its moves, who runs it now, what people decided by hand, and who is asked to approve.

Months that are there already are decided, and signed off or released where somebody signed and claims went out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOVE = (
    "INSERT INTO month_moves (practice_id, month, revision, came_from, state, reason, moved_by, moved_at) "
    "SELECT c.practice_id, c.month, c.revision, "
)
NEWEST = "c.revision = (SELECT max(o.revision) FROM cycles o WHERE o.practice_id = c.practice_id AND o.month = c.month)"
KNOWN = "'known from before moves were kept'"


def upgrade() -> None:
    op.create_table(
        "month_moves",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("came_from", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_moves")),
    )
    op.create_index(op.f("ix_month_moves_practice_id_month"), "month_moves", ["practice_id", "month"])
    op.create_table(
        "month_runs",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("process", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "month", name=op.f("pk_month_runs")),
    )
    op.create_table(
        "manual_decisions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_decisions")),
    )
    op.create_index(op.f("ix_manual_decisions_practice_id_month"), "manual_decisions", ["practice_id", "month"])
    op.create_table(
        "approval_requests",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("flow_run_id", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_requests")),
        sa.UniqueConstraint("flow_run_id", "round", name=op.f("uq_approval_requests_flow_run_id_round")),
    )
    op.execute(f"{MOVE} 'open', 'decided', {KNOWN}, '', c.created_at FROM cycles c WHERE {NEWEST}")
    signed = f"FROM cycles c JOIN sign_offs s ON s.cycle_id = c.id WHERE {NEWEST}"
    op.execute(f"{MOVE} 'decided', 'signed_off', {KNOWN}, s.signed_by, s.signed_at {signed}")
    sent = "EXISTS (SELECT 1 FROM claim_files f WHERE f.practice_id = c.practice_id AND f.month = c.month"
    op.execute(
        f"{MOVE} 'signed_off', 'released', {KNOWN}, '', s.signed_at {signed} AND {sent} AND f.revision = c.revision)"
    )


def downgrade() -> None:
    op.drop_table("approval_requests")
    op.drop_index(op.f("ix_manual_decisions_practice_id_month"), table_name="manual_decisions")
    op.drop_table("manual_decisions")
    op.drop_table("month_runs")
    op.drop_index(op.f("ix_month_moves_practice_id_month"), table_name="month_moves")
    op.drop_table("month_moves")
