"""add allocations as they were written, and the year-end forecasts of value streams."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_1000"
down_revision = "2026_11_30_2340"


def upgrade() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("forecast_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_centre", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _points_to("allocations", "entry_id", "ledger_entries"),
        _points_to("allocations", "period_id", "funding_periods"),
        _points_to("allocations", "portfolio_id", "portfolios"),
        _points_to("allocations", "value_stream_id", "value_streams"),
        _points_to("allocations", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sa.UniqueConstraint(
            "period_id",
            "source",
            "source_id",
            name=op.f("uq_allocations_period_id_source_source_id"),
        ),
    )
    op.create_index(op.f("ix_allocations_portfolio_id"), "allocations", ["portfolio_id"])
    op.create_table(
        "year_end_forecasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        _points_to("year_end_forecasts", "period_id", "funding_periods"),
        _points_to("year_end_forecasts", "portfolio_id", "portfolios"),
        _points_to("year_end_forecasts", "value_stream_id", "value_streams"),
        _points_to("year_end_forecasts", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_end_forecasts")),
    )
    op.create_index(
        op.f("ix_year_end_forecasts_period_id_value_stream_id"),
        "year_end_forecasts",
        ["period_id", "value_stream_id"],
    )


def _points_to(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("year_end_forecasts")
    op.drop_table("allocations")
