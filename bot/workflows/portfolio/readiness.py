"""Beginning: what has to be there before Tack can be used, and who can bring it about."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people.workspaces import admin_ids
from bot.workflows.permitting import Place, check, may
from bot.workflows.seeing import portfolio_seen_by
from models.errors import Mistake
from models.people.role import Right
from models.portfolio.portfolio import Portfolio


class NoAdminYet(Mistake):
    """Something that needs Tack to be set up, before anyone could do that."""

    def __init__(self, user_id: str) -> None:
        super().__init__(
            "Tack has no admin yet. Whoever runs it sets TACK_ADMINS to a member id, "
            f"or runs: tack admin grant USER. Your own member id is {user_id}."
        )


class SetUpFirst(Mistake):
    """Something asked of Tack before there is a portfolio."""

    def __init__(self, admins: Sequence[str] = ()) -> None:
        super().__init__(
            "Tack is not set up here yet. An admin types /portfolio setup, which guides through it."
        )
        self.ask = tuple(admins)


class NotLiveYet(Mistake):
    """Something asked of a portfolio that is still being set up."""

    def __init__(self, name: str, admins: Sequence[str] = ()) -> None:
        super().__init__(
            f"{name} is still being set up, and quiet until then. An admin types "
            "/portfolio setup and chooses Go live."
        )
        self.ask = tuple(admins)


class NothingOpenToYou(Mistake):
    """Something asked by someone who may see none of the portfolios."""

    def __init__(self, admins: Sequence[str] = ()) -> None:
        super().__init__(
            "No portfolio here is open to you: each is seen by those who have a role in it. "
            "An admin gives roles with /portfolio roles."
        )
        self.ask = tuple(admins)


def check_begun(session: Session, workspace_id: int, user_id: str) -> None:
    """Raise what is missing before the person can use Tack.

    That is one of NoAdminYet, SetUpFirst, NotLiveYet and NothingOpenToYou. Before it is live a
    portfolio is seen by admins, and by those who have a role or a value stream in it.
    """
    if _first(session, workspace_id, user_id) is not None:
        return
    admins = admin_ids(session, workspace_id)
    here = select(Portfolio).where(Portfolio.workspace_id == workspace_id)
    first = session.scalars(here.order_by(Portfolio.live_at.is_(None), Portfolio.id)).first()
    if first is None:
        raise SetUpFirst(admins) if admins else NoAdminYet(user_id)
    if first.live_at is None:
        raise NotLiveYet(first.name, admins)
    raise NothingOpenToYou(admins)


def check_may_set_up(session: Session, workspace_id: int, user_id: str) -> None:
    """Raise NoAdminYet or NotAllowed where the person may set no portfolio up."""
    if not admin_ids(session, workspace_id):
        raise NoAdminYet(user_id)
    if not any(
        may(session, user_id, Right.SET_UP, Place.of_portfolio(portfolio))
        for portfolio in _portfolios(session, workspace_id)
    ):
        check(session, user_id, Right.SET_UP, Place(workspace_id))


def _portfolios(session: Session, workspace_id: int) -> Sequence[Portfolio]:
    return session.scalars(select(Portfolio).where(Portfolio.workspace_id == workspace_id)).all()


def _first(session: Session, workspace_id: int, user_id: str) -> int | None:
    seen = select(Portfolio.id).where(
        Portfolio.workspace_id == workspace_id, portfolio_seen_by(user_id)
    )
    return session.scalar(seen.limit(1))
