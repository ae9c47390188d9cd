"""What someone looks at alone: the figures of what they may see, forecasts, and what ages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.workflows.flow.clocks import Flow, columns_in_flight
from bot.workflows.flow.figures import FlowFigures, figures_of
from bot.workflows.flow.governance import count_outcomes, governance_at
from bot.workflows.flow.metrics import OLDEST, WEEKS
from bot.workflows.flow.net import NetFlow, net_flow
from bot.workflows.flow.scope import Look, clocks_of_finished, flow_seen, look_at, restricted_in
from bot.workflows.keeping import Act
from bot.workflows.paging import page_of
from models.board.content import FrozenOutcomes
from models.board.digest import WEEK
from models.board.governance import Governance
from models.epics.column import columns
from models.epics.epic import Epic
from models.flow.ageing import Aged, aged
from models.flow.choice import FlowChoice
from models.flow.days import whole_weeks
from models.flow.finishing import QUARTER_WEEKS
from models.flow.forecast import Pace
from models.flow.line import Line, TooThin, line_of, samples
from models.flow.percentiles import Days
from models.portfolio.portfolio import Portfolio

STREAMS_A_PAGE = 20
AGED_A_PAGE = 24


@dataclass(frozen=True, slots=True)
class StreamFlow:
    """A value stream: in flight, and finished in the last 13 whole weeks."""

    name: str
    in_flight: int
    finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures as of a moment; pages are of the value streams and count from 1."""

    look: Look
    restricted: int
    outcomes: FrozenOutcomes
    figures: FlowFigures
    flow_times: Days
    """Of what finished in the last 26 whole weeks."""
    ages: Aged
    efficient: int
    """How many of them took any time, and the share of it that was active."""
    efficiency: float | None
    net: NetFlow
    governance: Governance
    streams: Sequence[StreamFlow]
    total: int
    number: int
    pages: int


def summary(act: Act, portfolio_id: int | None, choice: FlowChoice, number: int) -> Summary:
    """The figures of what the person may see. Raises BeforeAll, Gone and NotYet."""
    session, look = act.session, look_at(act, portfolio_id, choice)
    scope, moment = look.scope, look.moment
    flow = flow_seen(session, look)
    figures = figures_of(session, scope, flow, moment - WEEK, moment)
    clocks = figures.clocks
    zone = ZoneInfo(scope.portfolio.time_zone)
    bounds = whole_weeks(moment, zone, WEEKS)
    lately = clocks.among(clocks.timed_between(bounds[0], bounds[-1]))
    efficient, efficiency = clocks_of_finished(session, look, bounds[0], bounds[-1]).efficiency()
    streams = [] if scope.value_stream else _streams(look, flow, bounds[QUARTER_WEEKS:])
    number, pages = page_of(number, len(streams), STREAMS_A_PAGE)
    return Summary(
        look=look,
        restricted=restricted_in(session, look),
        outcomes=count_outcomes(session, moment, scope.inside_at(moment), look.seen),
        figures=figures,
        flow_times=lately.flow_days,
        ages=aged(clocks, zone),
        efficient=efficient,
        efficiency=efficiency,
        net=net_flow(session, look, clocks),
        governance=governance_at(session, scope, moment, look.seen),
        streams=streams[(number - 1) * STREAMS_A_PAGE : number * STREAMS_A_PAGE],
        total=len(streams),
        number=number,
        pages=pages,
    )


