"""add themes, projects, user groups, limits, answers, overrides, uploads and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_0300"
down_revision = "2026_11_25_0000"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column(
            "format",
            sa.Enum("csv", "json", name="exportformat", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slack_file_id", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_exports_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_exports_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_table(
        "audit_anchors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_audit_anchors_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchors")),
        sa.UniqueConstraint(
            "workspace_id", "week", name=op.f("uq_audit_anchors_workspace_id_week")
        ),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=True),
        sa.Column("portfolio_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint(
            "workspace_id", "number", name=op.f("uq_audit_events_workspace_id_number")
        ),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_epic_id"), ["epic_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_events_workspace_id_noun_subject_id"),
            ["workspace_id", "noun", "subject_id"],
            unique=False,
        )

    op.create_table(
        "audit_heads",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "user_group_members",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_user_group_members_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "group_id", "user_id", name=op.f("pk_user_group_members")
        ),
    )
    op.create_table(
        "user_groups",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone", sa.String(length=80), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_user_groups_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "group_id", name=op.f("pk_user_groups")),
    )
    op.create_table(
        "departures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_departures_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_index(
        op.f("ix_departures_workspace_id_user_id"), "departures", ["workspace_id", "user_id"]
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("from_user_id", sa.String(length=32), nullable=False),
        sa.Column("to_user_id", sa.String(length=32), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_handovers_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(
        op.f("ix_handovers_workspace_id_from_user_id"),
        "handovers",
        ["workspace_id", "from_user_id"],
    )
    op.create_table(
        "programs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner_user_id", sa.String(length=32), nullable=True),
        sa.Column("owner_name", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_programs_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_programs_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("portfolio_id", "code", name=op.f("uq_programs_portfolio_id_code")),
    )
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_themes_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_themes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("portfolio_id", "name", name=op.f("uq_themes_portfolio_id_name")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("epics", "projects", name="uploadkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("matching", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("bad_rows", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.String(length=32), nullable=True),
        sa.Column("file_refusal", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_uploads_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_uploads_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_portfolio_id_sha256"), "uploads", ["portfolio_id", "sha256"])
    op.create_table(
        "objectives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner_user_id", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_objectives_portfolio_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_objectives_theme_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_objectives_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectives")),
    )
    with op.batch_alter_table("objectives", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_objectives_portfolio_id"), ["portfolio_id"], unique=False
        )

    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=120), nullable=True),
        sa.Column("owner_user_id", sa.String(length=32), nullable=True),
        sa.Column("owner_name", sa.String(length=120), nullable=True),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_centre", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_projects_portfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_projects_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_projects_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("portfolio_id", "code", name=op.f("uq_projects_portfolio_id_code")),
        sa.UniqueConstraint(
            "portfolio_id",
            "source",
            "source_id",
            name=op.f("uq_projects_portfolio_id_source_source_id"),
        ),
    )
    op.create_table(
        "wip_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=True),
        sa.Column("state_id", sa.Integer(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum("testing", "delivering", name="phase", native_enum=False, length=16),
            nullable=True,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_wip_limits_portfolio_id")
        ),
        sa.ForeignKeyConstraint(["state_id"], ["states.id"], name=op.f("fk_wip_limits_state_id")),
        sa.ForeignKeyConstraint(
            ["value_stream_id"], ["value_streams.id"], name=op.f("fk_wip_limits_value_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_wip_limits_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wip_limits")),
    )
    with op.batch_alter_table("wip_limits", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_wip_limits_portfolio_id"), ["portfolio_id"], unique=False
        )

    op.create_table(
        "key_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("baseline", sa.String(length=40), nullable=True),
        sa.Column("target", sa.String(length=40), nullable=True),
        sa.Column("current", sa.String(length=40), nullable=True),
        sa.Column("current_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["objective_id"], ["objectives.id"], name=op.f("fk_key_results_objective_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_key_results_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_results")),
    )
    with op.batch_alter_table("key_results", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_key_results_objective_id"), ["objective_id"], unique=False
        )

    op.create_table(
        "milestones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("milestone", "checkpoint", name="milestonekind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_milestones_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_milestones_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_milestones_project_id_code")),
    )
    op.create_table(
        "project_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_shares_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["value_stream_id"],
            ["value_streams.id"],
            name=op.f("fk_project_shares_value_stream_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_project_shares_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_shares")),
        sa.UniqueConstraint(
            "project_id",
            "value_stream_id",
            name=op.f("uq_project_shares_project_id_value_stream_id"),
        ),
    )
    with op.batch_alter_table("project_shares", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_project_shares_value_stream_id"), ["value_stream_id"], unique=False
        )

    op.create_table(
        "project_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("value_stream_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("confidence", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("forecast_minor", sa.BigInteger(), nullable=True),
        sa.Column("whole_life_cost_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_snapshots_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["value_stream_id"],
            ["value_streams.id"],
            name=op.f("fk_project_snapshots_value_stream_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_project_snapshots_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_snapshots")),
        sa.UniqueConstraint(
            "project_id",
            "as_of",
            "period",
            name=op.f("uq_project_snapshots_project_id_as_of_period"),
        ),
    )
    with op.batch_alter_table("project_snapshots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_project_snapshots_value_stream_id"), ["value_stream_id"], unique=False
        )

    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("yes", "not now", "question", name="answerkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_answers_epic_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_answers_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_epic_id_at"), ["epic_id", "at"], unique=False)

    op.create_table(
        "blockings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_blockings_epic_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_blockings_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blockings")),
    )
    with op.batch_alter_table("blockings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_blockings_epic_id_ended_at"), ["epic_id", "ended_at"], unique=False
        )

    op.create_table(
        "circle_members",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_circle_members_epic_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_circle_members_workspace_id")
        ),
        sa.PrimaryKeyConstraint("epic_id", "user_id", name=op.f("pk_circle_members")),
    )
    op.create_table(
        "stream_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("from_stream_id", sa.Integer(), nullable=False),
        sa.Column("to_stream_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_stream_moves_epic_id")),
        sa.ForeignKeyConstraint(
            ["from_stream_id"], ["value_streams.id"], name=op.f("fk_stream_moves_from_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_stream_id"], ["value_streams.id"], name=op.f("fk_stream_moves_to_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_stream_moves_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_moves")),
    )
    with op.batch_alter_table("stream_moves", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stream_moves_epic_id_at"), ["epic_id", "at"], unique=False
        )

    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("epic_id", sa.Integer(), nullable=False),
        sa.Column("transition_id", sa.Integer(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["epic_id"], ["epics.id"], name=op.f("fk_overrides_epic_id")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transitions.id"], name=op.f("fk_overrides_transition_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_overrides_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overrides_epic_id"), ["epic_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_overrides_workspace_id_at"), ["workspace_id", "at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("exports")
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_overrides_workspace_id_at"))
        batch_op.drop_index(batch_op.f("ix_overrides_epic_id"))

    op.drop_table("overrides")
    with op.batch_alter_table("stream_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_moves_epic_id_at"))

    op.drop_table("stream_moves")
    op.drop_table("circle_members")
    with op.batch_alter_table("blockings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blockings_epic_id_ended_at"))

    op.drop_table("blockings")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_epic_id_at"))

    op.drop_table("answers")
    with op.batch_alter_table("project_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_snapshots_value_stream_id"))

    op.drop_table("project_snapshots")
    with op.batch_alter_table("project_shares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_shares_value_stream_id"))

    op.drop_table("project_shares")
    op.drop_table("milestones")
    with op.batch_alter_table("key_results", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_key_results_objective_id"))

    op.drop_table("key_results")
    with op.batch_alter_table("wip_limits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wip_limits_portfolio_id"))

    op.drop_table("wip_limits")
    op.drop_table("projects")
    with op.batch_alter_table("objectives", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objectives_portfolio_id"))

    op.drop_table("objectives")
    op.drop_index(op.f("ix_uploads_portfolio_id_sha256"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_table("themes")
    op.drop_table("programs")
    op.drop_table("handovers")
    op.drop_table("departures")
    op.drop_table("user_groups")
    op.drop_table("user_group_members")
    op.drop_table("audit_heads")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_workspace_id_noun_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_events_epic_id"))

    op.drop_table("audit_events")
    op.drop_table("audit_anchors")
