"""let App Home show a person's epics."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1211"
down_revision = "2026_12_01_1200"


def upgrade() -> None:
    op.add_column("homes", sa.Column("owner_user_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("homes") as batch:
        batch.drop_column("owner_user_id")
