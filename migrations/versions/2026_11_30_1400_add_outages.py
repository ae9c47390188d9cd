"""add outages: since when a workspace's Slack is away, and when it is asked again."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1400"
down_revision = "2026_11_30_1100"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "outages",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_outages_workspace_id_workspaces"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_outages")),
    )


def downgrade() -> None:
    op.drop_table("outages")
