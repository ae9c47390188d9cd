"""The epics behind the figures of flow, the oldest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import columns_at
from bot.workflows.flow.explaining.behind import Asked, Behind, Item, Opens
from bot.workflows.flow.metrics import WEEKS
from bot.workflows.flow.net import NetFlow, net_flow
from bot.workflows.flow.scope import clocks_of_finished
from models.board.content import InFlight
from models.epics.epic import Epic
from models.flow.ageing import Aged, Ageing, aged
from models.flow.days import MICROSECONDS_PER_DAY, moment_of, whole_weeks
from models.flow.figures import NEVER, Clocks, Flags, Ints
from models.flow.finishing import QUARTER_WEEKS
from models.flow.flow import Load
from models.flow.line import MOST_WEEKS, Line
from models.flow.percentiles import Days


@dataclass(frozen=True, slots=True)
class Fact:
    """What of an epic counts."""

    day: int = 0
    """Its day, or in how many days it was finished."""
    at: datetime | None = None
    """When it was done."""
    newly: bool = False
    """Whether it is of the last 13 weeks, or crossed the line in the stretch told of."""
    column: str = ""
    """Where it stood then, as its card calls it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was in flight."""

    told: InFlight
    ages: Aged | None = None
    """Where someone looks alone: a digest tells only what is past the line."""


@dataclass(frozen=True, slots=True)
class Flowed:
    """What an epic did in 13 weeks."""

    came_at: datetime | None
    done_at: datetime | None
    left: int
    """1 where it left unfinished, -1 where it came back."""


@dataclass(frozen=True, slots=True)
class Worked:
    """How much of its time an epic was worked on, in days."""

    active: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Efficiency:
    """Of so many epics, the share of their time that was active; None of none."""

    n: int
    ratio: float | None


def in_flight(asked: Asked) -> Behind:
    """What was, with its day and where it stood."""
    found = aged(asked.figures.clocks, asked.zone)

    def some(first: int, end: int) -> Sequence[Item]:
        days = dict(found.some(first, end))
        stood = columns_at(asked.session, list(days), asked.until)
        facts = {epic: Fact(day, column=stood[epic]) for epic, day in days.items()}
        return _items(asked.session, facts)

    told = asked.content.in_flight if asked.content else InFlight(whole=Load(len(found)))
    return Behind(len(found), some, Standing(told, found if asked.look else None))


def net(asked: Asked) -> Behind | None:
    """What came in, finished, left unfinished or came back; none of a digest, which has no such."""
    if asked.look is None:
        return None
    clocks = asked.figures.clocks
    flows = net_flow(asked.session, asked.look, clocks)
    every = np.unique(np.concatenate([flows.before, flows.came, flows.finished, flows.now]))
    counts = np.isin(every, flows.came) | np.isin(every, flows.finished)
    every = every[counts | (flows.left_of(every) != 0)]
    since = _by_epic(clocks, clocks.committed_us, every)
    every = every[np.argsort(since, kind="stable")]
    return Behind(
        len(every),
        lambda first, end: _items(asked.session, _flowed(flows, clocks, every[first:end])),
        flows,
    )


def _flowed(flows: NetFlow, clocks: Clocks, epics: Ints) -> Mapping[int, Flowed]:
    """What each of these did, where it did it within the weeks."""

    def when(us: Ints, which: Ints) -> Sequence[datetime | None]:
        every = zip(_by_epic(clocks, us, epics).tolist(), np.isin(epics, which), strict=True)
        return [moment_of(each) if is_one else None for each, is_one in every]

    came, done = when(clocks.committed_us, flows.came), when(clocks.done_us, flows.finished)
    left = flows.left_of(epics).tolist()
    facts = (Flowed(*each) for each in zip(came, done, left, strict=True))
    return dict(zip(epics.tolist(), facts, strict=True))


def _by_epic(clocks: Clocks, us: Ints, epics: Ints) -> Ints:
    """Of each of these; NEVER of one that is known no more, as it is in another stream now."""
    known = np.isin(epics, clocks.epic)
    found = np.full(len(epics), NEVER)
    found[known] = us[np.searchsorted(clocks.epic, epics[known])]
    return found


def finished(asked: Asked) -> Behind:
    """What was in the 26 whole weeks."""
    clocks = asked.figures.clocks
    bounds = whole_weeks(asked.until, asked.zone, 2 * QUARTER_WEEKS)
    places = _places(clocks.finished_between(bounds[0], bounds[-1]), clocks.done_us)

    def fact(place: int) -> Fact:
        at = moment_of(clocks.done_us[place])
        return Fact(at=at, newly=at >= bounds[QUARTER_WEEKS])

    return _at_places(asked, clocks, places, fact)


def timed(asked: Asked) -> Behind:
    """The sample of the line, or of where it was looked for last; what took longest first."""
    line = asked.figures.time.line
    weeks = line.weeks if isinstance(line, Line) and not line.by_hand else MOST_WEEKS
    of_stream = isinstance(line, Line) and line.of_stream
    clocks = asked.figures.clocks if of_stream else asked.figures.of_all
    return _timed(asked, clocks, weeks)[0]


def flow_times(asked: Asked) -> Behind | None:
    """What finished in 26 whole weeks, what took longest first; none of a digest."""
    if asked.look is None:
        return None
    found, days = _timed(asked, asked.figures.clocks, WEEKS)
    return Behind(found.n, found.some, days)


def _timed(asked: Asked, clocks: Clocks, weeks: int) -> tuple[Behind, Days]:
    """What finished in so many whole weeks, and how long each took."""
    bounds = whole_weeks(asked.until, asked.zone, weeks)
    days = clocks.flow_days
    places = _places(clocks.timed_between(bounds[0], bounds[-1]), -days)
    return _at_places(asked, clocks, places, lambda place: Fact(ceil(days[place]))), days[places]


def past_the_line(asked: Asked) -> Behind:
    """What is, and whether it crossed it lately."""
    found: Ageing | None = asked.figures.ageing
    if found is None:
        return Behind(0, lambda *_: [])

    def some(first: int, end: int) -> Sequence[Item]:
        newly = found.is_new[first:end].tolist()
        days = found.past.some(first, end)
        facts = {epic: Fact(day, newly=new) for (epic, day), new in zip(days, newly, strict=True)}
        return _items(asked.session, facts)

    return Behind(len(found.past), some)


def efficient(asked: Asked) -> Behind | None:
    """What finished in 26 whole weeks and took any time; none of a digest, which has no such."""
    if asked.look is None:
        return None
    bounds = whole_weeks(asked.until, asked.zone, WEEKS)
    clocks = clocks_of_finished(asked.session, asked.look, bounds[0], bounds[-1])
    n, ratio = clocks.efficiency()
    active_us, whole_us = clocks.active_us, clocks.done_us - clocks.committed_us
    assert active_us is not None

    def fact(place: int) -> Worked:
        active, whole = (float(us[place] / MICROSECONDS_PER_DAY) for us in (active_us, whole_us))
        return Worked(active, whole)

    found = _at_places(asked, clocks, _places(clocks.took_time, clocks.done_us), fact)
    return Behind(found.n, found.some, Efficiency(n=n, ratio=ratio))


def _places(chosen: Flags, by: Ints | Days) -> Ints:
    """The places of those chosen, in the order of what they are ordered by."""
    places = np.flatnonzero(chosen)
    return places[np.argsort(by[places], kind="stable")]


def _at_places(
    asked: Asked, clocks: Clocks, places: Ints, fact: Callable[[int], Fact | Worked]
) -> Behind:
    def some(first: int, end: int) -> Sequence[Item]:
        facts = {int(clocks.epic[place]): fact(place) for place in places[first:end]}
        return _items(asked.session, facts)

    return Behind(len(places), some)


def _items(session: Session, facts: Mapping[int, object]) -> Sequence[Item]:
    rows = select(Epic.id, Epic.key, Epic.title).where(Epic.id.in_(list(facts)))
    named = {id_: (key, title) for id_, key, title in session.execute(rows)}
    return [Item(Opens.EPIC, id_, *named[id_], fact) for id_, fact in facts.items()]
