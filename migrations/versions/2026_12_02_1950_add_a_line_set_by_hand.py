"""add a line set by hand: within how many days 85 of 100 epics finish, as people said."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1950"
down_revision = "2026_12_02_1900"


def upgrade() -> None:
    op.add_column("portfolios", sa.Column("line_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("portfolios") as batch:
        batch.drop_column("line_days")
