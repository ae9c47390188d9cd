"""add work and messages."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_1330"
down_revision = "2026_11_24_1300"


def upgrade() -> None:
    op.create_table(
        "lanes",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_lanes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_lanes")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("epic_card", "refusal", name="messagekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("post_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_messages_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_workspace_id_kind_subject_id"),
        "messages",
        ["workspace_id", "kind", "subject_id"],
    )

    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_role_grants_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", "role", name=op.f("uq_role_grants_workspace_id_user_id_role")
        ),
    )
    op.create_table(
        "seen_requests",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_seen_requests_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "request_id", name=op.f("pk_seen_requests")),
    )
    op.create_table(
        "works",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_works_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_works")),
    )
    op.create_index(op.f("ix_works_due_at"), "works", ["due_at"])

    op.create_table(
        "homes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=True),
        sa.Column("value_stream_id", sa.Integer(), nullable=True),
        sa.Column("state_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_homes_portfolio_id")
        ),
        sa.ForeignKeyConstraint(["state_id"], ["states.id"], name=op.f("fk_homes_state_id")),
        sa.ForeignKeyConstraint(
            ["value_stream_id"], ["value_streams.id"], name=op.f("fk_homes_value_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_homes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homes")),
        sa.UniqueConstraint("workspace_id", "user_id", name=op.f("uq_homes_workspace_id_user_id")),
    )
    op.create_index(op.f("ix_homes_opened_at"), "homes", ["opened_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_homes_opened_at"), "homes")
    op.drop_table("homes")
    op.drop_index(op.f("ix_works_due_at"), "works")
    op.drop_table("works")
    op.drop_table("seen_requests")
    op.drop_table("role_grants")
    op.drop_index(op.f("ix_messages_workspace_id_kind_subject_id"), "messages")
    op.drop_table("messages")
    op.drop_table("lanes")
