"""Slips: milestones that are to come, or came, later than agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.paging import Pile
from bot.workflows.seeing import seen_by
from models.epics.epic import Epic
from models.projects.project import Milestone, Project

SLIPS_READ = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """A milestone that is behind its date, and the keys of the epics that point to its project."""

    project: Project
    milestone: Milestone
    days: int
    epics: Sequence[str] = ()


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
