"""Changing the schema with Alembic: loaded only where that is to be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from models.audit.audit import AuditAnchor, AuditEvent, AuditHead
from models.board.confirmation import Confirmation, FactCheck
from models.board.digest import Digest
from models.board.home import Home
from models.budgets.ledger import Transfer
from models.budgets.shift import Approval
from models.decisions.decision import Ballot, BallotBox, Decision, Elector
from models.epics.belonging import StreamMove
from models.epics.epic import Transition
from models.epics.obstacles import Override
from models.files.export import Export
from models.files.upload import Upload
from models.message import Message
from models.outage import Outage
from models.people.handover import Departure, Handover
from models.people.role import RoleGrant, UserGroup, UserGroupMember
from models.people.workspace import Workspace
from models.seen import Seen
from models.work import Lane, Work

HEAD = "head"

NOUNS = (
    Transition,
    Override,
    StreamMove,
    Outage,
    Decision,
    Elector,
    BallotBox,
    Ballot,
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
    UserGroup,
    UserGroupMember,
    Departure,
    Handover,
    Export,
    AuditEvent,
    AuditHead,
    AuditAnchor,
    Upload,
    Transfer,
    Approval,
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
    with _changing(engine) as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema back to a revision, in one transaction."""
    with _changing(engine) as connection:
        command.downgrade(alembic_config(connection), revision)


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which SQLite, which changes a table by making it anew, lets it be gone.

    That is SQLite's own way: foreign keys off before it begins, and looked at before it ends.
    """
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        pragma: Any = connection.connection.driver_connection
        if is_sqlite:
            pragma.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if is_sqlite and (lost := pragma.execute("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"rows point to nothing: {lost[:3]}")
        finally:
            if is_sqlite:
                pragma.execute("PRAGMA foreign_keys=ON")


def differences(engine: Engine) -> list[object]:
    """What the tables in the database and the models describe differently; empty when equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, METADATA))
