"""keep which request asks for what an epic lacks."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_03_1000"
down_revision = "2026_12_03_0900"

INDEX = "ix_commitments_asked_shift_id"
POINTS = "fk_commitments_asked_shift_id"


def upgrade() -> None:
    with op.batch_alter_table("commitments") as batch:
        batch.add_column(sa.Column("asked_shift_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(POINTS, "shifts", ["asked_shift_id"], ["id"])
    op.create_index(INDEX, "commitments", ["asked_shift_id"])


def downgrade() -> None:
    op.drop_index(INDEX, "commitments")
    with op.batch_alter_table("commitments") as batch:
        batch.drop_constraint(POINTS, type_="foreignkey")
        batch.drop_column("asked_shift_id")
