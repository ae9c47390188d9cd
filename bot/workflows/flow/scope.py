"""What figures are of: a portfolio or one stream of it, and whose eyes see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, State, ValueStream


@dataclass(frozen=True, slots=True)
class Scope:
    """A portfolio, or one value stream of it."""

    portfolio: Portfolio
    value_stream: ValueStream | None = None

    @property
    def epics(self) -> ColumnElement[bool]:
        """The epics in it that everybody may see: it is told in a channel."""
        inside = and_(Epic.portfolio_id == self.portfolio.id, visible_to(EVERYBODY))
        if self.value_stream is None:
            return inside
        return and_(inside, Epic.value_stream_id == self.value_stream.id)

    @property
    def stream_id(self) -> int | None:
        """The stream's id; None of a whole portfolio."""
        return self.value_stream.id if self.value_stream is not None else None

    @property
    def states(self) -> Mapping[int, State]:
        """The portfolio's states by their ids, those given up as well."""
        return {state.id: state for state in self.portfolio.all_states}

    @property
    def streams(self) -> Sequence[ValueStream]:
        return self.portfolio.value_streams if self.value_stream is None else [self.value_stream]


def scope_of(session: Session, portfolio_id: int, stream_id: int | None) -> Scope:
    """The portfolio with all it takes to count in it, or the stream where one is named."""
    portfolio = session.scalars(
        select(Portfolio)
        .where(Portfolio.id == portfolio_id)
        .options(
            selectinload(Portfolio.states),
            selectinload(Portfolio.all_states),
            selectinload(Portfolio.value_streams),
        )
    ).one()
    streams = portfolio.value_streams
    return Scope(portfolio, next((each for each in streams if each.id == stream_id), None))
