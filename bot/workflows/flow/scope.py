"""What figures are of: a portfolio or one stream of it, and whose eyes see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.flow.clocks import Flow, first_known, flow_at, flow_recorded, stream_at
from bot.workflows.keeping import Act
from bot.workflows.seeing import EVERYBODY, portfolio_visible_to, visible_to
from models.epics.epic import Epic
from models.errors import there
from models.flow.choice import BeforeAll, FlowChoice
from models.flow.figures import Clocks
from models.flow.finishing import QUARTER_WEEKS
from models.flow.forecast import WEEK
from models.flow.line import MOST_WEEKS
from models.portfolio.portfolio import Portfolio, State, ValueStream

COMMAND = "/flow metrics"

MANY = 20_000
"""Of more epics, what is counted may not be there as long as Slack waits for a form."""

LOOKED_BACK = WEEK * (MOST_WEEKS + QUARTER_WEEKS + 1)
"""No figure that people look at reaches further: the line as it was 13 weeks ago, of the longest
time in which one is looked for, and the week that is not over."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A portfolio, or one value stream of it."""

    portfolio: Portfolio
    value_stream: ValueStream | None = None

    @property
    def epics(self) -> ColumnElement[bool]:
        """The epics in it that everybody may see: it is told in a channel."""
        inside = and_(Epic.portfolio_id == self.portfolio.id, visible_to(EVERYBODY))
        if self.value_stream is None:
            return inside
        return and_(inside, Epic.value_stream_id == self.value_stream.id)

    def epics_at(self, moment: datetime) -> ColumnElement[bool]:
        """Those that were in it at the moment and that everybody sees."""
        return and_(self.inside_at(moment), visible_to(EVERYBODY))

    def inside_at(self, moment: datetime) -> ColumnElement[bool]:
        """All that were in it at the moment, whoever sees them."""
        inside = Epic.portfolio_id == self.portfolio.id
        if self.value_stream is None:
            return inside
        return and_(inside, stream_at(moment) == self.value_stream.id)

    @property
    def stream_id(self) -> int | None:
        """The stream's id; None of a whole portfolio."""
        return self.value_stream.id if self.value_stream is not None else None

    @property
    def states(self) -> Mapping[int, State]:
        """The portfolio's states by their ids, those given up as well."""
        return {state.id: state for state in self.portfolio.all_states}

    @property
    def streams(self) -> Sequence[ValueStream]:
        return self.portfolio.value_streams if self.value_stream is None else [self.value_stream]


def scope_of(session: Session, portfolio_id: int, stream_id: int | None) -> Scope:
    """The portfolio with all it takes to count in it, or the stream where one is named."""
    portfolio = session.scalars(
        select(Portfolio)
        .where(Portfolio.id == portfolio_id)
        .options(
            selectinload(Portfolio.states),
            selectinload(Portfolio.all_states),
            selectinload(Portfolio.value_streams),
        )
    ).one()
    streams = portfolio.value_streams
    return Scope(portfolio, next((each for each in streams if each.id == stream_id), None))


@dataclass(frozen=True, slots=True)
class Look:
    """At what someone looks alone: the epics they may see, as of a moment."""

    scope: Scope
    choice: FlowChoice
    moment: datetime
    seen: ColumnElement[bool]


def look_at(act: Act, portfolio_id: int | None, choice: FlowChoice) -> Look:
    """The portfolio, the first one seen where none is named. Raises BeforeAll, Gone and NotYet."""
    session = act.session
    scope = scope_of(
        session, check_seen(session, act.workspace_id, act.actor, portfolio_id), choice.stream_id
    )
    zone = ZoneInfo(scope.portfolio.time_zone)
    moment = choice.moment(act.at, zone)
    seen = visible_to(act.actor)
    if choice.type is not None:
        seen = and_(seen, Epic.type == choice.type)
    look = Look(scope, choice, moment, seen)
    if choice.on is not None:
        first = first_known(session, scope.portfolio, seen)
        if first is None or first > moment:
            raise BeforeAll(choice.on, first.astimezone(zone).date() if first else None)
    return look


def check_seen(session: Session, workspace_id: int, viewer: str, portfolio_id: int | None) -> int:
    """The portfolio's id, or the first one's. Raises Gone where the viewer sees no such."""
    seen = select(Portfolio.id).where(
        Portfolio.workspace_id == workspace_id, portfolio_visible_to(viewer)
    )
    if portfolio_id is not None:
        seen = seen.where(Portfolio.id == portfolio_id)
    return there(session.scalar(seen.order_by(Portfolio.id).limit(1)), COMMAND)


def has_many(session: Session, portfolio_id: int) -> bool:
    """Whether the portfolio has so many epics that it takes a moment to count in it."""
    rows = select(Epic.id).where(Epic.portfolio_id == portfolio_id)
    return session.scalar(rows.offset(MANY).limit(1)) is not None


def flow_seen(session: Session, look: Look, moment: datetime | None = None) -> Flow:
    """The clocks of the epics looked at, as of the moment looked at where no other is named."""
    moment = moment or look.moment
    return flow_recorded(session, look.scope.portfolio, moment, look.seen, moment - LOOKED_BACK)


def clocks_of_finished(session: Session, look: Look, since: datetime, before: datetime) -> Clocks:
    """The clocks of what was finished within `[since, before)`, with its time in active states.

    Their histories are read, and no others.
    """
    seen = and_(look.seen, Epic.done_at >= since, Epic.done_at < before)
    flow = flow_at(session, look.scope.portfolio, look.moment, seen)
    if look.scope.value_stream is None:
        return flow.clocks
    return flow.clocks.among(flow.stream == look.scope.value_stream.id)


def restricted_in(session: Session, look: Look) -> int:
    """How many of the epics looked at not everybody may see."""
    here = select(func.count(Epic.id)).where(
        Epic.portfolio_id == look.scope.portfolio.id, Epic.restricted.is_(True), look.seen
    )
    if look.scope.value_stream is not None:
        here = here.where(Epic.value_stream_id == look.scope.value_stream.id)
    return session.scalar(here) or 0
