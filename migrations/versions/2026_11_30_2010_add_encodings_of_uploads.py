"""add the encoding that was chosen for an uploaded file."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2010"
down_revision = "2026_11_30_2000"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("encoding", sa.String(length=20), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.drop_column("encoding")
