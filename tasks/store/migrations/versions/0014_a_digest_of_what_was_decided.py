"""A second digest of a month: of what was decided, without the words about it. Months of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cycles", sa.Column("decided_digest", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("cycles", "decided_digest")
