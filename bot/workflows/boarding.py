"""The board: how many epics stand in each state, and one page of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.finding import PAGE_SIZE, Page, narrowed, page_of
from models.epic import Epic
from models.portfolio import Portfolio, State, ValueStream


@dataclass(frozen=True, slots=True)
class Board:
    """What a person chose to see of a portfolio; the counts are of the stream, in every state."""

    portfolio: Portfolio
    counts: Mapping[State, int]
    value_stream: ValueStream | None
    state: State | None
    page: Page

    @property
    def total(self) -> int:
        """How many epics stand anywhere on it."""
        return sum(self.counts.values())


def board(
    session: Session,
    portfolio_id: int,
    value_stream_id: int | None = None,
    state_id: int | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Board:
    """The board in five queries, however many epics there are.

    A stream or state that is not the portfolio's is taken as none chosen.
    """
    portfolio = session.scalars(
        select(Portfolio)
        .where(Portfolio.id == portfolio_id)
        .options(selectinload(Portfolio.states), selectinload(Portfolio.value_streams))
    ).one()
    stream = next((s for s in portfolio.value_streams if s.id == value_stream_id), None)
    state = next((s for s in portfolio.states if s.id == state_id), None)
    rows = narrowed(
        select(Epic).where(Epic.portfolio_id == portfolio_id), stream.id if stream else None, None
    )
    per_state = rows.with_only_columns(Epic.state_id, func.count(Epic.id)).group_by(Epic.state_id)
    found = dict(session.execute(per_state).all())
    counts = {each: found.get(each.id, 0) for each in portfolio.states}
    shown = narrowed(rows, None, state.id if state else None)
    total = counts[state] if state else sum(counts.values())
    return Board(portfolio, counts, stream, state, page_of(session, shown, page, total, size))


def place_in_state(session: Session, epic: Epic) -> tuple[int, int]:
    """Which place the epic has among those of its stream in its state, and how many they are."""
    entered = session.execute(
        select(Epic.state_entered_at, Epic.id)
        .where(Epic.value_stream_id == epic.value_stream_id, Epic.state_id == epic.state_id)
        .order_by(Epic.state_entered_at, Epic.id)
    ).all()
    ids = [id_ for _, id_ in entered]
    return ids.index(epic.id) + 1, len(ids)
