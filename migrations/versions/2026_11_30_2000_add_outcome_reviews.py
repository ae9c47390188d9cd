"""add reviews of what became of an epic."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_2000"
down_revision = "2026_11_30_1800"

OCCASIONS = ("decision", "four weeks", "twelve weeks", "unasked")
BECAME = ("reached", "partly", "no", "not measured")


def upgrade() -> None:
    op.create_table(
        "outcome_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("occasion", _one_of("occasion", *OCCASIONS), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("became", _one_of("became", *BECAME), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_user_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_outcome_reviews_decision_id")
        ),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_outcome_reviews_epic_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_outcome_reviews_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_reviews")),
    )
    op.create_index(
        op.f("ix_outcome_reviews_epic_id_due_on"), "outcome_reviews", ["epic_id", "due_on"]
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=16)


def downgrade() -> None:
    op.drop_table("outcome_reviews")
