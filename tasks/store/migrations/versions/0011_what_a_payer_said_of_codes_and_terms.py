"""What a payer said of single codes, of handing claims on, of its co-pay and of its filing limit."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXTS = ("codes", "codes_not_covered", "crossover")
NUMBERS = ("copay_cents", "filing_days")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("coverage_answers", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in NUMBERS:
        op.add_column("coverage_answers", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in (*NUMBERS, *TEXTS):
        op.drop_column("coverage_answers", name)
