import pytest
from sqlalchemy import inspect

import migrations
from models.database import make_engine


@pytest.fixture
def engine(empty_database_url):
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def test_migrations_build_exactly_what_the_models_describe(engine):
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
    assert migrations.is_current(engine)


def test_migrations_go_down_to_nothing_and_up_again(engine):
    migrations.upgrade(engine)
    migrations.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
