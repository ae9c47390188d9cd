"""The board: how many epics stand in each state, and one page of them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.workflows.finding import PAGE_SIZE, narrowed, page_of
from bot.workflows.seeing import seen_by
from models.epic import Epic
from models.page import BoardPage
from models.portfolio import Portfolio, State

FIRST = 5
"""How many epics of each state the whole board shows."""


def board(
    session: Session,
    portfolio_id: int,
    viewer: str | None,
    value_stream_id: int | None = None,
    state_id: int | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> BoardPage:
    """The board as the viewer may see it, in five queries, however many epics there are.

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
        select(Epic).where(Epic.portfolio_id == portfolio_id, seen_by(viewer)),
        stream.id if stream else None,
        None,
    )
    per_state = rows.with_only_columns(Epic.state_id, func.count(Epic.id)).group_by(Epic.state_id)
    found = dict(session.execute(per_state).all())
    counts = {each: found.get(each.id, 0) for each in portfolio.states}
    if state is None:
        return BoardPage(portfolio, counts, stream, None, None, _first(session, rows, portfolio))
    shown = page_of(session, narrowed(rows, None, state.id), page, counts[state], size)
    return BoardPage(portfolio, counts, stream, state, shown, {})


def _first(
    session: Session, rows: Select[Epic], portfolio: Portfolio
) -> dict[State, Sequence[Epic]]:
    """The epics that are longest in each state, a few of each."""
    place = func.row_number().over(
        partition_by=Epic.state_id, order_by=(Epic.state_entered_at, Epic.id)
    )
    placed = rows.with_only_columns(Epic.id, place.label("place")).subquery()
    epics = session.scalars(
        select(Epic)
        .join(placed, placed.c.id == Epic.id)
        .where(placed.c.place <= FIRST)
        .options(joinedload(Epic.value_stream))
        .order_by(placed.c.place)
    ).all()
    return {state: [e for e in epics if e.state_id == state.id] for state in portfolio.states}


def place_in_state(session: Session, epic: Epic) -> tuple[int, int]:
    """Which place the epic has among those of its stream in its state, and how many they are."""
    entered = session.execute(
        select(Epic.state_entered_at, Epic.id)
        .where(Epic.value_stream_id == epic.value_stream_id, Epic.state_id == epic.state_id)
        .order_by(Epic.state_entered_at, Epic.id)
    ).all()
    ids = [id_ for _, id_ in entered]
    return ids.index(epic.id) + 1, len(ids)
