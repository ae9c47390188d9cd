"""What is forecast of a portfolio as of a moment, from what finished before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import bindparam, or_, select, true
from sqlalchemy.orm import Session

from bot.workflows.decisions.opening.cases import knows_pace
from bot.workflows.flow.clocks import Flow, flow_at
from bot.workflows.flow.metrics import WEEKS
from bot.workflows.seeing import EVERYBODY, visible_to
from models.decisions.case import CasePace
from models.driver.ready import Ready
from models.epics.epic import Epic
from models.epics.listing import UnknownKey
from models.flow.days import moment_of, whole_weeks
from models.flow.forecast import (
    WEEK,
    Backtest,
    FinishForecast,
    NoForecast,
    Pace,
    backtest,
    finish_of,
)
from models.flow.line import (
    NEEDED,
    PORTFOLIO_WEEKS,
    STREAM_WEEKS,
    Line,
    Sample,
    TooThin,
    line_of,
    samples,
)
from models.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Outlook:
    """What past weeks say about the next ones, of every epic of the portfolio."""

    as_of: datetime
    pace: Pace
    line: Line | TooThin
    flow: Flow


@dataclass(frozen=True, slots=True)
class EpicOutlook:
    """When an epic in flight is finished."""

    committed_at: datetime
    found: FinishForecast | NoForecast | TooThin


@dataclass(frozen=True, slots=True)
class Ahead:
    """What past epics say of one that is in flight."""

    line: Line | TooThin
    finish: FinishForecast | NoForecast | None
    """None where there is no line."""


def outlook_at(session: Session, portfolio: Portfolio, moment: datetime) -> Outlook:
    """In as many queries however many epics there are."""
    flow = flow_at(session, portfolio, moment, true())
    zone = ZoneInfo(portfolio.time_zone)
    pace = Pace(flow.clocks.throughput(whole_weeks(moment, zone, WEEKS)))
    return Outlook(
        moment, pace, line_of(samples(flow.clocks, None, moment, zone), portfolio.line_days), flow
    )


def backtest_at(session: Session, portfolio: Portfolio, moment: datetime) -> Backtest:
    """What would have been forecast since the first epic came in, and what came up to then.

    When an epic was first done is moved by nothing that came later, so one reading is enough.
    """
    flow = flow_at(session, portfolio, moment, true())
    first = flow.known_since
    if first is None or first > moment:
        return backtest([], [])
    bounds = whole_weeks(moment, ZoneInfo(portfolio.time_zone), max(0, (moment - first) // WEEK))
    return backtest([bound.date() for bound in bounds[:-1]], flow.clocks.throughput(bounds))


def outlook_of(session: Session, portfolio: Portfolio, outlook: Outlook, name: str) -> EpicOutlook:
    """Of the epic with the key, or as its source calls it, by the line of its stream.

    Raises NotInFlight and UnknownKey.
    """
    named = select(Epic.id).where(
        Epic.portfolio_id == portfolio.id, or_(Epic.key == name.upper(), Epic.source_id == name)
    )
    if (epic_id := session.scalar(named)) is None:
        raise UnknownKey(name)
    clocks, streams = outlook.flow.clocks, outlook.flow.stream
    place = clocks.place_in_flight(epic_id, name)
    stream = clocks.among(streams == streams[place])
    zone = ZoneInfo(portfolio.time_zone)
    line = line_of(samples(clocks, stream, outlook.as_of, zone), portfolio.line_days)
    committed_at = moment_of(clocks.committed_us[place])
    found = line if isinstance(line, TooThin) else finish_of(committed_at, outlook.as_of, line)
    return EpicOutlook(committed_at, found)


FINISHED = Ready(
    select(Epic.value_stream_id, Epic.committed_at, Epic.done_at).where(
        Epic.portfolio_id == bindparam("portfolio_id"),
        Epic.done_at >= bindparam("since", type_=Epic.done_at.type),
        Epic.done_at < bindparam("before", type_=Epic.done_at.type),
        Epic.committed_at <= Epic.done_at,
        visible_to(EVERYBODY),
    )
)
"""What finished within some weeks: every card of an epic in flight asks it."""


def ahead_of(
    session: Session,
    epic: Epic,
    now: datetime,
    read: dict[int, Sequence[tuple[Any, ...]]] | None = None,
) -> Ahead | None:
    """The line beside an epic in flight, and when it is finished; None of one that is not.

    It is drawn from what everybody may see, by when each was committed and done; the years before
    the last 26 weeks are read only where those hold too few. `read` keeps it for the next epic of
    the portfolio.
    """
    committed_at = epic.committed_at
    if committed_at is None or not epic.state.committed:
        return None
    finished = {} if read is None else read
    line = line_now(session, epic.portfolio, epic.value_stream_id, now, finished)
    return Ahead(line, None if isinstance(line, TooThin) else finish_of(committed_at, now, line))


@knows_pace
def pace_of(session: Session, epic: Epic, now: datetime) -> CasePace | None:
    """What a decision's case says of it; None of an epic that is not in flight."""
    ahead = ahead_of(session, epic, now)
    if ahead is None or isinstance(ahead.line, TooThin):
        return None
    if not isinstance(ahead.finish, FinishForecast):
        return CasePace(line_day=ahead.line.day)
    most_on = epic.portfolio.day_of(ahead.finish.most_at)
    return CasePace(line_day=ahead.line.day, most_on=most_on, longer=ahead.finish.n)


def line_now(
    session: Session,
    portfolio: Portfolio,
    stream_id: int,
    now: datetime,
    read: dict[int, Sequence[tuple[Any, ...]]],
) -> Line | TooThin:
    """A stream's line; `read` keeps what finished within so many weeks, for the next stream."""
    found: list[Sample] = []
    for weeks in PORTFOLIO_WEEKS:
        if weeks not in read:
            bounds = whole_weeks(now, ZoneInfo(portfolio.time_zone), weeks)
            asked = {"portfolio_id": portfolio.id, "since": bounds[0], "before": bounds[-1]}
            read[weeks] = FINISHED.rows(session, asked)
        if weeks == STREAM_WEEKS:
            own = [each for each in read[weeks] if each[0] == stream_id]
            found.append(_sample(own, weeks, of_stream=True))
        found.append(_sample(read[weeks], weeks, of_stream=False))
        if any(len(each.days) >= NEEDED for each in found):
            break
    return line_of(found, portfolio.line_days)


def _sample(rows: Sequence[tuple[Any, ...]], weeks: int, *, of_stream: bool) -> Sample:
    day = timedelta(days=1)
    days = [(done_at - committed_at) / day for _, committed_at, done_at in rows]
    return Sample(of_stream, weeks, np.array(days, dtype=np.float64))
