"""keep how the ballots of a decision ended."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_03_1100"
down_revision = "2026_12_03_1000"


def upgrade() -> None:
    op.add_column("decisions", sa.Column("ballots_end", sa.String(80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("decisions") as batch:
        batch.drop_column("ballots_end")
