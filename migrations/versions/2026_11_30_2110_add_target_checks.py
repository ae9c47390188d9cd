"""add what owners are asked of epics that are short of their target on its day."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2110"
down_revision = "2026_11_30_2100"


def upgrade() -> None:
    op.create_table(
        "target_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_target_checks_workspace_id")
        ),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_target_checks_epic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_checks")),
        sa.UniqueConstraint(
            "epic_id", "target_on", name=op.f("uq_target_checks_epic_id_target_on")
        ),
    )


def downgrade() -> None:
    op.drop_table("target_checks")
