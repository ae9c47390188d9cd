from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, IntegrityError

import migrations
from migrations.changing import alembic_config
from models.database import make_engine


@pytest.fixture
def engine(own_database_url):
    """Of a database that was brought up to the newest schema."""
    engine = make_engine(own_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def begun(empty_database_url):
    """Of a database without tables."""
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def test_each_file_is_named_by_its_revision():
    scripts = ScriptDirectory.from_config(alembic_config())
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_migrations_go_down_to_nothing_and_build_exactly_what_the_models_describe(engine):
    migrations.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
    assert migrations.is_current(engine)


WRITTEN_BEFORE = """
INSERT INTO workspaces (id, team_id) VALUES (1, 'T1');
INSERT INTO portfolios (id, workspace_id, name, currency, time_zone, created_at)
    VALUES (1, 1, 'Shop', 'EUR', 'Europe/Berlin', '2026-05-18 09:00:00');
INSERT INTO states (id, workspace_id, portfolio_id, name, label, kind, position, committed)
    VALUES (1, 1, 1, 'funnel', 'Funnel', 'wait', 0, false),
        (2, 1, 1, 'implementing', 'Implementing', 'active', 1, true);
INSERT INTO value_streams (id, workspace_id, portfolio_id, name, key_prefix, next_number)
    VALUES (1, 1, 1, 'Payments', 'PAY', 4);
INSERT INTO role_grants (workspace_id, user_id, role) VALUES (1, 'U0ANA', 'admin');
INSERT INTO epics (workspace_id, portfolio_id, value_stream_id, state_id, key, title, type, theme,
        project, state_entered_at, created_at, version)
    VALUES (1, 1, 1, 1, 'PAY-1', 'Wallet', 'business', 'Fewer baskets left', 'PRJ-204 Checkout',
        '2026-05-18 09:00:00', '2026-05-18 09:00:00', 1),
    (1, 1, 1, 2, 'PAY-2', 'Bank', 'business', 'Fewer baskets left', NULL,
        '2026-05-18 09:00:00', '2026-05-18 09:00:00', 1),
    (1, 1, 1, 1, 'PAY-3', 'Bill', 'business', NULL, NULL,
        '2026-05-18 09:00:00', '2026-05-18 09:00:00', 1);
"""


IMPORTED_BEFORE = """
INSERT INTO workspaces (id, team_id) VALUES (1, 'T1');
INSERT INTO portfolios (id, workspace_id, name, currency, time_zone, created_at, imported_at,
        locale, fiscal_year_starts_in, working_days, holidays, open_to_all, version)
    VALUES (1, 1, 'Shop', 'EUR', 'Europe/Berlin', '2026-05-01 09:00:00', '2026-05-18 09:00:00',
        'en-GB', 1, '1111100', '[]', true, 1);
INSERT INTO projects (workspace_id, portfolio_id, code, name, source, created_at, version)
    VALUES (1, 1, 'P1', 'Made here', NULL, '2026-05-02 09:00:00', 1),
    (1, 1, 'P2', 'From a file', NULL, '2026-05-18 09:00:00', 1),
    (1, 1, 'P3', 'From a list', 'PPM', '2026-05-02 09:00:00', 1);
"""


def test_when_a_portfolio_was_imported_into_is_noted_of_what_came_in_both_ways(begun):
    migrations.upgrade(begun, "2026_11_30_1400")
    with begun.begin() as connection:
        for statement in IMPORTED_BEFORE.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    migrations.upgrade(begun, "2026_11_30_1500")
    with begun.connect() as connection:
        came = "SELECT code FROM projects WHERE imported_at IS NOT NULL ORDER BY code"
        assert connection.exec_driver_sql(came).scalars().all() == ["P2", "P3"]
    migrations.downgrade(begun, "2026_11_30_1400")
    with begun.connect() as connection:
        noted = "SELECT count(*) FROM portfolios WHERE imported_at > created_at"
        assert connection.exec_driver_sql(noted).scalar() == 1


def test_what_was_written_before_themes_and_projects_were_records_is_kept(begun):
    """Given epics with a theme and a project as text, when they become records, both ways."""
    migrations.upgrade(begun, "2026_11_25_0000")
    with begun.begin() as connection:
        for statement in WRITTEN_BEFORE.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    migrations.upgrade(begun)
    told = (
        "SELECT key, t.name, p.code, phase FROM epics "
        "LEFT JOIN themes t ON t.id = theme_id LEFT JOIN projects p ON p.id = project_id "
        "ORDER BY key"
    )
    with begun.connect() as connection:
        assert connection.exec_driver_sql(told).all() == [
            ("PAY-1", "Fewer baskets left", "PRJ-204 Checkout", None),
            ("PAY-2", "Fewer baskets left", None, "testing"),
            ("PAY-3", None, None, None),
        ]
        live = "SELECT count(*) FROM portfolios WHERE live_at = created_at"
        assert connection.exec_driver_sql(live).scalar() == 1
    migrations.downgrade(begun, "2026_11_25_0000")
    with begun.connect() as connection:
        assert connection.exec_driver_sql(
            "SELECT key, theme, project FROM epics ORDER BY key"
        ).all() == [
            ("PAY-1", "Fewer baskets left", "PRJ-204 Checkout"),
            ("PAY-2", "Fewer baskets left", None),
            ("PAY-3", None, None),
        ]


COMMITTED_BEFORE = """
INSERT INTO workspaces (id, team_id) VALUES (1, 'T1');
INSERT INTO portfolios (id, workspace_id, name, currency, time_zone, created_at, locale,
        fiscal_year_starts_in, working_days, holidays, open_to_all, version)
    VALUES (1, 1, 'Shop', 'EUR', 'Europe/Berlin', '2026-05-01 09:00:00', 'en-GB', 1, '1111100',
        '[]', true, 1);
INSERT INTO value_streams (id, workspace_id, portfolio_id, name, key_prefix, next_number, stage,
        version)
    VALUES (1, 1, 1, 'Payments', 'PAY', 4, 'project-funded', 1);
INSERT INTO states (id, workspace_id, portfolio_id, name, label, kind, position, committed, phased,
        exit_requires)
    VALUES (1, 1, 1, 'funnel', 'Funnel', 'wait', 0, false, false, '[]');
INSERT INTO epics (id, workspace_id, portfolio_id, value_stream_id, state_id, key, title, type,
        restricted, state_entered_at, created_at, version)
    VALUES (7, 1, 1, 1, 1, 'PAY-1', 'Wallet', 'business', false, '2026-05-18 09:00:00',
        '2026-05-18 09:00:00', 1);
INSERT INTO funding_periods (id, workspace_id, portfolio_id, name, starts_on, ends_on, next_number)
    VALUES (1, 1, 1, '2026', '2026-01-01', '2026-12-31', 2);
INSERT INTO ledger_entries (id, workspace_id, portfolio_id, period_id, number, kind, at)
    VALUES (1, 1, 1, 1, 1, 'commit', '2026-05-18 09:00:00');
INSERT INTO ledger_transfers (id, workspace_id, entry_id, from_kind, from_stream_id, to_kind,
        to_stream_id, amount_minor, epic_id)
    VALUES (1, 1, 1, 'free', 1, 'committed', 1, 500, 7);
"""
LIKE_IT = """
INSERT INTO ledger_transfers (workspace_id, entry_id, from_kind, from_stream_id, to_kind,
        to_stream_id, amount_minor, epic_id)
    VALUES (1, 1, 'free', 1, 'committed', 1, 500, 8)
"""


def test_what_was_committed_points_to_its_epic_and_is_only_appended_to_both_ways(engine):
    before = "2026_12_02_2020"
    migrations.downgrade(engine, before)
    with engine.begin() as connection:
        for statement in COMMITTED_BEFORE.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)

    def check_it_stands():
        with engine.connect() as connection:
            kept = "SELECT epic_id, amount_minor FROM ledger_transfers"
            assert connection.exec_driver_sql(kept).all() == [(7, 500)]
        with engine.begin() as connection, pytest.raises(DBAPIError, match="only appended to"):
            connection.exec_driver_sql("UPDATE ledger_transfers SET epic_id = NULL")

    migrations.upgrade(engine)
    check_it_stands()
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.exec_driver_sql(LIKE_IT)
    migrations.downgrade(engine, before)
    check_it_stands()
