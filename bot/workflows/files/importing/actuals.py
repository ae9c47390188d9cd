"""Bringing in what was spent: every row is booked, or none is; a reference comes in once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets.booking import Booked, book, known_references
from models.audit.trail import note
from models.budgets.allocation import Allocation
from models.epics.epic import Epic
from models.fields import folded
from models.files.matching import GoodRow
from models.files.plans.actuals import ActualsPlan, KnownEpic, Places, plan_of_actuals
from models.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class ActualsCame:
    """What an import of actuals did; nothing where the plan has something against a row."""

    plan: ActualsPlan
    booked: Booked


def import_actuals(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[GoodRow],
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
    by: str | None = None,
) -> ActualsCame:
    """Book the rows where nothing speaks against any; two imports at once wait for each other."""
    session.scalar(select(Portfolio.id).where(Portfolio.id == portfolio.id).with_for_update())
    plan = plan_actuals(session, portfolio, rows, at)
    if plan.against:
        return ActualsCame(plan, Booked((), {}))
    booked = book(session, portfolio, plan.facts, by, at)
    told = {"actuals": len(plan.facts), **about}
    note(session, portfolio.workspace_id, "imports", portfolio.id, told, portfolio_id=portfolio.id)
    return ActualsCame(plan, booked)


def plan_actuals(
    session: Session, portfolio: Portfolio, rows: Sequence[GoodRow], at: datetime
) -> ActualsPlan:
    """Work out what the rows come to in the portfolio; nothing is written."""
    known = known_references(session, portfolio)
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return plan_of_actuals(rows, _places(session, portfolio), known, today)


def _places(session: Session, portfolio: Portfolio) -> Places:
    now = {stream.id: stream.successor.id for stream in portfolio.value_streams}
    streams = {stream.key_prefix.casefold(): now[stream.id] for stream in portfolio.value_streams}
    streams |= {folded(stream.name): now[stream.id] for stream in portfolio.value_streams}
    epics = select(Epic.key, Epic.id, Epic.value_stream_id)
    epics = epics.where(Epic.portfolio_id == portfolio.id)
    centres: dict[str, set[int]] = defaultdict(set)
    named = select(Allocation.cost_centre, Allocation.value_stream_id).where(
        Allocation.portfolio_id == portfolio.id, Allocation.cost_centre.is_not(None)
    )
    for name, stream_id in session.execute(named.distinct()):
        centres[folded(str(name))].add(now[stream_id])
    return Places(
        streams,
        {key: KnownEpic(epic_id, stream_id) for key, epic_id, stream_id in session.execute(epics)},
        centres,
    )
