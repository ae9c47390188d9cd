"""Value streams over their limits: by how much, since when, and what is in flight the longest."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.board.changes import limits_of
from bot.workflows.flow.scope import Scope
from bot.workflows.needs import Asked, Need
from bot.workflows.paging import Top
from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.belonging import StreamMove
from models.epics.epic import Epic, Transition
from models.flow.flow import History, Load, Move, StreamChange, over_since
from models.portfolio.portfolio import ValueStream

NAMED = 2


@dataclass(frozen=True, slots=True)
class OverLimit:
    """A value stream over its limit."""

    value_stream: ValueStream
    load: Load
    since: datetime
    oldest: Epic | None = None
    """What is in flight there the longest."""


def _over_limits(asked: Asked) -> Top[OverLimit]:
    """Those over their limits now, the most crowded first."""
    session, streams = asked.session, {each.id: each for each in asked.portfolio.value_streams}
    scope = Scope(asked.portfolio, streams.get(asked.stream_id or 0))
    committed = [state.id for state in scope.portfolio.states if state.committed]
    counted = (
        select(Epic.value_stream_id, func.count(Epic.id))
        .where(scope.epics, Epic.state_id.in_(committed))
        .group_by(Epic.value_stream_id)
    )
    counts = dict(session.execute(counted).all())
    most = limits_of(session, scope.portfolio)
    loads = [
        (stream, Load(counts.get(stream.id, 0), most.get((stream.id, None, None))))
        for stream in scope.streams
    ]
    over = sorted(
        ((stream, load) for stream, load in loads if load.over),
        key=lambda each: (-each[1].over, each[0].name),
    )
    some = [_over_limit(session, scope, *each, asked.now) for each in over[:NAMED]]
    return Top(some, len(over))


def _over_limit(
    session: Session, scope: Scope, stream: ValueStream, load: Load, now: datetime
) -> OverLimit:
    committed = frozenset(state.name for state in scope.portfolio.all_states if state.committed)
    went = _histories(session, scope, stream)
    since = over_since(went, stream.name, load.most or 0, now, committed)
    states = [state.id for state in scope.portfolio.states if state.committed]
    oldest = session.scalars(
        select(Epic)
        .where(Epic.value_stream_id == stream.id, Epic.state_id.in_(states), visible_to(EVERYBODY))
        .order_by(Epic.committed_at, Epic.id)
        .limit(1)
    ).first()
    return OverLimit(stream, load, since or now, oldest)


def _histories(session: Session, scope: Scope, stream: ValueStream) -> Sequence[History]:
    """The ways of the epics that are, or once were, in the stream."""
    left = select(StreamMove.epic_id).where(StreamMove.from_stream_id == stream.id)
    here = or_(Epic.value_stream_id == stream.id, Epic.id.in_(left))
    known = [Epic.portfolio_id == scope.portfolio.id, visible_to(EVERYBODY), here]
    names = {each.id: each.name for each in scope.portfolio.value_streams}
    states = {each.id: each.name for each in scope.portfolio.all_states}
    moves: dict[int, list[Move]] = defaultdict(list)
    rows = select(Transition.epic_id, Transition.to_state_id, Transition.at).join(
        Epic, Epic.id == Transition.epic_id
    )
    for epic_id, state_id, at in session.execute(
        rows.where(*known).order_by(Transition.at, Transition.id)
    ):
        moves[epic_id].append(Move(states[state_id], at))
    went: dict[int, list[StreamChange]] = defaultdict(list)
    changes = select(StreamMove).join(Epic, Epic.id == StreamMove.epic_id).where(*known)
    for change in session.scalars(changes.order_by(StreamMove.at, StreamMove.id)):
        ends = names[change.from_stream_id], names[change.to_stream_id]
        went[change.epic_id].append(StreamChange(*ends, change.at))
    epics = session.execute(select(Epic.id, Epic.value_stream_id).where(*known))
    return [History(names[each], moves[id_], went[id_]) for id_, each in epics]


OVER_LIMIT = Need("over_limit", _over_limits, in_home=False)
"""It is asked of everybody: what is started no more, and what is finished first."""
