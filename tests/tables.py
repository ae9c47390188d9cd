"""Databases with every table, as migrations make them."""

import migrations
from models.database import make_engine
from tests.once import made_for_all


def migrate(url):
    """Bring it up to the newest schema, and hang up."""
    engine = make_engine(url)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def migrated():
    """The file of an SQLite database with every table, to be copied: one for all processes."""
    return made_for_all("tack.db", lambda file: migrate(f"sqlite:///{file}"))