def _streams(look: Look, flow: Flow, bounds: Sequence[datetime]) -> Sequence[StreamFlow]:
    """Those in use, or with something in flight or finished in these weeks; the fullest first."""
    clocks = flow.clocks
    finished = clocks.finished_between(bounds[0], bounds[-1])
    names = {each.id: each.name for each in look.scope.portfolio.value_streams}
    here, done = (Counter(flow.stream[chosen].tolist()) for chosen in (clocks.in_flight, finished))
    in_use = (each.id for each in look.scope.portfolio.open_streams)
    found = [StreamFlow(names[id_], here[id_], done[id_]) for id_ in {*here, *done, *in_use}]
    return sorted(found, key=lambda each: (-each.in_flight, -each.finished, each.name))


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many finish in the next weeks, and when so many have, by the last 26 whole weeks."""

    look: Look
    restricted: int
    pace: Pace
    line: Line | TooThin


def forecast(act: Act, portfolio_id: int | None, choice: FlowChoice) -> Forecast:
    """What is forecast from what the person may see. Raises BeforeAll, Gone and NotYet."""
    look = look_at(act, portfolio_id, choice)
    flow, zone = flow_seen(act.session, look), ZoneInfo(look.scope.portfolio.time_zone)
    stream = look.scope.value_stream
    own = None if stream is None else flow.clocks.among(flow.stream == stream.id)
    pace = Pace((own or flow.clocks).throughput(whole_weeks(look.moment, zone, WEEKS)))
    line = line_of(samples(flow.clocks, own, look.moment, zone), look.scope.portfolio.line_days)
    return Forecast(look, restricted_in(act.session, look), pace, line)


@dataclass(frozen=True, slots=True)
class AgedEpic:
    """An epic in flight."""

    id: int
    key: str
    title: str
    column: str
    """Where it stands on the board."""
    day: int
    past: bool
    """Whether it is past the line."""


@dataclass(frozen=True, slots=True)
class AgedColumn:
    """A column of the board, and how many epics are on which day in it."""

    label: str
    days: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True, slots=True)
class Aging:
    """What is in flight, the oldest first; pages count from 1."""

    look: Look
    restricted: int
    line: Line | TooThin
    epics: Sequence[AgedEpic]
    past: int
    total: int
    number: int
    pages: int
    columns: Sequence[AgedColumn]
    """From the commitment point on, in board order; those given up only where epics were left."""
    oldest: Sequence[tuple[int, AgedEpic]]
    """Each with the place of its column."""

    @property
    def on(self) -> date:
        """The day it is of."""
        zone = ZoneInfo(self.look.scope.portfolio.time_zone)
        return self.look.moment.astimezone(zone).date()


def aging(act: Act, portfolio_id: int | None, choice: FlowChoice, number: int) -> Aging:
    """What of what the person may see is in flight. Raises BeforeAll, Gone and NotYet."""
    session, look = act.session, look_at(act, portfolio_id, choice)
    zone = ZoneInfo(look.scope.portfolio.time_zone)
    figures = figures_of(
        session, look.scope, flow_seen(session, look), look.moment - WEEK, look.moment
    )
    clocks, line = figures.clocks, figures.time.line
    ages = aged(clocks, zone).some()
    number, pages = page_of(number, len(ages), AGED_A_PAGE)
    stood = columns_in_flight(session, look.scope.portfolio, clocks, look.seen)
    here = ages[(number - 1) * AGED_A_PAGE : number * AGED_A_PAGE]
    oldest = ages[:OLDEST]
    rows = select(Epic.id, Epic.key, Epic.title)
    named = {
        id_: (key, title)
        for id_, key, title in session.execute(
            rows.where(Epic.id.in_({id_ for id_, _ in [*here, *oldest]}))
        )
    }
    most = line.day if isinstance(line, Line) else None

    def epic(id_: int, day: int) -> AgedEpic:
        return AgedEpic(id_, *named[id_], stood[id_], day, past=most is not None and day > most)

    labels = _labels(look.scope.portfolio, stood)
    return Aging(
        look,
        restricted_in(session, look),
        line,
        [epic(id_, day) for id_, day in here],
        past=len(figures.ageing.past) if figures.ageing else 0,
        total=len(ages),
        number=number,
        pages=pages,
        columns=[
            AgedColumn(label, Counter(day for id_, day in ages if stood[id_] == label))
            for label in labels
        ],
        oldest=[(labels.index(stood[id_]), epic(id_, day)) for id_, day in oldest],
    )


def _labels(portfolio: Portfolio, stood: Mapping[int, str]) -> Sequence[str]:
    """The columns between commitment and done, then those given up in which epics were left."""
    now = [column.label for column in columns(portfolio) if column.state.committed]
    return list(dict.fromkeys([*now, *sorted(set(stood.values()))]))
