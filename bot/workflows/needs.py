"""What waits for someone: each kind is declared once, in its own room, and asked wherever shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    func,
    inspect,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from bot.workflows.paging import NONE, Top
from bot.workflows.seeing import EVERYBODY, visible_to
from models.base import Base
from models.epics.epic import Epic
from models.flow.frozen import FrozenAgeing
from models.portfolio.portfolio import Portfolio

T = TypeVar("T")
N = TypeVar("N", bound=Base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of what a need is asked, for whom, and as of when."""

    session: Session
    portfolio: Portfolio
    stream_id: int | None = None
    """The value stream it is asked of; None stands for all."""
    viewer: str | None = EVERYBODY
    """Who is to see it."""
    whose: str | None = None
    """For whom it waits; in a channel it may be for anybody."""
    is_admin: bool = False
    at: datetime
    """A digest asks for what waited when it was sent, and still does."""
    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    """What happened is told once, in the digest of `(since, until]`."""
    aged: FrozenAgeing | None = None
    """What a digest shows of ageing: what crossed the line is named apart."""
    few: int
    """So many are named, the others counted."""
    read: dict[object, Any] = field(default_factory=dict)
    """What one need has read and another may need as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Need(Generic[T]):
    """A kind of thing that waits for someone; how it looks is declared with the views."""

    name: str
    find: Callable[[Asked], Top[T]]
    """The most pressing first."""
    in_home: bool = True
    """Whether it waits for persons, who see theirs in their Home."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits: of each need some, and how many there are."""

    tops: Mapping[Need[Any], Top[Any]] = field(default_factory=dict)

    def of(self, need: Need[T]) -> Top[T]:
        """What waits of one kind."""
        return self.tops.get(need, NONE)

    @property
    def count(self) -> int:
        """How many things wait."""
        return sum(top.count for top in self.tops.values())


def not_named_apart(asked: Asked) -> ColumnElement[bool]:
    """Which epics a digest does not name as those that crossed the line."""
    return Epic.id.not_in(asked.aged.crossed_ids) if asked.aged else true()


def _epics_of_portfolio(portfolio_id: int) -> ColumnElement[bool]:
    return Epic.portfolio_id == portfolio_id


def _epics_of_stream(stream_id: int) -> ColumnElement[bool]:
    return Epic.value_stream_id == stream_id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows(Generic[N]):
    """Finds what waits among the rows of a noun: which, in which order, and whose they are.

    Rows about an epic join it: who may not see that epic is not asked for it. Rows of a noun
    without one say themselves whose they are and who sees them.
    """

    noun: type[N]
    rows: Select[N]
    """All that wait now, whoever asks."""
    order: Sequence[Any]
    """The most pressing first, and no two alike."""
    newest_first: bool = False
    """Whether the first of that is the other way round."""
    since: SQLColumnExpression[datetime] | None = None
    """Since when each waits."""
    when: Callable[[Asked], ColumnElement[bool]] | None = None
    """Which of them wait, where that is by the clock or by what a digest tells of."""
    theirs: Callable[[str], ColumnElement[bool]] | None = None
    """Those that wait for this person."""
    late: Callable[[Asked], ColumnElement[bool]] | None = None
    """Which of them are past their date."""
    loads: Sequence[ExecutableOption] = ()
    """What is read with each, because its line says it."""
    in_portfolio: Callable[[int], ColumnElement[bool]] = _epics_of_portfolio
    in_stream: Callable[[int], ColumnElement[bool]] = _epics_of_stream
    """Those that are a value stream's own."""
    seen: Callable[[str | None], ColumnElement[bool]] = visible_to
    """Those that a person, or everybody, may see."""

    def __call__(self, asked: Asked) -> Top[N]:
        """The first few, how many there are, and how many of them are late."""
        found = self.found(asked)
        counts = (found[0].total, found[0].late) if found else (0, 0)
        return Top([row[0] for row in found], *counts)

    def found(self, asked: Asked, *beside: Any) -> Sequence[Row[Any]]:
        """The first few, each with what is asked beside it, and with `total` and `late` of all.

        That is one statement, which sorts nothing but ids.
        """
        (id_,) = inspect(self.noun).primary_key
        late: Any = (
            literal(0) if self.late is None else func.count().filter(self.late(asked)).over()
        )
        kept = {f"by_{place}": each for place, each in enumerate(self.order)}
        first = (
            self._waiting(asked)
            .with_only_columns(
                id_.label("id"),
                func.count().over().label("total"),
                late.label("late"),
                *(each.label(name) for name, each in kept.items()),
            )
            .order_by(*self._in_order(self.order))
            .limit(asked.few)
            .subquery()
        )
        found = asked.session.execute(
            select(self.noun, *beside, first.c.total, first.c.late)
            .join(first, first.c.id == id_)
            .options(*self.loads)
            .order_by(*self._in_order([first.c[name] for name in kept]))
        )
        return found.unique().all()

    def _in_order(self, columns: Sequence[Any]) -> Sequence[Any]:
        return [columns[0].desc(), *columns[1:]] if self.newest_first else columns

    def _waiting(self, asked: Asked) -> Select[N]:
        rows = self.rows.where(self.in_portfolio(asked.portfolio.id), self.seen(asked.viewer))
        if asked.stream_id is not None:
            rows = rows.where(self.in_stream(asked.stream_id))
        if self.when is not None:
            rows = rows.where(self.when(asked))
        if asked.whose is not None:
            assert self.theirs is not None
            return rows.where(self.theirs(asked.whose))
        return rows.where(self.since <= asked.at) if self.since is not None else rows
