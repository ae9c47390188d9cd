"""Slips: milestones that are to come, or came, later than agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.needs import Asked, Need
from bot.workflows.paging import NONE, Top
from bot.workflows.seeing import visible_to
from models.epics.epic import Epic
from models.flow.frozen import FrozenEpic
from models.portfolio.portfolio import NOT_LATE_FOR
from models.projects.project import Milestone, Plan, Project, ProjectShare

SLIPS_READ = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """A milestone that is behind its date, and the epics that point to its project."""

    project: Project
    milestone: Milestone
    days: int
    epics: Sequence[FrozenEpic] = ()


def running(portfolio_id: int, stream_id: int | None) -> Select[Project]:
    """Projects that are not closed: all, or those that a value stream has a share in."""
    rows = select(Project).where(Project.portfolio_id == portfolio_id, Project.closed_at.is_(None))
    if stream_id is None:
        return rows
    shared = select(ProjectShare.project_id).where(ProjectShare.value_stream_id == stream_id)
    return rows.where(Project.id.in_(shared))


def plan_of(session: Session, projects: Select[Project], today: date) -> Plan:
    """Of the projects' milestones that were agreed, how many came or are to come when they were.

    Lists and digests count by it alike.
    """
    ids = projects.with_only_columns(Project.id).order_by(None)
    off = func.count(Milestone.id).filter(Milestone.off_their_dates(today))
    counted = select(func.count(Milestone.id), off).where(
        Milestone.baseline_on.is_not(None), Milestone.project_id.in_(ids)
    )
    agreed, off_date = session.execute(counted).one()
    return Plan(agreed - off_date, agreed)


def _slips(asked: Asked) -> Top[Slip]:
    """The latest first; no channel is told of them in a new portfolio, nor of new projects."""
    if asked.whose is None and not asked.portfolio.calls_late(asked.at):
        return NONE
    rows = select(Milestone, Project).join(Project, Project.id == Milestone.project_id)
    here = running(asked.portfolio.id, asked.stream_id).with_only_columns(Project.id)
    rows = rows.where(Project.id.in_(here))
    if asked.whose is not None:
        rows = rows.where(Project.owner_user_id == asked.whose)
    else:
        long_here = Project.imported_at <= asked.at - NOT_LATE_FOR
        rows = rows.where(or_(Project.imported_at.is_(None), long_here))
    when, today = asked.portfolio.day_of(asked.at), asked.portfolio.day_of(asked.now)
    found = asked.session.execute(
        rows.where(Milestone.actual_on.is_(None), Milestone.off_their_dates(when))
        .order_by(Milestone.baseline_on, Milestone.id)
        .limit(SLIPS_READ)
    ).all()
    slips = [Slip(project, each, each.slip_days(today) or 0) for each, project in found]
    slips.sort(key=lambda slip: (-slip.days, slip.milestone.id))
    some = slips[: asked.few]
    linked = _linked(asked.session, [slip.project for slip in some], asked.viewer)
    named = [replace(each, epics=linked.get(each.project.id, ())) for each in some]
    return Top(named, len(slips))


SLIPPED = Need("slips", _slips)
"""Milestones yet to come, later than agreed; each waits for who owns its project."""


def _linked(
    session: Session, projects: Sequence[Project], viewer: str | None
) -> dict[int, list[FrozenEpic]]:
    ids = {project.id for project in projects}
    if not ids:
        return {}
    linked: dict[int, list[FrozenEpic]] = {}
    rows = select(Epic).where(Epic.project_id.in_(ids), visible_to(viewer))
    for epic in session.scalars(rows.order_by(Epic.id)):
        linked.setdefault(epic.project_id or 0, []).append(FrozenEpic.of(epic))
    return linked
