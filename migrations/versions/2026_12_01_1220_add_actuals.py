"""add what was spent, month by month, and up to when a portfolio's books are closed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1220"
down_revision = "2026_12_01_1213"


def upgrade() -> None:
    op.create_table(
        "actuals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("booked_month", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_centre", sa.String(length=40), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=True),
        _points_to("actuals", "entry_id", "ledger_entries"),
        _points_to("actuals", "epic_id", "epics"),
        _points_to("actuals", "period_id", "funding_periods"),
        _points_to("actuals", "portfolio_id", "portfolios"),
        _points_to("actuals", "value_stream_id", "value_streams"),
        _points_to("actuals", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actuals")),
        sa.UniqueConstraint(
            "portfolio_id", "reference", name=op.f("uq_actuals_portfolio_id_reference")
        ),
    )
    op.create_index(op.f("ix_actuals_epic_id"), "actuals", ["epic_id"])
    op.create_index(op.f("ix_actuals_period_id"), "actuals", ["period_id"])
    op.add_column("portfolios", sa.Column("books_closed_to", sa.Date(), nullable=True))


def _points_to(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_column("portfolios", "books_closed_to")
    op.drop_table("actuals")
