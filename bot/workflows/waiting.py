"""Waiting: what waits for one person, in as many queries however many epics there are."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.seeing import seen_by
from models.column import next_column
from models.confirmation import Confirmation
from models.digest import asked_if_silent_since
from models.epic import Blocking, Epic
from models.page import Pile, Reader, Slip, Waits
from models.policy import Requirement, fields_of, lacks_before
from models.portfolio import FIRST_STATE, Portfolio, State
from models.project import Milestone, Project

T = TypeVar("T")

FEW = 5
"""How many of a kind are named."""

MOST_OWNED = 100
"""Of so many epics of one person it is looked what they lack."""

MOST_UNOWNED = 40
"""How many epics without an owner fit into one form."""

SLIPS_READ = 200

Heard = tuple[datetime | None, datetime | None]
"""When an epic was last confirmed, and last unblocked."""


def what_waits(session: Session, portfolio: Portfolio, reader: Reader, now: datetime) -> Waits:
    """What waits for the reader in the portfolio; each kind with a few of its epics."""
    states = [state for state in portfolio.states if state.is_open]
    mine = _mine(session, portfolio, reader.user_id, states)
    blocked = [epic for epic, _ in mine if epic.blocking is not None]
    lacking = [(epic, found) for epic, _ in mine if not epic.blocking and (found := _lacks(epic))]
    quiet = [(epic, news_of(epic, heard)) for epic, heard in mine if epic.blocking is None]
    silent = [
        (epic, news)
        for epic, news in quiet
        if (since := asked_if_silent_since(epic.state, portfolio, now)) and news <= since
    ]
    ownerless = portfolio.open_streams if reader.is_admin else ()
    streams = [stream for stream in ownerless if stream.owner_user_id is None]
    return Waits(
        answers=_answers(session, portfolio, reader.user_id),
        blocked=_few(sorted(blocked, key=_blocked_at)),
        lacking=_few(lacking),
        quiet=_few(sorted(silent, key=lambda each: each[1])),
        unowned=_unowned(session, portfolio, reader.user_id, states),
        streams=_few(streams),
        slips=_slips(session, portfolio, reader.user_id, now),
    )


def without_owner(
    session: Session, portfolio: Portfolio, value_stream_id: int | None, viewer: str
) -> Pile[Epic]:
    """The open epics without an owner that the viewer may see, in a stream or in all."""
    open_ = [state.id for state in portfolio.states if state.is_open]
    rows = select(Epic).where(
        Epic.portfolio_id == portfolio.id,
        Epic.state_id.in_(open_),
        Epic.owner_user_id.is_(None),
        seen_by(viewer),
    )
    if value_stream_id is not None:
        rows = rows.where(Epic.value_stream_id == value_stream_id)
    return _counted(session, rows, MOST_UNOWNED)


def last_heard() -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """When an epic was last confirmed, and last unblocked, as columns beside it."""
    confirmed = select(func.max(Confirmation.at)).where(Confirmation.epic_id == Epic.id)
    unblocked = select(func.max(Blocking.ended_at)).where(Blocking.epic_id == Epic.id)
    return confirmed.scalar_subquery(), unblocked.scalar_subquery()


def news_of(epic: Epic, heard: Iterable[datetime | None]) -> datetime:
    """When the epic was last heard of."""
    return max([epic.state_entered_at, *(at for at in heard if at is not None)])


def quiet_epics(
    portfolio: Portfolio, states: Iterable[State], now: datetime
) -> ColumnElement[bool]:
    """Which epics nothing was heard of for as long as their state allows; the blocked wait."""
    silent = [
        and_(Epic.state_id == state.id, _silent_since(since))
        for state in states
        if (since := asked_if_silent_since(state, portfolio, now)) is not None
    ]
    return or_(*silent) if silent else false()


def slips_of(
    session: Session, rows: Select[Milestone, Project], today: date, viewer: str | None, named: int
) -> Pile[Slip]:
    """The milestones of the rows that are to come later than agreed, the latest first.

    The rows select milestones joined to their projects.
    """
    found = session.execute(
        rows.where(Milestone.actual_on.is_(None), is_off_its_date(today))
        .order_by(Milestone.baseline_on, Milestone.id)
        .limit(SLIPS_READ)
    ).all()
    slips = [Slip(project, each, each.slip_days(today) or 0) for each, project in found]
    slips.sort(key=lambda slip: (-slip.days, slip.milestone.id))
    linked = _linked(session, [slip.project for slip in slips[:named]], viewer)
    some = [
        Slip(each.project, each.milestone, each.days, linked.get(each.project.id, ()))
        for each in slips[:named]
    ]
    return Pile(some, len(slips))


def is_off_its_date(today: date) -> ColumnElement[bool]:
    """Which milestones came, or are to come, later than agreed: `Milestone.slip_days` in SQL."""
    expected = func.coalesce(Milestone.actual_on, Milestone.forecast_on, Milestone.baseline_on)
    overdue = and_(Milestone.actual_on.is_(None), Milestone.baseline_on < today)
    return and_(Milestone.baseline_on.is_not(None), or_(expected > Milestone.baseline_on, overdue))


def _mine(
    session: Session, portfolio: Portfolio, user_id: str, states: Sequence[State]
) -> Sequence[tuple[Epic, Heard]]:
    rows = (
        select(Epic, *last_heard())
        .where(
            Epic.portfolio_id == portfolio.id,
            Epic.owner_user_id == user_id,
            Epic.state_id.in_([state.id for state in states]),
            seen_by(user_id),
        )
        .options(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking))
        .order_by(Epic.state_entered_at, Epic.id)
        .limit(MOST_OWNED)
    )
    return [(epic, (confirmed, freed)) for epic, confirmed, freed in session.execute(rows).all()]


def _answers(session: Session, portfolio: Portfolio, user_id: str) -> Pile[Epic]:
    funnel = next((state.id for state in portfolio.states if state.name == FIRST_STATE), None)
    mine = [each.id for each in portfolio.value_streams if each.owner_user_id == user_id]
    rows = select(Epic).where(
        Epic.value_stream_id.in_(mine),
        Epic.state_id == funnel,
        Epic.answered_at.is_(None),
        seen_by(user_id),
    )
    return _counted(session, rows)


def _unowned(
    session: Session, portfolio: Portfolio, user_id: str, states: Sequence[State]
) -> Pile[Epic]:
    mine = [each.id for each in portfolio.value_streams if each.owner_user_id == user_id]
    rows = select(Epic).where(
        Epic.value_stream_id.in_(mine),
        Epic.state_id.in_([state.id for state in states]),
        Epic.owner_user_id.is_(None),
        seen_by(user_id),
    )
    return _counted(session, rows)


def _lacks(epic: Epic) -> Sequence[Requirement]:
    """What a form of the epic can still say of what its next state asks; of ideas only after yes.

    Until then the idea waits for another.
    """
    to = next_column(epic)
    if to is None or (epic.state.name == FIRST_STATE and epic.accepted_at is None):
        return []
    return fields_of(lacks_before(epic, epic.portfolio.states, to.state, scales=to.scales))


def _slips(session: Session, portfolio: Portfolio, user_id: str, now: datetime) -> Pile[Slip]:
    rows = (
        select(Milestone, Project)
        .join(Project, Project.id == Milestone.project_id)
        .where(
            Project.portfolio_id == portfolio.id,
            Project.owner_user_id == user_id,
            Project.closed_at.is_(None),
        )
    )
    today = now.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return slips_of(session, rows, today, user_id, FEW)


def _counted(session: Session, rows: Select[Epic], few: int = FEW) -> Pile[Epic]:
    """The longest of them and how many they are, in one query that sorts nothing but their ids."""
    order = (Epic.state_entered_at, Epic.id)
    picked = rows.with_only_columns(Epic.id, func.count().over().label("total"))
    longest = picked.order_by(*order).limit(few).subquery()
    found = session.execute(
        select(Epic, longest.c.total)
        .join(longest, longest.c.id == Epic.id)
        .options(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking))
        .order_by(*order)
    ).all()
    return Pile([epic for epic, _ in found], found[0][1] if found else 0)


def _linked(
    session: Session, projects: Sequence[Project], viewer: str | None
) -> dict[int, list[str]]:
    """The keys of the epics that point to the projects."""
    ids = {project.id for project in projects}
    if not ids:
        return {}
    linked: dict[int, list[str]] = {}
    rows = select(Epic.project_id, Epic.key).where(Epic.project_id.in_(ids), seen_by(viewer))
    for project_id, key in session.execute(rows.order_by(Epic.id)):
        linked.setdefault(project_id or 0, []).append(key)
    return linked


def _silent_since(since: datetime) -> ColumnElement[bool]:
    confirmed = select(Confirmation.id).where(
        Confirmation.epic_id == Epic.id, Confirmation.at > since
    )
    blocked = select(Blocking.id).where(
        Blocking.epic_id == Epic.id,
        or_(Blocking.ended_at.is_(None), Blocking.ended_at > since),
    )
    return and_(Epic.state_entered_at <= since, ~confirmed.exists(), ~blocked.exists())


def _blocked_at(epic: Epic) -> datetime:
    return epic.blocking.at if epic.blocking is not None else epic.state_entered_at


def _few(found: Sequence[T]) -> Pile[T]:
    return Pile(found[:FEW], len(found))
