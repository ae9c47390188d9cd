"""Announcing that a portfolio is live: what is said then, to a channel and to owners."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.epic import Epic
from models.portfolio.portfolio import FIRST_STATE, Portfolio, State, StateKind, ValueStream


def epics_in(session: Session, portfolio: Portfolio) -> int:
    """How many open epics everybody may see stand on its board."""
    ended = (StateKind.DONE, StateKind.STOPPED)
    rows = select(func.count(Epic.id)).join(State, State.id == Epic.state_id)
    inside = (Epic.portfolio_id == portfolio.id, visible_to(EVERYBODY), State.kind.not_in(ended))
    return session.scalar(rows.where(*inside)) or 0


def streams_of_same_owner(session: Session, stream: ValueStream) -> Sequence[ValueStream]:
    """The streams in use of the portfolio that are owned by whoever owns this one, it first."""
    owned = [
        each
        for each in stream.portfolio.open_streams
        if each.owner_user_id == stream.owner_user_id and each is not stream
    ]
    return [stream, *owned]


def ideas_in(session: Session, streams: Sequence[ValueStream]) -> int:
    """How many ideas that their owner may see wait there for a first answer."""
    rows = (
        select(func.count(Epic.id))
        .join(State, State.id == Epic.state_id)
        .where(
            Epic.value_stream_id.in_([stream.id for stream in streams]),
            State.name == FIRST_STATE,
            Epic.answered_at.is_(None),
            visible_to(streams[0].owner_user_id),
        )
    )
    return session.scalar(rows) or 0
