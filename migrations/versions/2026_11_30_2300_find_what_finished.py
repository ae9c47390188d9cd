"""find the epics of a portfolio by when they were done."""

from alembic import op

revision = "2026_11_30_2300"
down_revision = "2026_11_30_2110"


def upgrade() -> None:
    op.create_index("ix_epics_portfolio_id_done_at", "epics", ["portfolio_id", "done_at"])


def downgrade() -> None:
    op.drop_index("ix_epics_portfolio_id_done_at", "epics")
