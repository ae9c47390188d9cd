"""What waits for someone: declared once, in its own room, and asked for a channel or a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ExecutableOption

from bot.workflows.paging import Pile
from bot.workflows.seeing import EVERYBODY, seen_by
from models.base import Base
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, ValueStream

T = TypeVar("T", bound=Base)


def _epics_of_portfolio(portfolio_id: int) -> ColumnElement[bool]:
    return Epic.portfolio_id == portfolio_id


def _epics_of_stream(stream_id: int) -> ColumnElement[bool]:
    return Epic.value_stream_id == stream_id


@dataclass(frozen=True, slots=True, eq=False)
class Need(Generic[T]):
    """A kind of thing that waits for someone: which rows, since when, and whose they are.

    Rows about an epic join it: who may not see that epic is not asked for it. Rows of a noun
    without one say themselves whose they are and who sees them.
    """

    name: str
    noun: type[T]
    rows: Select[T]
    """All that wait now, whoever asks."""
    since: InstrumentedAttribute[datetime]
    order: Sequence[InstrumentedAttribute[Any]]
    """The most pressing first, and no two alike."""
    theirs: Callable[[str], ColumnElement[bool]]
    """Those that wait for this person."""
    loads: Sequence[ExecutableOption] = ()
    """What is read with each, because its line says it."""
    in_portfolio: Callable[[int], ColumnElement[bool]] = _epics_of_portfolio
    in_stream: Callable[[int], ColumnElement[bool]] = _epics_of_stream
    """Those that are a value stream's own."""
    seen: Callable[[str | None], ColumnElement[bool]] = seen_by
    """Those that a person, or everybody, may see."""

    def for_channel(
        self,
        session: Session,
        portfolio: Portfolio,
        value_stream: ValueStream | None,
        at: datetime,
        few: int,
    ) -> Pile[T]:
        """What everybody may see of it, in one stream or in all: it waited then and still does."""
        waited = self.rows.where(self.since <= at)
        if value_stream is not None:
            waited = waited.where(self.in_stream(value_stream.id))
        return self._pile(session, waited, portfolio, EVERYBODY, few)

    def for_person(self, session: Session, portfolio: Portfolio, user_id: str, few: int) -> Pile[T]:
        """What waits for the person now, of what they may see."""
        return self._pile(session, self.rows.where(self.theirs(user_id)), portfolio, user_id, few)

    def _pile(
        self,
        session: Session,
        rows: Select[T],
        portfolio: Portfolio,
        viewer: str | None,
        few: int,
    ) -> Pile[T]:
        """The first few and how many there are, in one statement that sorts nothing but ids."""
        (id_,) = inspect(self.noun).primary_key
        place = func.row_number().over(order_by=self.order).label("place")
        first = (
            rows.with_only_columns(id_.label("id"), place, func.count().over().label("count"))
            .where(self.in_portfolio(portfolio.id), self.seen(viewer))
            .order_by(place)
            .limit(few)
            .subquery()
        )
        found = session.execute(
            select(self.noun, first.c.count)
            .join(first, first.c.id == id_)
            .options(*self.loads)
            .order_by(first.c.place)
        )
        all_found = found.unique().all()
        return Pile([each for each, _ in all_found], all_found[0][1] if all_found else 0)
