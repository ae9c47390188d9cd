"""commit money to epics and to a stream's capacity."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1310"
down_revision = "2026_12_02_1300"


def upgrade() -> None:
    op.create_table(
        "commitments",
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("decided_minor", sa.BigInteger(), nullable=False),
        sa.Column("promised_minor", sa.BigInteger(), nullable=False),
        sa.Column("uncovered_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_commitments_epic_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_commitments_workspace_id")
        ),
        sa.PrimaryKeyConstraint("epic_id", name=op.f("pk_commitments")),
    )
    op.add_column("ledger_transfers", sa.Column("epic_id", sa.Integer(), nullable=True))
    op.add_column("ledger_transfers", sa.Column("month", sa.Date(), nullable=True))
    op.create_index(op.f("ix_ledger_transfers_epic_id"), "ledger_transfers", ["epic_id"])
    op.add_column("transitions", sa.Column("released_minor", sa.BigInteger(), nullable=True))
    op.add_column("decisions", sa.Column("this_period_minor", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("decisions", "this_period_minor")
    op.drop_column("transitions", "released_minor")
    op.drop_index(op.f("ix_ledger_transfers_epic_id"), "ledger_transfers")
    op.drop_column("ledger_transfers", "month")
    op.drop_column("ledger_transfers", "epic_id")
    op.drop_table("commitments")
