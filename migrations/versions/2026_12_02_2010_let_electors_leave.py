"""keep which electors left Slack without a vote."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_2010"
down_revision = "2026_12_02_1951"


def upgrade() -> None:
    op.add_column("electors", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("electors", "left_at")
