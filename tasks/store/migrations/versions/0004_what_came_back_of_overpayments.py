"""What came back of overpayments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("overpayments", sa.Column("keeps_cents", sa.BigInteger()))
    op.add_column("overpayments", sa.Column("open_cents", sa.BigInteger()))
    # Before, a case was closed by whatever came back: what is open is open whole.
    op.execute("UPDATE overpayments SET keeps_cents = 0, open_cents = CASE state WHEN 'open' THEN cents ELSE 0 END")
    with op.batch_alter_table("overpayments", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.alter_column("keeps_cents", nullable=False)
        batch_op.alter_column("open_cents", nullable=False)
    op.create_table(
        "refunds",
        sa.Column("claim_number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_date", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_number"], ["overpayments.claim_number"], name=op.f("fk_refunds_claim_number_overpayments")
        ),
        sa.PrimaryKeyConstraint("claim_number", "reference", name=op.f("pk_refunds")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("refunds")
    with op.batch_alter_table("overpayments", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_column("open_cents")
        batch_op.drop_column("keeps_cents")
