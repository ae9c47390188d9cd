"""What is forecast of a portfolio as of a moment, from what finished before."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import Flow, flow_at
from bot.workflows.flow.metrics import WEEKS
from models.epics.epic import Epic
from models.epics.listing import UnknownKey
from models.errors import Mistake
from models.flow.days import moment_of, whole_weeks
from models.flow.forecast import FinishForecast, NoForecast, Pace, finish_of
from models.flow.line import Line, TooThin, line_of, samples
from models.portfolio.portfolio import Portfolio


class NotInFlight(Mistake):
    """A forecast for an epic that is not between commitment and done."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not in flight on that day, so nothing is forecast for it.")


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


def outlook_at(session: Session, portfolio: Portfolio, moment: datetime) -> Outlook:
    """In as many queries however many epics there are."""
    flow = flow_at(session, portfolio, moment, true())
    zone = ZoneInfo(portfolio.time_zone)
    pace = Pace(flow.clocks.throughput(whole_weeks(moment, zone, WEEKS)))
    return Outlook(moment, pace, line_of(samples(flow.clocks, None, moment, zone)), flow)


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
    places = np.flatnonzero((clocks.epic == epic_id) & clocks.in_flight)
    if not len(places):
        raise NotInFlight(name)
    place = places[0]
    stream = clocks.among(streams == streams[place])
    zone = ZoneInfo(portfolio.time_zone)
    line = line_of(samples(clocks, stream, outlook.as_of, zone))
    committed_at = moment_of(clocks.committed_us[place])
    found = line if isinstance(line, TooThin) else finish_of(committed_at, outlook.as_of, line)
    return EpicOutlook(committed_at, found)
