"""add pictures of figures, and the windows that wait for them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_1600"
down_revision = "2026_12_02_1311"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=80), nullable=True),
        _points_to("pictures", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("workspace_id", "digest", name=op.f("uq_pictures_workspace_id_digest")),
    )
    op.create_table(
        "picture_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _points_to("picture_windows", "picture_id", "pictures"),
        _points_to("picture_windows", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_windows")),
        sa.UniqueConstraint(
            "workspace_id", "view_id", name=op.f("uq_picture_windows_workspace_id_view_id")
        ),
    )
    op.create_index(op.f("ix_picture_windows_picture_id"), "picture_windows", ["picture_id"])


def _points_to(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("picture_windows")
    op.drop_table("pictures")
