"""keep in which period money was promised."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1900"
down_revision = "2026_12_02_1701"


def upgrade() -> None:
    op.add_column("commitments", sa.Column("promised_period_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_ledger_transfers_month"), "ledger_transfers", ["month"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_transfers_month"), "ledger_transfers")
    op.drop_column("commitments", "promised_period_id")
