"""Explaining: what each figure of a digest, or of now, is drawn from, epic by epic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import columns_at
from bot.workflows.flow.figures import FlowFigures, figures_of, flow_figures, hidden_of
from bot.workflows.flow.scope import (
    Look,
    Scope,
    check_seen,
    flow_seen,
    look_at,
    restricted_in,
    scope_of,
)
from bot.workflows.keeping import Act
from models.board.digest import WEEK, Digest, Subscription
from models.epics.epic import Epic
from models.errors import Gone
from models.flow.ageing import Aged, Ageing, aged
from models.flow.choice import FlowChoice
from models.flow.days import moment_of, whole_weeks
from models.flow.figures import Clocks, Flags, Ints
from models.flow.finishing import QUARTER_WEEKS
from models.flow.line import MOST_WEEKS, Line
from models.flow.percentiles import Days
from models.flow.told import FlowTold
from models.portfolio.portfolio import ValueStream

COMMAND = "/flow explain"
ITEMS_A_PAGE = 24


class Figure(StrEnum):
    """The figures, in the order of the digest."""

    IN_FLIGHT = "in_flight"
    FINISHED = "finished"
    TIME = "time"
    AGEING = "ageing"


@dataclass(frozen=True, slots=True)
class Fact:
    """One epic behind a figure, by its id, and what of it counts there."""

    epic: int
    day: int = 0
    """Its day, or in how many days it was finished."""
    at: datetime | None = None
    """When it was done."""
    newly: bool = False
    """Whether it is of the last 13 weeks, or crossed the line in the stretch told of."""


@dataclass(frozen=True, slots=True)
class Item:
    """The same with the epic's words."""

    key: str
    title: str
    fact: Fact
    column: str
    """Where it stood then, as its card calls it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a figure stands on a page: some of its items."""

    figure: Figure
    items: Sequence[Item]
    n: int
    """How many there are in all."""
    begun: bool
    """Whether some of them stand on a page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A page of what the figures are drawn from; pages count from 1."""

    scope: Scope
    figures: FlowFigures
    digest_at: datetime | None
    """When the digest came that told them; None where someone looks at them alone."""
    choice: FlowChoice
    restricted: int
    """How many of the epics behind them not everybody may see: in no channel's figures."""
    told: FlowTold
    """The figures in words: a digest's as it told them, where that was kept."""
    in_flight: int | None
    """How many a digest told were in flight, where that was kept."""
    since: datetime
    until: datetime
    parts: Sequence[Part]
    begins_on: dict[Figure, int]
    """The page on which each figure begins."""
    total: int
    """How many items there are of all figures."""
    number: int
    pages: int


def explain_digest(
    session: Session, workspace_id: int, viewer: str, digest_id: int, number: int
) -> Explained:
    """What the figures of a digest were drawn from, as of its moment. Raises Gone."""
    digest = session.get(Digest, digest_id)
    if digest is None or digest.workspace_id != workspace_id:
        raise Gone(COMMAND)
    portfolio_id, stream_id = digest.place
    check_seen(session, workspace_id, viewer, portfolio_id)
    scope = scope_of(session, portfolio_id, stream_id)
    return _explain(session, scope, digest.since, digest.until, number, digest)


def explain_chosen(
    act: Act, portfolio_id: int | None, choice: FlowChoice, number: int
) -> Explained:
    """What the figures that someone looks at are drawn from, of all that they may see.

    Raises BeforeAll, Gone and NotYet.
    """
    look = look_at(act, portfolio_id, choice)
    return _explain(act.session, look.scope, look.moment - WEEK, look.moment, number, look=look)


def place_of_channel(
    session: Session, workspace_id: int, channel_id: str
) -> tuple[int | None, int | None]:
    """What a channel is told of, else the stream it belongs to: portfolio and stream."""
    here = (workspace_id, channel_id)
    told = select(Subscription.portfolio_id, Subscription.value_stream_id).where(
        Subscription.workspace_id == here[0], Subscription.channel_id == here[1]
    )
    belongs = select(ValueStream.portfolio_id, ValueStream.id).where(
        ValueStream.workspace_id == here[0],
        ValueStream.channel_id == here[1],
        ValueStream.ended_at.is_(None),
    )
    for rows in (told, belongs.order_by(ValueStream.id)):
        if found := session.execute(rows.limit(1)).first():
            return found[0], found[1]
    return None, None


