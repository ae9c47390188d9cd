"""The schema's history, and the three things one does with it."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from models.confirmation import Confirmation, FactCheck
from models.digest import Digest
from models.epic import Transition
from models.message import Home, Message
from models.role import RoleGrant
from models.seen import Seen
from models.work import Lane, Work
from models.workspace import Workspace

HEAD = "head"

NOUNS = (
    Transition,
    Workspace,
    RoleGrant,
    Message,
    Home,
    Work,
    Lane,
    Seen,
    Digest,
    Confirmation,
    FactCheck,
)
"""Loading these, and the nouns they point to, registers every table."""

METADATA = NOUNS[0].metadata


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here so that no ini file holds a database address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Bring the schema up to a revision, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema back to a revision, in one transaction."""
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """Whether the schema is the newest this version of Tack knows."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def differences(engine: Engine) -> list[object]:
    """What the tables in the database and the models describe differently; empty when equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, METADATA))
