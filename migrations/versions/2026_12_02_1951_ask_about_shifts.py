"""let people ask about a request to move money, and answer."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1951"
down_revision = "2026_12_02_1950"


def upgrade() -> None:
    op.create_table(
        "shift_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shift_questions"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_shift_questions_workspace_id"
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_shift_questions_shift_id"),
    )
    op.create_index("ix_shift_questions_shift_id", "shift_questions", ["shift_id"])


def downgrade() -> None:
    op.drop_index("ix_shift_questions_shift_id", "shift_questions")
    op.drop_table("shift_questions")
