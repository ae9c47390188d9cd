"""Reading the ledger back: the entries of the period, in the order in which they came last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from bot.workflows.budgets import ledger
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.paging import page_of
from bot.workflows.seeing import visible_to
from models.budgets.ledger import Entry, Transfer
from models.budgets.shift import Shift
from models.budgets.spend import Actual
from models.epics.epic import Epic
from models.errors import there
from models.portfolio.portfolio import Portfolio, ValueStream

ENTRIES_A_PAGE = 15


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the present period's entries, the newest first; each with its shift."""

    portfolio: Portfolio
    year: str
    stream: ValueStream | None
    """Whose alone; None stands for all."""
    entries: Sequence[tuple[Entry, Shift | None]]
    number: int
    pages: int
    total: int
    keys: Mapping[int, str] = field(default_factory=dict)
    """Of the epics that the person may see, by their ids."""
    actuals: Mapping[int, Actual] = field(default_factory=dict)
    """Those that were booked, by their entries."""


def history_page(
    act: Act, portfolio_id: int | None, stream_id: int | None, page: int
) -> HistoryPage:
    """What came into the ledger, of the first portfolio seen where none is named. Raises Gone."""
    session = act.session
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    stream = None
    if stream_id is not None:
        found = (each for each in portfolio.value_streams if each.id == stream_id)
        stream = there(next(found, None), ledger.COMMAND)
    period = ledger.period_at(session, portfolio, act.at)
    here = [Entry.period_id == (period.id if period else None)]
    if stream is not None:
        its = or_(Transfer.from_stream_id == stream.id, Transfer.to_stream_id == stream.id)
        here.append(Entry.id.in_(select(Transfer.entry_id).where(its)))
    total = session.scalar(select(func.count(Entry.id)).where(*here)) or 0
    number, pages = page_of(page, total, ENTRIES_A_PAGE)
    rows = (
        select(Entry, Shift)
        .outerjoin(Shift, Shift.id == Entry.shift_id)
        .where(*here)
        .options(selectinload(Entry.transfers))
        .order_by(Entry.number.desc())
        .limit(ENTRIES_A_PAGE)
        .offset((number - 1) * ENTRIES_A_PAGE)
    )
    entries = [(entry, shift) for entry, shift in session.execute(rows)]
    year = period.name if period else ledger.year_of(portfolio, act.at)
    booked = select(Actual).where(Actual.entry_id.in_([entry.id for entry, _ in entries]))
    actuals = {each.entry_id: each for each in session.scalars(booked)} if entries else {}
    ids = {each.epic_id for entry, _ in entries for each in entry.transfers} - {None}
    ids |= {each.epic_id for each in actuals.values()} - {None}
    seen = select(Epic.id, Epic.key).where(Epic.id.in_(ids), visible_to(act.actor))
    keys = {id_: key for id_, key in session.execute(seen)} if ids else {}
    return HistoryPage(portfolio, year, stream, entries, number, pages, total, keys, actuals)
