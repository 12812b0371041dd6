"""Who looks after an overdue case is said of the day on which it is asked, and no more kept of a month."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("copay_cases", "copay_case_events"):
        op.drop_column(table, "escalated_to")


def downgrade() -> None:
    for table in ("copay_case_events", "copay_cases"):
        op.add_column(table, sa.Column("escalated_to", sa.Text(), nullable=True))
