"""Looking at App Home: remembering what someone chose to see, and having it drawn."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.message import Home
from models.portfolio import Portfolio
from models.work import insert_into, put


def look(session: Session, workspace_id: int, user_id: str, at: datetime) -> Home:
    """Have the person's Home drawn as they left it."""
    home = _home(session, workspace_id, user_id, at)
    home.opened_at = at
    session.flush()
    put(session, workspace_id, home.work_key, at)
    return home


def choose(
    session: Session,
    workspace_id: int,
    user_id: str,
    at: datetime,
    *,
    portfolio_id: int | None = None,
    value_stream_id: int | None = None,
    state_id: int | None = None,
    page: int = 1,
) -> Home:
    """Have the person's Home drawn with another choice; None stands for all, or for the first."""
    home = _home(session, workspace_id, user_id, at)
    home.portfolio_id, home.value_stream_id = portfolio_id, value_stream_id
    home.state_id, home.page = state_id, page
    return look(session, workspace_id, user_id, at)


def home_of(session: Session, workspace_id: int, user_id: str) -> Home | None:
    """What the person chose to see, None before their first look."""
    return session.scalars(
        select(Home).where(Home.workspace_id == workspace_id, Home.user_id == user_id)
    ).first()


def portfolio_of(home: Home | None, portfolios: Sequence[Portfolio]) -> Portfolio | None:
    """The portfolio seen: the one chosen while it is there, else the first, None without any."""
    chosen = home.portfolio_id if home is not None else None
    first = portfolios[0] if portfolios else None
    return next((each for each in portfolios if each.id == chosen), first)


def _home(session: Session, workspace_id: int, user_id: str, at: datetime) -> Home:
    new = insert_into(session, Home).values(
        workspace_id=workspace_id, user_id=user_id, page=1, opened_at=at
    )
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(
        select(Home)
        .where(Home.workspace_id == workspace_id, Home.user_id == user_id)
        .with_for_update()
    ).one()
