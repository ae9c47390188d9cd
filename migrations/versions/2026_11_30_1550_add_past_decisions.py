"""add past decisions: taken elsewhere, brought in from files, and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_1550"
down_revision = "2026_11_30_1500"

TABLE = "past_decisions"
POINTS_TO = {
    "epic_id": "epics.id",
    "portfolio_id": "portfolios.id",
    "workspace_id": "workspaces.id",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=True),
        sa.Column("item", sa.String(length=200), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column("threshold_percent", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=80), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))
            for column, target in POINTS_TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "portfolio_id",
            "source",
            "source_id",
            name=op.f(f"uq_{TABLE}_portfolio_id_source_source_id"),
        ),
    )
    for columns in (["epic_id"], ["portfolio_id", "closed_at"]):
        op.create_index(op.f(f"ix_{TABLE}_{'_'.join(columns)}"), TABLE, columns)


def downgrade() -> None:
    op.drop_table(TABLE)
