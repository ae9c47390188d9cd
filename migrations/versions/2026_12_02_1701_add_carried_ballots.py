"""add the ballots that a stand-in is sent for an elector."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1701"
down_revision = "2026_12_02_1700"

POINTS_TO = {
    "workspace_id": "workspaces",
    "decision_id": "decisions",
    "delegation_id": "delegations",
}


def upgrade() -> None:
    op.create_table(
        "carried_ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in POINTS_TO),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_carried_ballots_{name}"))
            for name, to in POINTS_TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_ballots")),
    )
    op.create_index(
        op.f("ix_carried_ballots_decision_id_user_id"),
        "carried_ballots",
        ["decision_id", "user_id"],
    )
    op.create_index(op.f("ix_carried_ballots_delegation_id"), "carried_ballots", ["delegation_id"])


def downgrade() -> None:
    op.drop_table("carried_ballots")
