"""Quiet epics: those of which nothing was heard for as long as their state allows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, false, func, or_, select

from models.board.confirmation import Confirmation
from models.board.digest import asked_if_silent_since
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, State


def last_heard() -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """When an epic was last confirmed, and last unblocked, as columns beside it."""
    confirmed = select(func.max(Confirmation.at)).where(Confirmation.epic_id == Epic.id)
    unblocked = select(func.max(Blocking.ended_at)).where(Blocking.epic_id == Epic.id)
    return confirmed.scalar_subquery(), unblocked.scalar_subquery()


def news_of(epic: Epic, heard: Iterable[datetime | None]) -> datetime:
    """When the epic was last heard of."""
    return max([epic.state_entered_at, *(at for at in heard if at is not None)])


def quiet_epics(
    portfolio: Portfolio, states: Iterable[State], now: datetime
) -> ColumnElement[bool]:
    """Which epics nothing was heard of for as long as their state allows; the blocked wait."""
    silent = [
        and_(Epic.state_id == state.id, _silent_since(since))
        for state in states
        if (since := asked_if_silent_since(state, portfolio, now)) is not None
    ]
    return or_(*silent) if silent else false()


def _silent_since(since: datetime) -> ColumnElement[bool]:
    confirmed = select(Confirmation.id).where(
        Confirmation.epic_id == Epic.id, Confirmation.at > since
    )
    blocked = select(Blocking.id).where(
        Blocking.epic_id == Epic.id,
        or_(Blocking.ended_at.is_(None), Blocking.ended_at > since),
    )
    return and_(Epic.state_entered_at <= since, ~confirmed.exists(), ~blocked.exists())
