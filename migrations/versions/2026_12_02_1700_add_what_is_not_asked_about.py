"""add what is not asked about: epics that a person leaves out of Thursday's question."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1700"
down_revision = "2026_12_02_1601"


def upgrade() -> None:
    op.create_table(
        "left_out_epics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name="fk_left_out_epics_epic_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_left_out_epics_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_left_out_epics"),
        sa.UniqueConstraint("user_id", "epic_id", name="uq_left_out_epics_user_id_epic_id"),
    )


def downgrade() -> None:
    op.drop_table("left_out_epics")
