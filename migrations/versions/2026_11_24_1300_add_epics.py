"""add epics and their history."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_1300"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("team_id", name=op.f("uq_workspaces_team_id")),
    )
    op.create_table(
        "portfolios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_portfolios_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolios")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_portfolios_workspace_id_name")),
    )
    with op.batch_alter_table("portfolios", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolios_workspace_id"), ["workspace_id"], unique=False
        )

    op.create_table(
        "states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wait", "active", "done", "stopped", name="statekind", native_enum=False, length=16
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("committed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_states_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_states_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_states")),
        sa.UniqueConstraint("portfolio_id", "name", name=op.f("uq_states_portfolio_id_name")),
    )
    op.create_table(
        "value_streams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key_prefix", sa.String(length=10), nullable=False),
        sa.Column("owner_user_id", sa.String(length=32), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_value_streams_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_value_streams_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_streams")),
        sa.UniqueConstraint(
            "portfolio_id", "name", name=op.f("uq_value_streams_portfolio_id_name")
        ),
        sa.UniqueConstraint(
            "workspace_id", "key_prefix", name=op.f("uq_value_streams_workspace_id_key_prefix")
        ),
    )
    op.create_table(
        "epics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=False),
        sa.Column("state_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum("business", "enabler", name="epictype", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("hypothesis", sa.Text(), nullable=True),
        sa.Column("for_whom", sa.Text(), nullable=True),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column("baseline", sa.String(length=40), nullable=True),
        sa.Column("target", sa.String(length=40), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("kill_threshold", sa.Text(), nullable=True),
        sa.Column("mvp_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("full_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("horizon", sa.Integer(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("owner_user_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_by", sa.String(length=32), nullable=True),
        sa.Column("state_entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_epics_portfolio_id")
        ),
        sa.ForeignKeyConstraint(["state_id"], ["states.id"], name=op.f("fk_epics_state_id")),
        sa.ForeignKeyConstraint(
            ["value_stream_id"], ["value_streams.id"], name=op.f("fk_epics_value_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_epics_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epics")),
        sa.UniqueConstraint(
            "portfolio_id",
            "source",
            "source_id",
            name=op.f("uq_epics_portfolio_id_source_source_id"),
        ),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_epics_workspace_id_key")),
    )
    with op.batch_alter_table("epics", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_epics_portfolio_id_state_id_state_entered_at"),
            ["portfolio_id", "state_id", "state_entered_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_epics_value_stream_id"), ["value_stream_id"], unique=False
        )

    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("from_state_id", sa.Integer(), nullable=True),
        sa.Column("to_state_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_user_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_transitions_epic_id")),
        sa.ForeignKeyConstraint(
            ["from_state_id"], ["states.id"], name=op.f("fk_transitions_from_state_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_state_id"], ["states.id"], name=op.f("fk_transitions_to_state_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_transitions_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions")),
    )
    with op.batch_alter_table("transitions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transitions_epic_id_at"), ["epic_id", "at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("transitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transitions_epic_id_at"))

    op.drop_table("transitions")
    with op.batch_alter_table("epics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_epics_value_stream_id"))
        batch_op.drop_index(batch_op.f("ix_epics_portfolio_id_state_id_state_entered_at"))

    op.drop_table("epics")
    op.drop_table("value_streams")
    op.drop_table("states")
    with op.batch_alter_table("portfolios", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolios_workspace_id"))

    op.drop_table("portfolios")
    op.drop_table("workspaces")
