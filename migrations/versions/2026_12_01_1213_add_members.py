"""add members, of whom it is known whether they are guests."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1213"
down_revision = "2026_12_01_1212"


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_members_workspace_id_workspaces"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_members"),
    )


def downgrade() -> None:
    op.drop_table("members")
