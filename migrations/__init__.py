"""The schema's history, and what one does with it.

Whether it is current is asked at every start, so that is found without loading Alembic.
"""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from models.errors import Mistake

HEAD = "head"
REVISION = len("2026_11_24_0930")
"""The name of each file in `versions` begins with its revision, the newest being the last."""


class NewerSchema(Mistake):
    """A database that a later version of Tack has changed."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"The database is of a newer Tack than this one (schema {version}). Nothing was "
            "changed. Install the newer Tack, or restore the database from before."
        )


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Bring the schema up to a revision, in one transaction."""
    import_module("migrations.changing").upgrade(engine, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema back to a revision, in one transaction."""
    import_module("migrations.changing").downgrade(engine, revision)


def differences(engine: Engine) -> list[object]:
    """What the tables in the database and the models describe differently; empty when equal."""
    found: list[object] = import_module("migrations.changing").differences(engine)
    return found


def is_current(engine: Engine) -> bool:
    """Whether the schema is the newest this version of Tack knows. Raises NewerSchema."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    newest = max(file.name[:REVISION] for file in files)
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version is not None and version > newest:
        raise NewerSchema(version)
    return bool(version == newest)
