"""Which modifiers a practice decided on for its lines, and why a line has its date of service."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "line_modifiers",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("modifier", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_modifiers")),
    )
    op.create_index(op.f("ix_line_modifiers_practice_id_month"), "line_modifiers", ["practice_id", "month"])
    op.add_column("claim_lines", sa.Column("service_date_rule", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("claim_lines", "service_date_rule")
    op.drop_index(op.f("ix_line_modifiers_practice_id_month"), table_name="line_modifiers")
    op.drop_table("line_modifiers")
