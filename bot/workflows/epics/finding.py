"""Finding epics, and the portfolio and streams they belong to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, union_all
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.workflows import paging
from bot.workflows.epics.waiting import here_since
from bot.workflows.seeing import portfolios, visible_to
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.epics.listing import Filter, Listing, Names, Page, UnknownKey, read_key
from models.epics.proposal import LARGEST_ID
from models.fields import plain_key, tidy
from models.portfolio.portfolio import (
    FIRST_STATE,
    NOT_LATE_FOR,
    Phase,
    Portfolio,
    State,
    ValueStream,
)
from models.projects.project import Project
from models.themes.theme import Objective, Theme


@dataclass(frozen=True, slots=True)
class Choices:
    """A portfolio with its open value streams, themes and objectives."""

    portfolio: Portfolio
    themes: Sequence[Theme] = ()
    objectives: Sequence[Objective] = ()

    @property
    def streams(self) -> Sequence[ValueStream]:
        """Those that take epics."""
        return self.portfolio.open_streams

    def stream(self, id_: str | None) -> ValueStream | None:
        """The one of that id, or None."""
        return next((stream for stream in self.streams if str(stream.id) == id_), None)

    def theme(self, id_: str | None) -> Theme | None:
        """The one of that id, or None."""
        return next((theme for theme in self.themes if str(theme.id) == id_), None)

    def objective(self, id_: str | None) -> Objective | None:
        """The one of that id, or None."""
        return next((each for each in self.objectives if str(each.id) == id_), None)


PAGE_SIZE = 20
CANDIDATES = 200
SECOND_COLUMN = func.coalesce(Epic.phase == Phase.DELIVERING, false())
"""Of a state in two columns the second comes after the first."""


def epic_by_key(session: Session, workspace_id: int, key: str, viewer: str | None) -> Epic:
    """The epic of that key, however it is capitalised. Raises UnknownKey.

    What the viewer may not see is not there for them.
    """
    tidy = read_key(key)
    epic = session.scalars(
        whole_epics().where(Epic.workspace_id == workspace_id, Epic.key == tidy, visible_to(viewer))
    ).first()
    if epic is None:
        raise UnknownKey(tidy, _keys_like(session, workspace_id, tidy, viewer))
    return epic


def epic_by_id(
    session: Session, workspace_id: int, epic_id: int, viewer: str | None
) -> Epic | None:
    """The epic with its portfolio, stream and state; None where there is none for the viewer."""
    return session.scalars(
        whole_epics().where(
            Epic.workspace_id == workspace_id, Epic.id == epic_id, visible_to(viewer)
        )
    ).first()


def list_epics(
    session: Session,
    workspace_id: int,
    viewer: str,
    names: Names,
    chosen: Filter,
    page: int,
    at: datetime,
    size: int = PAGE_SIZE,
) -> Listing:
    """The epics meant that the viewer may see, in board order, longest there first.

    Where there is none, how many there were without each part of the filter.
    """
    here = select(Portfolio.id).where(Portfolio.workspace_id == workspace_id)
    seen = select(Epic).where(Epic.portfolio_id.in_(here), visible_to(viewer))

    def meant(narrow: Filter) -> Select[Epic]:
        rows = narrowed(seen, narrow, viewer)
        late = [_late(portfolio, at) for portfolio in names.portfolios if narrow.late]
        return rows.where(or_(false(), *late)) if narrow.late else rows

    rows = meant(chosen)
    found = page_of(session, rows, stretches(session, rows), page, size)
    without = {}
    if not found.total:
        without = {part: _count(session, meant(chosen.without(part))) for part in chosen.parts}
    return Listing(found, chosen, names.read(chosen), without)


def _count(session: Session, rows: Select[Epic]) -> int:
    return session.scalar(rows.with_only_columns(func.count(Epic.id))) or 0


def names(session: Session, workspace_id: int, viewer: str) -> Names:
    """What the words of a list can name: streams, states and themes the viewer may see."""
    seen = portfolios(session, workspace_id, viewer)
    themes = session.scalars(
        select(Theme)
        .where(Theme.portfolio_id.in_([portfolio.id for portfolio in seen]))
        .order_by(Theme.closed_at.is_not(None), Theme.name)
    ).all()
    return Names(seen, themes)


def narrowed(rows: Select[Epic], chosen: Filter, viewer: str | None) -> Select[Epic]:
    """Only those that the filter means; who is late depends on the day and is asked apart."""
    if chosen.streams:
        rows = rows.where(Epic.value_stream_id.in_(chosen.streams))
    if chosen.states or chosen.phases:
        rows = rows.where(or_(Epic.state_id.in_(chosen.states), Epic.phase.in_(chosen.phases)))
    if chosen.themes or chosen.no_theme:
        none = Epic.theme_id.is_(None) if chosen.no_theme else false()
        rows = rows.where(or_(Epic.theme_id.in_(chosen.themes), none))
    if chosen.mine:
        rows = rows.where(Epic.owner_user_id == viewer)
    if chosen.people:
        rows = rows.where(Epic.owner_user_id.in_(chosen.people))
    if chosen.blocked:
        blocked = select(Blocking.epic_id).where(Blocking.ended_at.is_(None))
        rows = rows.where(Epic.id.in_(blocked))
    for text in map(tidy, chosen.texts):
        columns = (Epic.title, Epic.hypothesis)
        found = (column.icontains(text, autoescape=True) for column in columns)
        rows = rows.where(or_(*found, Epic.key.icontains(plain_key(text), autoescape=True)))
    return rows


def _late(portfolio: Portfolio, at: datetime) -> ColumnElement[bool]:
    """The ideas of the portfolio whose first answer is past its day."""
    if not portfolio.calls_late(at):
        return false()
    zone = ZoneInfo(portfolio.time_zone)
    due = portfolio.calendar.late_if_entered_before(at.astimezone(zone).date())
    return and_(
        Epic.state_id == portfolio.state(FIRST_STATE).id,
        Epic.answered_at.is_(None),
        Epic.state_entered_at < datetime(due.year, due.month, due.day, tzinfo=zone),
        here_since(at - NOT_LATE_FOR),
    )


def choices(session: Session, portfolio: Portfolio) -> Choices:
    """What can be chosen on the form for an epic: what of the portfolio is open."""
    themes = session.scalars(
        select(Theme)
        .where(Theme.portfolio_id == portfolio.id, Theme.closed_at.is_(None))
        .order_by(Theme.name, Theme.id)
    ).all()
    objectives = session.scalars(
        select(Objective)
        .where(Objective.portfolio_id == portfolio.id, Objective.closed_at.is_(None))
        .order_by(Objective.title, Objective.id)
    ).all()
    return Choices(portfolio, themes, objectives)


def open_project(session: Session, portfolio_id: int, chosen: str | None) -> Project | None:
    """The open project of the portfolio that a form names by its id; None where there is none."""
    if chosen is None or not chosen.isdecimal() or int(chosen) > LARGEST_ID:
        return None
    project = session.get(Project, int(chosen))
    if project is None or project.portfolio_id != portfolio_id or project.closed_at is not None:
        return None
    return project


Stretch = tuple[ColumnElement[bool], int]
"""Epics that stand together in the order of the board: which they are, and how many."""


def stretches(session: Session, rows: Select[Epic]) -> Sequence[Stretch]:
    """The epics by their columns, in the order of the board; states of one place are one.

    They are counted along the index by portfolio and state.
    """
    per = (Epic.portfolio_id, Epic.state_id, SECOND_COLUMN.label("second"))
    counted = rows.with_only_columns(*per, func.count().label("count")).group_by(*per).subquery()
    placed = select(State.position, counted).join(State, State.id == counted.c.state_id)
    found: dict[tuple[int, bool], list[Stretch]] = defaultdict(list)
    for position, portfolio_id, state_id, second, count in session.execute(placed):
        there = and_(Epic.portfolio_id == portfolio_id, Epic.state_id == state_id)
        column = SECOND_COLUMN.is_(true() if second else false())
        found[position, bool(second)].append((and_(there, column), count))
    return [
        (or_(*(which for which, _ in parts)), sum(count for _, count in parts))
        for _, parts in sorted(found.items(), key=lambda each: each[0])
    ]


def page_of(
    session: Session, rows: Select[Epic], parts: Sequence[Stretch], page: int, size: int
) -> Page:
    """The slice of the rows, which stand in these parts, on a page; past the end it is the last."""
    total = sum(count for _, count in parts)
    number, pages = paging.page_of(page, total, size)
    first, slices = (number - 1) * size, []
    for which, count in parts:
        begin, end = max(first, 0), min(first + size, count)
        if begin < end:
            slices.append(select(_slice(rows.where(which), begin, end, count).subquery()))
        first -= count
    if not slices:
        return Page([], number, pages, total)
    found = (
        select(Epic)
        .where(Epic.id.in_(union_all(*slices)))
        .join(Epic.state)
        .options(
            contains_eager(Epic.state),
            joinedload(Epic.value_stream),
            joinedload(Epic.portfolio),
            joinedload(Epic.blocking),
        )
        .order_by(State.position, SECOND_COLUMN, Epic.state_entered_at, Epic.id)
    )
    return Page(session.scalars(found).all(), number, pages, total)


def _slice(rows: Select[Epic], begin: int, end: int, count: int) -> Select[int]:
    """The ids from one place to another among so many, walked to from the nearer end."""
    ids = rows.with_only_columns(Epic.id).limit(end - begin)
    if begin <= count - end:
        return ids.order_by(Epic.state_entered_at, Epic.id).offset(begin)
    return ids.order_by(Epic.state_entered_at.desc(), Epic.id.desc()).offset(count - end)


def whole_epics() -> Select[Epic]:
    """Epics with all that a card says of where they stand."""
    return select(Epic).options(
        joinedload(Epic.portfolio).joinedload(Portfolio.states),
        joinedload(Epic.value_stream),
        joinedload(Epic.state),
        joinedload(Epic.theme),
        joinedload(Epic.project),
        joinedload(Epic.blocking),
    )


def _keys_like(session: Session, workspace_id: int, key: str, viewer: str | None) -> Sequence[str]:
    """Keys with the same number or beginning, the newest first."""
    prefix, _, number = key.partition("-")
    return session.scalars(
        select(Epic.key)
        .where(
            Epic.workspace_id == workspace_id,
            visible_to(viewer),
            or_(Epic.key.like(f"%-{number}"), Epic.key.like(f"{prefix}-{number[:1]}%")),
        )
        .order_by(Epic.id.desc())
        .limit(CANDIDATES)
    ).all()
