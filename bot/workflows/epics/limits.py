"""Limiting: whether there is room where an epic is to go, and who makes room next."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.column import ENDED, Column
from models.epics.epic import Epic
from models.epics.limit import FullPlace, covers, is_last
from models.portfolio.portfolio import Phase, State, StateKind, ValueStream, WipLimit

LIMITS = (
    select(WipLimit)
    .where(
        WipLimit.portfolio_id == bindparam("portfolio_id"),
        or_(WipLimit.value_stream_id.is_(None), WipLimit.value_stream_id == bindparam("stream_id")),
    )
    .order_by(WipLimit.id)
)
LOCKED_LIMITS = LIMITS.with_for_update()
WIP_BY_COLUMN = (
    select(Epic.value_stream_id, Epic.state_id, Epic.phase, func.count(Epic.id))
    .where(
        Epic.portfolio_id == bindparam("portfolio_id"),
        Epic.state_id.in_(bindparam("state_ids", expanding=True)),
    )
    .group_by(Epic.value_stream_id, Epic.state_id, Epic.phase)
)
"""Built once: every move forward asks them, where its portfolio has limits."""


def full_places(
    session: Session,
    epic: Epic,
    to: Column,
    states: Mapping[int, State],
    stream: ValueStream,
    *,
    lock: bool = False,
) -> Sequence[FullPlace]:
    """The places that are full where the epic would newly stand; none for a move backwards.

    `stream` is the value stream it stands in then.

    Locked, nobody else takes a place there before this transaction has ended. What is counted is
    all there is, restricted epics included; one that is named is one everybody may see.
    """
    here = Column.of(epic)
    back = to.is_before(here) and epic.state.kind not in ENDED
    if back or to.state.kind is StateKind.STOPPED:
        return []
    asked = {"portfolio_id": epic.portfolio_id, "stream_id": stream.id}
    limits = [
        limit
        for limit in session.scalars(LOCKED_LIMITS if lock else LIMITS, asked)
        if covers(limit, stream.id, to) and not covers(limit, stream.id, here)
    ]
    if not limits:
        return []
    wip = _wip_by_column(session, epic.portfolio_id, states)
    counted = [(limit, _counted(limit, wip)) for limit in limits]
    return [
        _full(session, stream, to, limit, count, states)
        for limit, count in counted
        if count >= limit.most
    ]


def limit_kept(session: Session, epic: Epic) -> WipLimit | None:
    """The limit of its value stream that the epic counts for, that of all in flight first.

    None where there is none, or more count for it than it allows: one that leaves frees nothing.
    """
    here, stream_id = Column.of(epic), epic.value_stream_id
    asked = {"portfolio_id": epic.portfolio_id, "stream_id": stream_id}
    limits = [
        limit
        for limit in session.scalars(LIMITS, asked)
        if limit.value_stream_id == stream_id and covers(limit, stream_id, here)
    ]
    if not limits:
        return None
    limit = min(limits, key=lambda each: each.state_id is not None)
    states = {state.id: state for state in epic.portfolio.states}
    standing = _counted(limit, _wip_by_column(session, epic.portfolio_id, states))
    return limit if standing <= limit.most else None


def first_in_line(session: Session, epic: Epic) -> str | None:
    """The key of the epic that is ready the longest in its value stream, of those all may see."""
    waits = [s.id for s in epic.portfolio.states if s.committed and s.kind is StateKind.WAIT]
    line = (
        select(Epic.key)
        .join(Epic.state)
        .where(
            Epic.value_stream_id == epic.value_stream_id,
            Epic.state_id.in_(waits),
            visible_to(EVERYBODY),
        )
    )
    order = (State.position.desc(), Epic.state_entered_at, Epic.id)
    return session.scalar(line.order_by(*order).limit(1))


WipByColumn = Sequence[tuple[int, Column, int]]
"""How many epics of a value stream stand in a column."""


def _wip_by_column(session: Session, portfolio_id: int, states: Mapping[int, State]) -> WipByColumn:
    ids = [state.id for state in states.values() if state.kind not in ENDED]
    rows = session.execute(WIP_BY_COLUMN, {"portfolio_id": portfolio_id, "state_ids": ids})
    return [
        (stream_id, Column.entered(states[state_id], phase), count)
        for stream_id, state_id, phase, count in rows
    ]


def _counted(limit: WipLimit, wip: WipByColumn) -> int:
    return sum(count for stream_id, column, count in wip if covers(limit, stream_id, column))


def _full(
    session: Session,
    stream: ValueStream,
    to: Column,
    limit: WipLimit,
    count: int,
    states: Mapping[int, State],
) -> FullPlace:
    of_stream = limit.value_stream_id is not None
    column = Column(to.state, limit.phase)
    return FullPlace(
        scope=stream.name if of_stream else stream.portfolio.name,
        where=None if limit.state_id is None and limit.phase is None else column.label,
        standing=count,
        most=limit.most,
        next_key=_next_to_leave(session, limit, states),
        is_last=is_last(limit, to),
    )


def _next_to_leave(session: Session, limit: WipLimit, states: Mapping[int, State]) -> str | None:
    """The key of the epic that has come furthest there, the longest in its state first."""
    inside = [
        state.id
        for state in states.values()
        if (state.committed if limit.state_id is None else state.id == limit.state_id)
    ]
    rows = (
        select(Epic.key)
        .join(Epic.state)
        .where(
            Epic.portfolio_id == limit.portfolio_id,
            Epic.state_id.in_(inside),
            visible_to(EVERYBODY),
        )
    )
    if limit.value_stream_id is not None:
        rows = rows.where(Epic.value_stream_id == limit.value_stream_id)
    if limit.phase is not None:
        rows = rows.where(Epic.phase == limit.phase)
    delivering = Epic.phase == Phase.DELIVERING
    order = (State.position.desc(), func.coalesce(delivering, False).desc())
    return session.scalar(rows.order_by(*order, Epic.state_entered_at, Epic.id).limit(1))
