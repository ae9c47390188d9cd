"""The board: how many epics stand in each column, against its limit, and one page of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.workflows.board.home import ALL, Chosen
from bot.workflows.epics.finding import PAGE_SIZE, narrowed, page_of
from bot.workflows.seeing import EVERYBODY, visible_to
from models.epics.column import ENDED, Column, columns
from models.epics.epic import Epic
from models.epics.listing import Filter, Names, Page
from models.flow.flow import Load
from models.portfolio.portfolio import Phase, Portfolio, ValueStream, WipLimit
from models.themes.theme import Theme

FIRST = 5
"""How many epics of each open column the whole board shows."""

PHASE: ColumnElement[Phase] = func.coalesce(Epic.phase, Phase.TESTING)
"""The column within a state in two: an epic tests its MVP until it is said otherwise."""


NO_LOAD = Load(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """What a person chose to see of a portfolio: one column page by page, or the first of each.

    `loads` are of the portfolio, or the stream chosen, as a whole; `counts` of what the rest of
    the choice leaves.
    """

    portfolio: Portfolio
    value_stream: ValueStream | None
    chosen: Chosen
    counts: Mapping[Column, int]
    loads: Mapping[Column, Load]
    in_flight: Load
    phases_together: Load = NO_LOAD
    """Both columns of implementing, where a limit holds for them together."""
    themes: Sequence[Theme] = ()
    """Those that can be chosen."""
    in_flight_of_themes: Sequence[tuple[str, int]] = ()
    """The most first; without those that serve none."""
    in_flight_without_theme: int = 0
    column: Column | None = None
    page: Page | None = None
    first: Mapping[Column, Sequence[Epic]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many epics stand anywhere on it."""
        return sum(self.counts.values())

    @property
    def theme(self) -> Theme | None:
        return next((each for each in self.themes if each.id == self.chosen.theme_id), None)

    @property
    def filter(self) -> Filter:
        """What narrows it, but for the stream and the column."""
        return self.chosen.filter([theme.id for theme in self.themes])

    @property
    def read(self) -> Mapping[str, str]:
        """The same in words."""
        return Names([self.portfolio], self.themes).read(self.filter)


def board(
    session: Session,
    portfolio_id: int,
    viewer: str | None,
    chosen: Chosen = ALL,
    size: int = PAGE_SIZE,
) -> BoardPage:
    """The board as the viewer may see it, in as many queries however many epics there are.

    A stream, column or theme that is not the portfolio's is taken as none chosen.
    """
    portfolio = _portfolio(session, portfolio_id)
    stream = next((s for s in portfolio.value_streams if s.id == chosen.value_stream_id), None)
    themes = _themes(session, portfolio)
    column = _column(portfolio, chosen)
    whole = select(Epic).where(Epic.portfolio_id == portfolio_id, visible_to(viewer))
    if stream is not None:
        whole = whole.where(Epic.value_stream_id == stream.id)
    standing = _standing(session, whole)
    counted = _counted(portfolio, standing)
    left = narrowed(whole, chosen.filter({theme.id for theme in themes}), viewer)
    counts = counted if left is whole else _counted(portfolio, _standing(session, left))
    page, first = None, {}
    if column is not None:
        page = page_of(session, left, [(_in(column), counts[column])], chosen.page, size)
    else:
        first = _first(session, left, [each for each, count in counts.items() if count])
    return BoardPage(
        portfolio=portfolio,
        value_stream=stream,
        chosen=chosen,
        counts=counts,
        **_loads(_limits(session, portfolio, stream), counted),
        themes=[
            theme for theme in themes if theme.closed_at is None or theme.id == chosen.theme_id
        ],
        **_in_flight_of_themes(portfolio, standing, themes),
        column=column,
        page=page,
        first=first,
    )


def place_in_state(session: Session, epic: Epic) -> tuple[int, int]:
    """Which place the epic has among those of its stream in its state, and how many they are.

    Besides itself those are counted that everybody may see.
    """
    entered = session.execute(
        select(Epic.state_entered_at, Epic.id)
        .where(
            Epic.value_stream_id == epic.value_stream_id,
            Epic.state_id == epic.state_id,
            or_(visible_to(EVERYBODY), Epic.id == epic.id),
        )
        .order_by(Epic.state_entered_at, Epic.id)
    ).all()
    ids = [id_ for _, id_ in entered]
    return ids.index(epic.id) + 1, len(ids)


def _portfolio(session: Session, portfolio_id: int) -> Portfolio:
    """As it was read already, where it was: whoever looks at a board chose among portfolios."""
    parts = (selectinload(Portfolio.states), selectinload(Portfolio.value_streams))
    return session.get_one(Portfolio, portfolio_id, options=parts)


