"""What a payer said of single codes and of its terms, and what a determination of need rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXTS = ("codes", "codes_not_covered", "crossover")
OF_NEED = ("statement", "collection", "proof", "proof_seen_by")
DAYS = ("requested_date", "proof_date")
NUMBERS = ("copay_cents", "filing_days")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("coverage_answers", sa.Column(name, sa.Text(), nullable=True))
    for name in NUMBERS:
        op.add_column("coverage_answers", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in OF_NEED:
        op.add_column("determinations", sa.Column(name, sa.Text(), nullable=True))
    for name in DAYS:
        op.add_column("determinations", sa.Column(name, sa.Date(), nullable=True))


def downgrade() -> None:
    for name in (*DAYS, *OF_NEED):
        op.drop_column("determinations", name)
    for name in (*NUMBERS, *TEXTS):
        op.drop_column("coverage_answers", name)
