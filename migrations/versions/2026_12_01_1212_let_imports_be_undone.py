"""let imports be undone within the hour."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1212"
down_revision = "2026_12_01_1211"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.drop_column("undone_at")
