"""Which claims a payer asked the records of, by when they are due, and when they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_requests",
        sa.Column("claim_number", sa.Text(), nullable=False),
        sa.Column("asked_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("answered_date", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("claim_number", "asked_date", name=op.f("pk_record_requests")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("record_requests")
