"""The four figures a digest tells and explains: in flight, finished, time to finish, ageing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import Flow, flow_recorded
from bot.workflows.flow.scope import LOOKED_BACK, Scope
from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.epic import Epic
from models.flow.ageing import Ageing, ageing
from models.flow.figures import Clocks
from models.flow.finishing import Finished, TimeToFinish, finished, time_to_finish
from models.flow.frozen import Frozen, FrozenAgeing, FrozenEpic, FrozenFlow, FrozenTime
from models.flow.line import Line

NAMED = 3
"""How many of those past the line are named, of those that crossed it and of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigures:
    """The figures of a scope as of a moment; a channel's are of epics that everybody may see."""

    finished: Finished
    time: TimeToFinish
    ageing: Ageing | None
    """None where there is no line yet."""
    named: Mapping[int, FrozenEpic]
    """Those past the line that are named, by their ids."""
    clocks: Clocks
    """What they are drawn from."""
    of_all: Clocks
    """Of the whole portfolio, from which a stream's line may be drawn."""

    @property
    def frozen(self) -> FrozenFlow:
        aged = FrozenAgeing.of(self.ageing, self.named) if self.ageing else None
        return FrozenFlow(finished=self.finished, time=FrozenTime.of(self.time), ageing=aged)


def flow_figures(session: Session, scope: Scope, since: datetime, until: datetime) -> FlowFigures:
    """As of `until`, of what everybody may see.

    What crossed the line did so within `(since, until]`.
    """
    since_all = until - LOOKED_BACK
    flow = flow_recorded(session, scope.portfolio, until, visible_to(EVERYBODY), since_all)
    return figures_of(session, scope, flow, since, until)


def figures_of(
    session: Session, scope: Scope, flow: Flow, since: datetime, until: datetime
) -> FlowFigures:
    """The same of epics that were read already."""
    portfolio = scope.portfolio
    zone, created_at = ZoneInfo(portfolio.time_zone), portfolio.created_at
    whole, stream = flow.clocks, None
    if scope.value_stream is not None:
        stream = whole.among(flow.stream == scope.value_stream.id)
    clocks = whole if stream is None else stream
    time = time_to_finish(whole, stream, until, zone, portfolio.line_days)
    aged = ageing(clocks, time.line, since, zone) if isinstance(time.line, Line) else None
    named = (
        [each for some in (aged.crossed, aged.earlier) for each in some.first(NAMED)]
        if aged
        else []
    )
    return FlowFigures(
        finished=finished(clocks, until, zone, min(flow.known_since or created_at, created_at)),
        time=time,
        ageing=aged,
        named=_named(session, named),
        clocks=clocks,
        of_all=whole,
    )


def _named(session: Session, ids: Iterable[int]) -> Mapping[int, FrozenEpic]:
    rows = select(Epic).where(Epic.id.in_(list(ids)))
    return {epic.id: FrozenEpic.of(epic) for epic in session.scalars(rows)}


def hidden_of(session: Session, frozen: Frozen) -> Collection[int]:
    """The epics named in it that not everybody may see any more."""
    rows = select(Epic.id).where(Epic.id.in_(frozen.names), ~visible_to(EVERYBODY))
    return session.scalars(rows).all()
