"""Listing projects, and looking at one: only what the viewer may see of a portfolio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.paging import page_of
from bot.workflows.projects.slips import plan_of
from bot.workflows.seeing import visible_to
from models.epics.epic import Epic
from models.fields import tidy
from models.portfolio.portfolio import Portfolio
from models.projects.forms import MOST_LINKED
from models.projects.project import Milestone, Plan, Program, Project, ProjectShare, ProjectSnapshot

Which = Literal["open", "late", "unlinked", "closed"]
"""Which projects of a portfolio are listed; of those that are open, the late have a milestone off
its date, and to the unlinked no epic points, as far as one sees."""

COMMAND = "/portfolio projects"


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """What narrows the list of projects."""

    stream_id: int | None = None
    program_id: int | None = None
    which: Which = "open"
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """A page of a portfolio's projects; pages count from 1, and an empty list has one."""

    portfolio: Portfolio
    programs: Sequence[Program]
    projects: Sequence[Project]
    newest: Mapping[int, ProjectSnapshot]
    """The newest snapshot by project, where there is one."""
    linked: Mapping[int, int]
    """How many epics point to each project, as far as the viewer may see."""
    plan: Plan
    today: date
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """A project with its plan, what was reported of it, and the epics the viewer may see."""

    portfolio: Portfolio
    project: Project
    milestones: Sequence[Milestone]
    """Those of the page."""
    number: int
    pages: int
    snapshots: Sequence[ProjectSnapshot]
    """What was reported of it, the newest first."""
    epics: Sequence[Epic]
    epics_in_all: int
    today: date


MILESTONES_A_PAGE = 20
EPICS_SHOWN = 15
SNAPSHOTS_SHOWN = 12


def projects_page(
    act: Act, portfolio_id: int | None, choice: ProjectChoice, page: int
) -> ProjectsPage:
    """The projects of a portfolio that the choice leaves, by their codes.

    Where no portfolio is named it is the first with projects. Raises Gone.
    """
    session, viewer = act.session, act.actor
    portfolio = portfolio_with_projects(act, portfolio_id)
    today = portfolio.day_of(act.at)
    rows = _narrowed(portfolio, choice, viewer, today)
    total = session.scalar(rows.with_only_columns(func.count(Project.id))) or 0
    number, pages = page_of(page, total, MOST_LINKED)
    projects = session.scalars(
        rows.options(
            joinedload(Project.program),
            selectinload(Project.shares).joinedload(ProjectShare.value_stream),
            selectinload(Project.milestones),
        )
        .order_by(Project.code, Project.id)
        .offset((number - 1) * MOST_LINKED)
        .limit(MOST_LINKED)
    ).all()
    ids = [project.id for project in projects]
    return ProjectsPage(
        portfolio,
        programs_of(session, portfolio),
        projects,
        _newest(session, ids),
        link_counts(session, ids, viewer),
        plan_of(session, rows, today),
        today,
        number,
        pages,
        total,
    )


def project_sheet(act: Act, project: Project, page: int) -> ProjectSheet:
    """The project with a page of its milestones, as the person may see it."""
    session = act.session
    portfolio = session.get_one(Portfolio, project.portfolio_id)
    milestones = project.milestones
    number, pages = page_of(page, len(milestones), MILESTONES_A_PAGE)
    first = (number - 1) * MILESTONES_A_PAGE
    snapshots = session.scalars(
        select(ProjectSnapshot)
        .where(ProjectSnapshot.project_id == project.id)
        .options(joinedload(ProjectSnapshot.value_stream))
        .order_by(ProjectSnapshot.as_of.desc(), ProjectSnapshot.period.desc())
        .limit(SNAPSHOTS_SHOWN)
    ).all()
    linked = select(Epic).where(Epic.project_id == project.id, visible_to(act.actor))
    epics = session.scalars(
        linked.options(joinedload(Epic.state), joinedload(Epic.value_stream))
        .order_by(Epic.created_at, Epic.id)
        .limit(EPICS_SHOWN)
    ).all()
    return ProjectSheet(
        portfolio,
        project,
        milestones[first : first + MILESTONES_A_PAGE],
        number,
        pages,
        snapshots,
        epics,
        session.scalar(linked.with_only_columns(func.count(Epic.id))) or 0,
        portfolio.day_of(act.at),
    )


def portfolio_with_projects(act: Act, portfolio_id: int | None) -> Portfolio:
    """The portfolio, or the first seen with projects where none is named. Raises Gone."""
    has_some = exists().where(Project.portfolio_id == Portfolio.id)
    return seen_portfolio(act, portfolio_id, COMMAND, case((has_some, 0), else_=1))


def programs_of(session: Session, portfolio: Portfolio) -> Sequence[Program]:
    """The portfolio's programs by their codes."""
    rows = select(Program).where(Program.portfolio_id == portfolio.id)
    return session.scalars(rows.order_by(Program.code, Program.id)).all()


def _narrowed(
    portfolio: Portfolio, choice: ProjectChoice, viewer: str, today: date
) -> Select[Project]:
    rows = select(Project).where(Project.portfolio_id == portfolio.id)
    is_closed = choice.which == "closed"
    rows = rows.where(Project.closed_at.is_not(None) if is_closed else Project.closed_at.is_(None))
    if choice.stream_id is not None:
        in_it = select(ProjectShare.project_id)
        in_it = in_it.where(ProjectShare.value_stream_id == choice.stream_id)
        rows = rows.where(Project.id.in_(in_it))
    if choice.program_id is not None:
        rows = rows.where(Project.program_id == choice.program_id)
    if choice.which == "late":
        off = select(Milestone.project_id).where(Milestone.off_their_dates(today))
        rows = rows.where(Project.id.in_(off))
    if choice.which == "unlinked":
        linked = and_(Epic.project_id == Project.id, visible_to(viewer))
        rows = rows.where(~exists().where(linked))
    return rows.where(*has_words(choice.text))


def has_words(text: str) -> Sequence[ColumnElement[bool]]:
    """Which projects have each of the words in their code or name."""
    columns = (Project.code, Project.name)
    return [
        or_(*(column.icontains(word, autoescape=True) for column in columns))
        for word in tidy(text).split()
    ]


def _newest(session: Session, project_ids: Sequence[int]) -> Mapping[int, ProjectSnapshot]:
    later = aliased(ProjectSnapshot)
    is_later = or_(
        later.as_of > ProjectSnapshot.as_of,
        and_(later.as_of == ProjectSnapshot.as_of, later.period > ProjectSnapshot.period),
    )
    newest = ~exists().where(later.project_id == ProjectSnapshot.project_id, is_later)
    rows = select(ProjectSnapshot).where(ProjectSnapshot.project_id.in_(project_ids), newest)
    return {snapshot.project_id: snapshot for snapshot in session.scalars(rows)}


def link_counts(session: Session, project_ids: Sequence[int], viewer: str) -> Mapping[int, int]:
    """How many epics point to each of the projects, as far as the viewer may see."""
    rows = (
        select(Epic.project_id, func.count(Epic.id))
        .where(Epic.project_id.in_(project_ids), visible_to(viewer))
        .group_by(Epic.project_id)
    )
    return {project_id: count for project_id, count in session.execute(rows) if project_id}
