"""Seeing: which epics someone may see, as a condition that every query of epics carries.

A restricted epic is seen by its circle: who owns or proposed it, who owns its value stream or has
that role there, the council, and people named. Nobody else finds it, counts it or is told of it.
A portfolio that is not open to all, or not live yet, is seen by those who have a role in it; of
its epics, who owns one or is named by it sees that one as well.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, joinedload

from models.decisions.decision import Decision
from models.epics.epic import CircleMember, Epic
from models.people.role import Role, RoleGrant, UserGroupMember
from models.portfolio.portfolio import Portfolio, ValueStream

Follow = Callable[[Session, int, Collection[str] | None, int | None, datetime], None]
"""Does what follows where what people see has changed: of a workspace, who, or None for all of
them in a portfolio, which, and when."""

FOLLOWS: list[Follow] = []
"""What rooms do about it, filled by `follows_sight`."""

EVERYBODY = None
"""The viewer of a channel: whoever reads there."""

KEPT = 100
"""For so many people the condition is kept, which one Home asks for a dozen times. It holds their
id alone: whatever changes about them, it stays true."""


def follows_sight(follow: Follow) -> Follow:
    """Have it done where roles, owners or a portfolio's readers change, in that transaction."""
    FOLLOWS.append(follow)
    return follow


def sight_changed(
    session: Session, workspace_id: int, people: Iterable[str | None], at: datetime
) -> None:
    """Have what these people were sent alone follow what they may see now."""
    session.flush()
    some = {each for each in people if each is not None}
    for follow in FOLLOWS if some else ():
        follow(session, workspace_id, some, None, at)


def everybodys_sight_changed(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """The same of all to whom anything of it was sent, where it opens to all or no longer is."""
    session.flush()
    for follow in FOLLOWS:
        follow(session, portfolio.workspace_id, None, portfolio.id, at)


@lru_cache(KEPT)
def visible_to(user_id: str | None) -> ColumnElement[bool]:
    """The epics a person may see; in a channel, those everybody may."""
    if user_id is EVERYBODY:
        return Epic.restricted.is_(False)
    seen = or_(  # first what most are seen by, and an index can answer
        portfolio_visible_to(user_id, Epic.portfolio_id),
        Epic.owner_user_id == user_id,
        Epic.id.in_(_named(user_id)),
    )
    return and_(_in_circle(user_id), seen)


def portfolio_visible_to(user_id: str, column: Any = Portfolio.id) -> ColumnElement[bool]:
    """The portfolios a person may see, by a column that holds their id."""
    found: ColumnElement[bool] = column.in_(_portfolios_of(user_id))
    return found


@lru_cache(KEPT)
def _portfolios_of(user_id: str) -> Select[int]:
    held = grants_of(user_id)
    streams = select(ValueStream.portfolio_id).where(
        or_(
            ValueStream.owner_user_id == user_id,
            ValueStream.id.in_(held.with_only_columns(RoleGrant.value_stream_id)),
        )
    )
    is_admin = held.where(everywhere(Portfolio.workspace_id)).exists()
    return select(Portfolio.id).where(
        or_(
            and_(Portfolio.open_to_all.is_(True), Portfolio.live_at.is_not(None)),
            is_admin,
            Portfolio.id.in_(held.with_only_columns(RoleGrant.portfolio_id)),
            Portfolio.id.in_(streams),
        )
    )


def decision_visible_to(user_id: str | None) -> ColumnElement[bool]:
    """Those about epics that a person, or everybody, may see, and those of portfolios they may.

    The epic is joined, where there is one.
    """
    everybody = user_id is EVERYBODY
    there = true() if everybody else portfolio_visible_to(user_id or "", Decision.portfolio_id)
    return or_(and_(Decision.epic_id.is_(None), there), visible_to(user_id))


def may_see(session: Session, user_id: str | None, epic: Epic) -> bool:
    if not epic.restricted and (user_id is EVERYBODY or epic.portfolio.is_for_everybody):
        return True
    return (
        session.scalar(select(Epic.id).where(Epic.id == epic.id, visible_to(user_id))) is not None
    )


def _in_circle(user_id: str) -> ColumnElement[bool]:
    held = grants_of(user_id).where(RoleGrant.role.in_((Role.COUNCIL, Role.STREAM_OWNER)))
    owned = select(ValueStream.id).where(ValueStream.owner_user_id == user_id)
    return or_(
        Epic.restricted.is_(False),
        Epic.owner_user_id == user_id,
        Epic.proposed_by == user_id,
        Epic.value_stream_id.in_(owned),
        Epic.value_stream_id.in_(held.with_only_columns(RoleGrant.value_stream_id)),
        Epic.portfolio_id.in_(held.with_only_columns(RoleGrant.portfolio_id)),
        Epic.id.in_(_named(user_id)),
    )


def _named(user_id: str) -> Select[int]:
    return select(CircleMember.epic_id).where(CircleMember.user_id == user_id)


def grants_of(user_id: str) -> Select[int]:
    """The roles given to the person or to a user group of theirs, in whichever workspace.

    In an organisation of several workspaces someone has one id in all of them.
    """
    groups = select(UserGroupMember.group_id).where(
        UserGroupMember.user_id == user_id,
        UserGroupMember.workspace_id == RoleGrant.workspace_id,
    )
    return select(RoleGrant.id).where(
        or_(RoleGrant.user_id == user_id, RoleGrant.user_group_id.in_(groups))
    )


def everywhere(workspace_id: Any) -> ColumnElement[bool]:
    """Which roles are given in all of the workspace: of a column, in that of its row."""
    return and_(
        RoleGrant.workspace_id == workspace_id,
        RoleGrant.portfolio_id.is_(None),
        RoleGrant.value_stream_id.is_(None),
    )


def portfolios(
    session: Session, workspace_id: int, viewer: str | None = None
) -> Sequence[Portfolio]:
    """The portfolios with their states and streams, the first set up first; a viewer's only."""
    seen = true() if viewer is None else portfolio_visible_to(viewer)
    return (
        session.scalars(
            select(Portfolio)
            .where(Portfolio.workspace_id == workspace_id, seen)
            .options(joinedload(Portfolio.states), joinedload(Portfolio.value_streams))
            .order_by(Portfolio.id)
        )
        .unique()
        .all()
    )
