"""Bringing in what was spent: nothing where a row is wrong; a reference comes in once.

What is large comes in by parts; as each reference comes in once, what was interrupted goes on from
there when it is done again.
"""

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
from bot.workflows.files.importing.parts import Part, Parts
from bot.workflows.keeping import in_chunks, lock_books
from models.audit.trail import note
from models.budgets.allocation import Allocation
from models.epics.epic import Epic
from models.epics.listing import is_key, read_key
from models.fields import folded
from models.files.matching import GoodRow
from models.files.plans.actuals import ActualsPlan, KnownEpic, Places, plan_of_actuals
from models.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class ActualsCame:
    """What an import of actuals did; nothing where the plan has something against a row."""

    plan: ActualsPlan
    booked: Booked


FACTS_AT_ONCE = 500
"""Each is an entry of the ledger, which the audit log tells."""


def parts_of(rows: Sequence[GoodRow], most: int = FACTS_AT_ONCE) -> Parts[GoodRow]:
    """The rows in parts."""
    return Parts(rows, "actual", most)


def import_actuals(
    session: Session,
    portfolio: Portfolio,
    part: Part[GoodRow],
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
    by: str | None = None,
) -> ActualsCame:
    """Book the part's rows where nothing speaks against any; two imports at once wait for each
    other."""
    lock_books(session, portfolio)
    plan = plan_actuals(session, portfolio, part.items, at)
    if plan.against:
        return ActualsCame(plan, Booked((), {}, {}))
    booked = book(session, portfolio, plan.facts, by, at)
    noted = {"actuals": len(plan.facts), **about, **part.noted}
    note(session, portfolio.workspace_id, "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    return ActualsCame(plan, booked)


def plan_actuals(
    session: Session, portfolio: Portfolio, rows: Sequence[GoodRow], at: datetime
) -> ActualsPlan:
    """Work out what the rows come to in the portfolio; nothing is written."""
    references = [row.values["reference"] for row in rows]
    known = known_references(session, portfolio, references)
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return plan_of_actuals(rows, _places(session, portfolio, rows), known, today)


def _places(session: Session, portfolio: Portfolio, rows: Sequence[GoodRow]) -> Places:
    now = {stream.id: stream.successor.id for stream in portfolio.value_streams}
    streams = {stream.key_prefix.casefold(): now[stream.id] for stream in portfolio.value_streams}
    streams |= {folded(stream.name): now[stream.id] for stream in portfolio.value_streams}
    named = (row.values["epic"] for row in rows)
    keys = {read_key(typed) for typed in named if typed is not None and is_key(typed)}
    epics = select(Epic.key, Epic.id, Epic.value_stream_id)
    found = in_chunks(session, epics.where(Epic.portfolio_id == portfolio.id), Epic.key, keys)
    centres: dict[str, set[int]] = defaultdict(set)
    lines = select(Allocation.cost_centre, Allocation.value_stream_id).where(
        Allocation.portfolio_id == portfolio.id, Allocation.cost_centre.is_not(None)
    )
    for name, stream_id in session.execute(lines.distinct()):
        centres[folded(str(name))].add(now[stream_id])
    return Places(
        streams,
        {key: KnownEpic(epic_id, stream_id) for key, epic_id, stream_id in found},
        centres,
        [stream.name for stream in portfolio.open_streams],
    )