def _themes(session: Session, portfolio: Portfolio) -> Sequence[Theme]:
    rows = select(Theme).where(Theme.portfolio_id == portfolio.id).order_by(Theme.name, Theme.id)
    return session.scalars(rows).all()


def _column(portfolio: Portfolio, chosen: Chosen) -> Column | None:
    wanted = (chosen.state_id, chosen.phase)
    return next(
        (each for each in columns(portfolio) if (each.state.id, each.phase) == wanted), None
    )


def _in(column: Column) -> ColumnElement[bool]:
    there = Epic.state_id == column.state.id
    return there if column.phase is None else and_(there, PHASE.in_([column.phase]))


Standing = Row[int, Phase, int | None, int]
"""A state, a column of it, a theme, and how many epics stand there for it."""


def _standing(session: Session, rows: Select[Epic]) -> Sequence[Standing]:
    """How many epics stand in each state, column and theme."""
    per = (Epic.state_id, PHASE.label("phase"), Epic.theme_id)
    counted = rows.with_only_columns(*per, func.count(Epic.id).label("count")).group_by(*per)
    return session.execute(counted).all()


def _counted(portfolio: Portfolio, standing: Iterable[Standing]) -> dict[Column, int]:
    counts = dict.fromkeys(columns(portfolio), 0)
    states = {state.id: state for state in portfolio.states}
    for state_id, phase, _, count in standing:
        if state_id in states:
            counts[Column.entered(states[state_id], phase)] += count
    return counts


def _first(
    session: Session, rows: Select[Epic], shown: Sequence[Column]
) -> dict[Column, Sequence[Epic]]:
    """The epics that are longest in each open column, a few of each: one walk along the index."""
    open_ones = [column for column in shown if column.state.kind not in ENDED]
    if not open_ones:
        return {}
    parts = []
    for place, column in enumerate(open_ones):
        longest = rows.where(_in(column)).order_by(Epic.state_entered_at, Epic.id).limit(FIRST)
        few = longest.with_only_columns(Epic.id, literal(place).label("place")).subquery()
        parts.append(select(few))
    placed = union_all(*parts).subquery()
    found = session.execute(
        select(Epic, placed.c.place)
        .join(placed, placed.c.id == Epic.id)
        .options(joinedload(Epic.value_stream), joinedload(Epic.blocking))
        .order_by(placed.c.place, Epic.state_entered_at, Epic.id)
    ).all()
    return {
        column: [epic for epic, at in found if at == place]
        for place, column in enumerate(open_ones)
    }


def _limits(
    session: Session, portfolio: Portfolio, stream: ValueStream | None
) -> Sequence[WipLimit]:
    """Those of the stream alone, or of the portfolio as a whole."""
    scope = WipLimit.value_stream_id == (stream.id if stream is not None else None)
    rows = select(WipLimit).where(WipLimit.portfolio_id == portfolio.id, scope)
    return session.scalars(rows.order_by(WipLimit.id)).all()


def _loads(limits: Sequence[WipLimit], counts: Mapping[Column, int]) -> dict[str, Any]:
    """What stands in each column, in both of implementing and in all, against the limits."""
    most = {(limit.state_id, limit.phase): limit.most for limit in limits}
    loads = {each: Load(n, most.get((each.state.id, each.phase))) for each, n in counts.items()}
    in_flight = sum(count for column, count in counts.items() if column.state.committed)
    phased = {column.state.id: 0 for column in counts if column.phase}
    for column, count in counts.items():
        if column.phase:
            phased[column.state.id] += count
    together = next(
        (Load(n, most[id_, None]) for id_, n in phased.items() if (id_, None) in most), Load(0)
    )
    return {
        "loads": loads,
        "in_flight": Load(in_flight, most.get((None, None))),
        "phases_together": together,
    }


def _in_flight_of_themes(
    portfolio: Portfolio, standing: Iterable[Standing], themes: Sequence[Theme]
) -> dict[str, Any]:
    committed = {state.id for state in portfolio.states if state.committed}
    per_theme: dict[int | None, int] = {}
    for state_id, _, theme_id, count in standing:
        if state_id in committed:
            per_theme[theme_id] = per_theme.get(theme_id, 0) + count
    named = [(theme.name, per_theme[theme.id]) for theme in themes if theme.id in per_theme]
    return {
        "in_flight_of_themes": sorted(named, key=lambda each: (-each[1], each[0])),
        "in_flight_without_theme": per_theme.get(None, 0),
    }
