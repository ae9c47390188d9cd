"""The figures of a portfolio as of a day: counts, flow times, ages, throughput, efficiency."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import Flow, flow_at
from bot.workflows.flow.governance import governance_at
from bot.workflows.flow.scope import Scope
from models.board.governance import Governance
from models.epics.epic import Epic
from models.flow.days import microseconds, moment_of, whole_weeks
from models.flow.figures import NEVER
from models.flow.line import Line, TooThin, line_of, samples
from models.flow.percentiles import Spread
from models.portfolio.portfolio import Portfolio

WEEKS = 26
YEAR = timedelta(days=365)
OLDEST = 10


@dataclass(frozen=True, slots=True)
class Oldest:
    """One of the epics that are in flight for the longest."""

    id: str
    """As its source calls it; else its key."""
    state: str
    committed_at: datetime
    age_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The figures as of a moment, of every epic of the portfolio, restricted ones as well."""

    as_of: datetime
    items_known: int
    count_per_state: Mapping[str, int]
    wip_per_value_stream: Mapping[str, int]
    done_total: int
    done_without_commitment: int
    flow_times: Spread
    flow_times_last_year: Spread
    ages: Spread
    weeks: Sequence[tuple[date, int]]
    """Each whole ISO week's Monday in the portfolio's zone, and how many finished in it."""
    oldest: Sequence[Oldest]
    efficient_items: int
    efficiency: float | None
    line: Line | TooThin
    """Of the whole portfolio."""
    governance: Governance

    @property
    def wip_total(self) -> int:
        """How many are between commitment and done."""
        return sum(self.wip_per_value_stream.values())

    @property
    def throughput(self) -> int:
        """How many finished in those weeks."""
        return sum(count for _, count in self.weeks)


def metrics_at(session: Session, portfolio: Portfolio, moment: datetime) -> Metrics:
    """All of it, in as many queries however many epics there are."""
    flow = flow_at(session, portfolio, moment, true())
    clocks = flow.clocks
    names = {state.id: state.name for state in portfolio.all_states}
    streams = {stream.id: stream.name for stream in portfolio.value_streams}
    per_state = Counter(clocks.state.tolist())
    in_flight = Counter(streams[id_] for id_ in flow.stream[clocks.in_flight].tolist())
    done = clocks.done_us < NEVER
    last_year = clocks.done_us > microseconds(moment - YEAR)
    zone = ZoneInfo(portfolio.time_zone)
    bounds = whole_weeks(moment, zone, WEEKS)
    counts = clocks.throughput(bounds)
    items, ratio = clocks.efficiency()
    return Metrics(
        as_of=moment,
        items_known=len(clocks.epic),
        count_per_state={name: per_state[id_] for id_, name in names.items()},
        wip_per_value_stream=dict(sorted(in_flight.items())),
        done_total=int(done.sum()),
        done_without_commitment=int((done & ~clocks.has_flow_time).sum()),
        flow_times=Spread.of(clocks.flow_days[clocks.has_flow_time]),
        flow_times_last_year=Spread.of(clocks.flow_days[clocks.has_flow_time & last_year]),
        ages=Spread.of(clocks.age_days[clocks.in_flight]),
        weeks=[(bound.date(), n) for bound, n in zip(bounds, counts, strict=False)],
        oldest=_oldest(session, portfolio, flow, names),
        efficient_items=items,
        efficiency=ratio,
        line=line_of(samples(clocks, None, moment, zone), portfolio.line_days),
        governance=governance_at(session, Scope(portfolio), moment, true()),
    )


def _oldest(
    session: Session, portfolio: Portfolio, flow: Flow, names: Mapping[int, str]
) -> Sequence[Oldest]:
    """Those committed the longest ago; of one moment in the order of their ids.

    Epics of the moment at which the last place is taken all stand for it.
    """
    clocks = flow.clocks
    places = np.flatnonzero(clocks.in_flight)
    if not len(places):
        return []
    committed = clocks.committed_us[places]
    last = np.sort(committed)[min(OLDEST, len(places)) - 1]
    among = places[committed <= last]
    rows = select(Epic.id, Epic.source_id, Epic.key).where(Epic.portfolio_id == portfolio.id)
    called = {id_: source_id or key for id_, source_id, key in session.execute(rows)}
    ages = clocks.age_days
    found = [
        Oldest(
            called[int(clocks.epic[place])],
            names[int(clocks.state[place])],
            moment_of(clocks.committed_us[place]),
            float(ages[place]),
        )
        for place in among.tolist()
    ]
    return sorted(found, key=lambda each: (each.committed_at, each.id))[:OLDEST]
