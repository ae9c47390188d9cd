"""link epics to themes and projects, and let portfolios, states, streams and roles say more."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_0310"
down_revision = "2026_11_25_0300"

PHASE = sa.Enum("testing", "delivering", name="phase", native_enum=False, length=16)
STAGE = sa.Enum(
    "project-funded", "hybrid", "capacity-funded", name="stage", native_enum=False, length=16
)


def upgrade() -> None:
    _widen_portfolios()
    _widen_states_and_transitions()
    _widen_streams()
    _widen_roles()
    _link_epics()
    _widen_homes()


def _widen_portfolios() -> None:
    with op.batch_alter_table("portfolios") as batch:
        batch.add_column(sa.Column("channel_id", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("locale", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("fiscal_year_starts_in", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("working_days", sa.String(length=7), nullable=True))
        batch.add_column(sa.Column("holidays", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("decision_days_before", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("open_to_all", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE portfolios SET locale = 'en-GB', fiscal_year_starts_in = 1, "
        "working_days = '1111100', holidays = '[]', open_to_all = true, live_at = created_at, "
        "version = 1"
    )
    with op.batch_alter_table("portfolios") as batch:
        for name, kind in (
            ("locale", sa.String(length=16)),
            ("fiscal_year_starts_in", sa.Integer()),
            ("working_days", sa.String(length=7)),
            ("holidays", sa.JSON()),
            ("open_to_all", sa.Boolean()),
            ("version", sa.Integer()),
        ):
            batch.alter_column(name, existing_type=kind, nullable=False)


def _widen_states_and_transitions() -> None:
    with op.batch_alter_table("states") as batch:
        batch.add_column(sa.Column("phased", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("stale_after_days", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("exit_requires", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE states SET phased = (name = 'implementing'), exit_requires = '[]'")
    op.execute("UPDATE states SET stale_after_days = 14 WHERE committed = true")
    with op.batch_alter_table("states") as batch:
        batch.alter_column("phased", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("exit_requires", existing_type=sa.JSON(), nullable=False)
    with op.batch_alter_table("transitions") as batch:
        batch.add_column(sa.Column("phase", PHASE, nullable=True))
        batch.add_column(sa.Column("learned", sa.Text(), nullable=True))


def _widen_streams() -> None:
    with op.batch_alter_table("value_streams") as batch:
        batch.add_column(sa.Column("stage", STAGE, nullable=True))
        batch.add_column(sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=True))
    op.execute("UPDATE value_streams SET stage = 'project-funded', version = 1")
    with op.batch_alter_table("value_streams") as batch:
        batch.alter_column("stage", existing_type=STAGE, nullable=False)
        batch.alter_column("version", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(
            batch.f("fk_value_streams_merged_into_id"), "value_streams", ["merged_into_id"], ["id"]
        )


def _widen_roles() -> None:
    with op.batch_alter_table("role_grants") as batch:
        batch.add_column(sa.Column("portfolio_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("value_stream_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("user_group_id", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("stand_in", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("granted_by", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE role_grants SET stand_in = false")
    with op.batch_alter_table("role_grants") as batch:
        batch.alter_column("stand_in", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("user_id", existing_type=sa.String(length=32), nullable=True)
        batch.drop_constraint(batch.f("uq_role_grants_workspace_id_user_id_role"), type_="unique")
        batch.create_index(batch.f("ix_role_grants_workspace_id_role"), ["workspace_id", "role"])
        batch.create_foreign_key(
            batch.f("fk_role_grants_portfolio_id"), "portfolios", ["portfolio_id"], ["id"]
        )
        batch.create_foreign_key(
            batch.f("fk_role_grants_value_stream_id"), "value_streams", ["value_stream_id"], ["id"]
        )


def _link_epics() -> None:
    """What was written as text becomes a theme, and a project, of its own."""
    with op.batch_alter_table("epics") as batch:
        batch.add_column(sa.Column("theme_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("theme_none_because", sa.Text(), nullable=True))
        batch.add_column(sa.Column("objective_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("restricted", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("phase", PHASE, nullable=True))
        batch.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("origin_url", sa.Text(), nullable=True))
    op.execute(
        "INSERT INTO themes (workspace_id, portfolio_id, name, version) "
        "SELECT DISTINCT workspace_id, portfolio_id, substr(theme, 1, 100), 1 FROM epics "
        "WHERE theme IS NOT NULL"
    )
    op.execute(
        "UPDATE epics SET theme_id = (SELECT id FROM themes WHERE "
        "themes.portfolio_id = epics.portfolio_id AND themes.name = substr(epics.theme, 1, 100))"
    )
    op.execute(
        "INSERT INTO projects (workspace_id, portfolio_id, code, name, created_at, version) "
        "SELECT workspace_id, portfolio_id, substr(project, 1, 120), substr(project, 1, 120), "
        "min(created_at), 1 FROM epics WHERE project IS NOT NULL "
        "GROUP BY workspace_id, portfolio_id, substr(project, 1, 120)"
    )
    op.execute(
        "UPDATE epics SET project_id = (SELECT id FROM projects WHERE "
        "projects.portfolio_id = epics.portfolio_id AND "
        "projects.code = substr(epics.project, 1, 120))"
    )
    op.execute("UPDATE epics SET restricted = false")
    op.execute(
        "UPDATE epics SET phase = 'testing' WHERE state_id IN (SELECT id FROM states WHERE phased)"
    )
    with op.batch_alter_table("epics") as batch:
        batch.alter_column("restricted", existing_type=sa.Boolean(), nullable=False)
        batch.create_index(batch.f("ix_epics_project_id"), ["project_id"])
        batch.create_index(batch.f("ix_epics_theme_id"), ["theme_id"])
        batch.create_foreign_key(batch.f("fk_epics_theme_id"), "themes", ["theme_id"], ["id"])
        batch.create_foreign_key(batch.f("fk_epics_project_id"), "projects", ["project_id"], ["id"])
        batch.create_foreign_key(
            batch.f("fk_epics_objective_id"), "objectives", ["objective_id"], ["id"]
        )
        batch.drop_column("project")
        batch.drop_column("theme")


def _widen_homes() -> None:
    with op.batch_alter_table("homes") as batch:
        batch.add_column(sa.Column("phase", PHASE, nullable=True))
        batch.add_column(sa.Column("theme_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("no_theme", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("mine", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("text", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE homes SET no_theme = false, mine = false, chosen_at = opened_at")
    with op.batch_alter_table("homes") as batch:
        batch.alter_column("no_theme", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("mine", existing_type=sa.Boolean(), nullable=False)
        batch.create_foreign_key(batch.f("fk_homes_theme_id"), "themes", ["theme_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("homes") as batch:
        batch.drop_constraint(batch.f("fk_homes_theme_id"), type_="foreignkey")
        for name in ("chosen_at", "text", "mine", "no_theme", "theme_id", "phase"):
            batch.drop_column(name)
    _unlink_epics()
    with op.batch_alter_table("value_streams") as batch:
        batch.drop_constraint(batch.f("fk_value_streams_merged_into_id"), type_="foreignkey")
        for name in ("version", "merged_into_id", "ended_at", "created_at", "stage"):
            batch.drop_column(name)
    with op.batch_alter_table("transitions") as batch:
        batch.drop_column("learned")
        batch.drop_column("phase")
    with op.batch_alter_table("states") as batch:
        for name in ("retired_at", "exit_requires", "stale_after_days", "phased"):
            batch.drop_column(name)
    _narrow_roles()
    with op.batch_alter_table("portfolios") as batch:
        for name in (
            "version",
            "imported_at",
            "live_at",
            "open_to_all",
            "decision_days_before",
            "holidays",
            "working_days",
            "fiscal_year_starts_in",
            "locale",
            "channel_id",
        ):
            batch.drop_column(name)


def _narrow_roles() -> None:
    """Only admins of the whole workspace were known before."""
    op.execute(
        "DELETE FROM role_grants WHERE role <> 'admin' OR user_id IS NULL "
        "OR portfolio_id IS NOT NULL OR value_stream_id IS NOT NULL"
    )
    op.execute(
        "DELETE FROM role_grants WHERE id NOT IN "
        "(SELECT min(id) FROM role_grants GROUP BY workspace_id, user_id, role)"
    )
    with op.batch_alter_table("role_grants") as batch:
        batch.drop_constraint(batch.f("fk_role_grants_value_stream_id"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_role_grants_portfolio_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_role_grants_workspace_id_role"))
        batch.create_unique_constraint(
            batch.f("uq_role_grants_workspace_id_user_id_role"), ["workspace_id", "user_id", "role"]
        )
        batch.alter_column("user_id", existing_type=sa.String(length=32), nullable=False)
        for name in (
            "granted_at",
            "granted_by",
            "stand_in",
            "user_group_id",
            "value_stream_id",
            "portfolio_id",
        ):
            batch.drop_column(name)


def _unlink_epics() -> None:
    with op.batch_alter_table("epics") as batch:
        batch.add_column(sa.Column("theme", sa.Text(), nullable=True))
        batch.add_column(sa.Column("project", sa.Text(), nullable=True))
    op.execute("UPDATE epics SET theme = (SELECT name FROM themes WHERE themes.id = theme_id)")
    op.execute(
        "UPDATE epics SET project = (SELECT name FROM projects WHERE projects.id = project_id)"
    )
    with op.batch_alter_table("epics") as batch:
        batch.drop_constraint(batch.f("fk_epics_objective_id"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_epics_project_id"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_epics_theme_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_epics_theme_id"))
        batch.drop_index(batch.f("ix_epics_project_id"))
        for name in (
            "origin_url",
            "accepted_at",
            "answered_at",
            "phase",
            "restricted",
            "project_id",
            "objective_id",
            "theme_none_because",
            "theme_id",
        ):
            batch.drop_column(name)
