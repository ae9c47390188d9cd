"""Surveying the themes: their objectives and key results, and the work that serves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.paging import page_of
from bot.workflows.seeing import visible_to
from models.epics.epic import Epic
from models.errors import Gone
from models.portfolio.portfolio import Portfolio, State, StateKind
from models.themes.theme import Objective, Theme

COMMAND = "/portfolio themes"
THEMES_A_PAGE = 20
OBJECTIVES_A_PAGE = 6


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme, or None for the work without one, and how many epics serve it."""

    theme: Theme | None
    in_flight: int
    ideas: int


@dataclass(frozen=True, slots=True)
class ThemesPage:
    """A page of a portfolio's themes, the open ones first, and the work without one."""

    portfolio: Portfolio
    themes: Sequence[ThemeCount]
    without: ThemeCount
    alone: int
    """How many objectives are of no theme."""
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ObjectivesPage:
    """A page of the objectives of a theme, or of those of none."""

    portfolio: Portfolio
    count: ThemeCount
    objectives: Sequence[Objective]
    number: int
    pages: int
    total: int


def themes_page(act: Act, portfolio_id: int | None, page: int) -> ThemesPage:
    """The themes of a portfolio, the first seen where none is named, with the work per theme.

    Raises Gone where the viewer sees no such portfolio.
    """
    session = act.session
    portfolio = seen_portfolio(act, portfolio_id, COMMAND)
    themes = session.scalars(
        select(Theme)
        .where(Theme.portfolio_id == portfolio.id)
        .options(selectinload(Theme.objectives))
        .order_by(Theme.closed_at.is_not(None), Theme.name, Theme.id)
    ).all()
    counts = _counts(session, portfolio, act.actor)
    number, pages = page_of(page, len(themes), THEMES_A_PAGE)
    shown = themes[(number - 1) * THEMES_A_PAGE : number * THEMES_A_PAGE]
    alone = select(func.count(Objective.id)).where(
        Objective.portfolio_id == portfolio.id, Objective.theme_id.is_(None)
    )
    return ThemesPage(
        portfolio,
        [_count(counts, theme) for theme in shown],
        _count(counts, None),
        session.scalar(alone) or 0,
        number,
        pages,
        len(themes),
    )


def objectives_page(act: Act, portfolio_id: int, theme_id: int | None, page: int) -> ObjectivesPage:
    """The objectives of a theme with their key results, or of none. Raises Gone."""
    session = act.session
    portfolio = seen_portfolio(act, portfolio_id, COMMAND)
    theme = None
    if theme_id is not None:
        theme = session.get(Theme, theme_id)
        if theme is None or theme.portfolio_id != portfolio.id:
            raise Gone(COMMAND)
    rows = select(Objective).where(
        Objective.portfolio_id == portfolio.id, Objective.theme_id.is_not_distinct_from(theme_id)
    )
    total = session.scalar(rows.with_only_columns(func.count(Objective.id))) or 0
    number, pages = page_of(page, total, OBJECTIVES_A_PAGE)
    objectives = session.scalars(
        rows.options(selectinload(Objective.key_results))
        .order_by(Objective.closed_at.is_not(None), Objective.due_on.is_(None), Objective.due_on)
        .order_by(Objective.id)
        .offset((number - 1) * OBJECTIVES_A_PAGE)
        .limit(OBJECTIVES_A_PAGE)
    ).all()
    counts = _counts(session, portfolio, act.actor)
    return ObjectivesPage(portfolio, _count(counts, theme), objectives, number, pages, total)


def _counts(
    session: Session, portfolio: Portfolio, viewer: str
) -> Mapping[tuple[int | None, bool], int]:
    """How many open epics the viewer may see serve each theme, in flight or not yet."""
    rows = session.execute(
        select(Epic.theme_id, State.committed, func.count(Epic.id))
        .join(Epic.state)
        .where(
            Epic.portfolio_id == portfolio.id,
            State.kind.not_in([StateKind.DONE, StateKind.STOPPED]),
            visible_to(viewer),
        )
        .group_by(Epic.theme_id, State.committed)
    )
    return {(theme_id, committed): count for theme_id, committed, count in rows}


def _count(counts: Mapping[tuple[int | None, bool], int], theme: Theme | None) -> ThemeCount:
    theme_id = theme.id if theme else None
    return ThemeCount(theme, counts.get((theme_id, True), 0), counts.get((theme_id, False), 0))


def themes_to_choose(
    session: Session, portfolio_id: int, chosen: int | None
) -> Sequence[tuple[str, int]]:
    """The open themes by their names, with the one that is chosen already, and their ids."""
    rows = select(Theme.name, Theme.id).where(
        Theme.portfolio_id == portfolio_id,
        or_(Theme.closed_at.is_(None), Theme.id == chosen),
    )
    return [(name, id_) for name, id_ in session.execute(rows.order_by(Theme.name, Theme.id))]