def _explain(
    session: Session,
    scope: Scope,
    since: datetime,
    until: datetime,
    number: int,
    digest: Digest | None = None,
    look: Look | None = None,
) -> Explained:
    if look is None:
        figures = flow_figures(session, scope, since, until)
    else:
        figures = figures_of(session, scope, flow_seen(session, look), since, until)
    content = digest.content if digest else None
    kept = content.flow.without(hidden_of(session, content.flow)) if content else None
    behind = _behind(figures, until, ZoneInfo(scope.portfolio.time_zone))
    rows = {figure: max(1, found.n) for figure, found in behind.items()}
    pages = -(-sum(rows.values()) // ITEMS_A_PAGE)
    number = min(max(1, number), pages)
    first, begins_on, parts = 0, {}, []
    start, end = (number - 1) * ITEMS_A_PAGE, number * ITEMS_A_PAGE
    for figure, found in behind.items():
        begins_on[figure] = first // ITEMS_A_PAGE + 1
        if first < end and first + rows[figure] > start:
            here = found.some(max(0, start - first), end - first)
            items = _items(session, here, until)
            parts.append(Part(figure, items, found.n, begun=first < start))
        first += rows[figure]
    return Explained(
        scope=scope,
        figures=figures,
        digest_at=digest.at if digest else None,
        told=kept or figures.told,
        in_flight=content.in_flight.whole.count if content else None,
        choice=look.choice if look else FlowChoice(),
        restricted=restricted_in(session, look) if look else 0,
        since=since,
        until=until,
        parts=parts,
        begins_on=begins_on,
        total=sum(found.n for found in behind.values()),
        number=number,
        pages=pages,
    )


def _items(session: Session, facts: Sequence[Fact], until: datetime) -> Sequence[Item]:
    ids = [each.epic for each in facts]
    rows = select(Epic.id, Epic.key, Epic.title).where(Epic.id.in_(ids))
    named = {id_: (key, title) for id_, key, title in session.execute(rows)}
    stood = columns_at(session, ids, until)
    return [Item(*named[fact.epic], fact, stood[fact.epic]) for fact in facts]


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a figure: how many, and those between two places, made only when shown."""

    n: int
    some: Callable[[int, int], Sequence[Fact]]


def _behind(figures: FlowFigures, until: datetime, zone: ZoneInfo) -> dict[Figure, Behind]:
    """The epics of each figure, the oldest first."""
    return {
        Figure.IN_FLIGHT: _aged(aged(figures.clocks, zone)),
        Figure.FINISHED: _finished(figures.clocks, until, zone),
        Figure.TIME: _timed(figures, until, zone),
        Figure.AGEING: _past(figures.ageing) if figures.ageing else Behind(0, lambda *_: []),
    }


def _aged(found: Aged) -> Behind:
    return Behind(len(found), lambda *ends: [Fact(*each) for each in found.some(*ends)])


def _past(found: Ageing) -> Behind:
    """What is past the line, and whether it crossed it lately."""

    def some(first: int, end: int) -> Sequence[Fact]:
        newly = found.is_new[first:end].tolist()
        days = found.past.some(first, end)
        return [Fact(*each, newly=new) for each, new in zip(days, newly, strict=True)]

    return Behind(len(found.past), some)


def _finished(clocks: Clocks, until: datetime, zone: ZoneInfo) -> Behind:
    """What finished in the 26 whole weeks."""
    bounds = whole_weeks(until, zone, 2 * QUARTER_WEEKS)
    places = _places(clocks.finished_between(bounds[0], bounds[-1]), clocks.done_us)

    def some(first: int, end: int) -> Sequence[Fact]:
        done = [(place, moment_of(clocks.done_us[place])) for place in places[first:end]]
        return [
            Fact(int(clocks.epic[place]), at=at, newly=at >= bounds[QUARTER_WEEKS])
            for place, at in done
        ]

    return Behind(len(places), some)


def _timed(figures: FlowFigures, until: datetime, zone: ZoneInfo) -> Behind:
    """The sample of the line, or of where it was looked for last; what took longest first."""
    line = figures.time.line
    weeks = line.weeks if isinstance(line, Line) and not line.by_hand else MOST_WEEKS
    of_stream = isinstance(line, Line) and line.of_stream
    clocks = figures.clocks if of_stream else figures.of_all
    bounds = whole_weeks(until, zone, weeks)
    days = clocks.flow_days
    places = _places(clocks.timed_between(bounds[0], bounds[-1]), -days)
    return Behind(
        len(places),
        lambda first, end: [
            Fact(int(clocks.epic[place]), ceil(days[place])) for place in places[first:end]
        ],
    )


def _places(chosen: Flags, by: Ints | Days) -> Ints:
    """The places of those chosen, in the order of what they are ordered by."""
    places = np.flatnonzero(chosen)
    return places[np.argsort(by[places], kind="stable")]
