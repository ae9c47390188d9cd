"""Beginning: what has to be there before Tack can be used, and who can bring it about."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people.workspaces import admin_ids
from bot.workflows.permitting import Place, check, may
from bot.workflows.seeing import portfolio_visible_to
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.portfolio.readiness import check_has_admin, refuse_to_begin


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
    refuse_to_begin(first, admins, user_id)


def check_may_set_up(session: Session, workspace_id: int, user_id: str) -> None:
    """Raise NoAdminYet or NotAllowed where the person may set no portfolio up."""
    check_has_admin(admin_ids(session, workspace_id), user_id)
    if not any(
        may(session, user_id, Right.SET_UP, Place.of_portfolio(portfolio))
        for portfolio in _portfolios(session, workspace_id)
    ):
        check(session, user_id, Right.SET_UP, Place(workspace_id))


def _portfolios(session: Session, workspace_id: int) -> Sequence[Portfolio]:
    return session.scalars(select(Portfolio).where(Portfolio.workspace_id == workspace_id)).all()


def _first(session: Session, workspace_id: int, user_id: str) -> int | None:
    seen = select(Portfolio.id).where(
        Portfolio.workspace_id == workspace_id, portfolio_visible_to(user_id)
    )
    return session.scalar(seen.limit(1))
