"""keep with each digest what it told."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1100"
down_revision = "2026_11_30_1000"


def upgrade() -> None:
    op.add_column("digests", sa.Column("frozen_content", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("digests") as batch:
        batch.drop_column("frozen_content")
