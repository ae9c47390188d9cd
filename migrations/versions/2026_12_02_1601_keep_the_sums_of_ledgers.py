"""keep what a period's transfers add up to, between each two accounts."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1601"
down_revision = "2026_12_02_1600"

KEY = ("period_id", "kind", "from_kind", "from_stream_id", "to_kind", "to_stream_id")


def upgrade() -> None:
    op.create_table(
        "ledger_sums",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("from_kind", sa.String(length=16), nullable=False),
        sa.Column("from_stream_id", sa.Integer(), nullable=False),
        sa.Column("to_kind", sa.String(length=16), nullable=False),
        sa.Column("to_stream_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["funding_periods.id"], name=op.f("fk_ledger_sums_period_id")
        ),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_ledger_sums")),
    )
    op.execute(
        """
        INSERT INTO ledger_sums
        SELECT period_id, kind, from_kind, COALESCE(from_stream_id, 0),
            to_kind, COALESCE(to_stream_id, 0), SUM(amount_minor)
        FROM ledger_transfers JOIN ledger_entries ON ledger_entries.id = entry_id
        GROUP BY period_id, kind, from_kind, from_stream_id, to_kind, to_stream_id
        """
    )
    index = op.f("ix_ledger_entries_period_id_kind_at")
    op.create_index(index, "ledger_entries", ["period_id", "kind", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_entries_period_id_kind_at"), "ledger_entries")
    op.drop_table("ledger_sums")
