"""plan when a decision is opened."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2340"
down_revision = "2026_11_30_2310"


def upgrade() -> None:
    op.create_table(
        "planned_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=16), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("is_vote", sa.Boolean(), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [to], name=op.f(f"fk_planned_openings_{name}"))
            for name, to in (
                ("workspace_id", "workspaces.id"),
                ("portfolio_id", "portfolios.id"),
                ("epic_id", "epics.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_openings")),
    )
    op.create_index(op.f("ix_planned_openings_epic_id"), "planned_openings", ["epic_id"])


def downgrade() -> None:
    op.drop_table("planned_openings")
