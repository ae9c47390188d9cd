"""Listing projects, and looking at one: only what the viewer may see of a portfolio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from bot.workflows.projects.slips import is_off_its_date
from bot.workflows.seeing import portfolio_seen_by, seen_by
from models.epics.epic import Epic
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Program, Project, ProjectShare, ProjectSnapshot


class Which(StrEnum):
    """Which projects of a portfolio are listed."""

    OPEN = "open"
    LATE = "late"
    """Those with a milestone off its date."""
    UNLINKED = "unlinked"
    """Those no epic points to, as far as one sees."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """What narrows the list of projects."""

    stream_id: int | None = None
    program_id: int | None = None
    which: Which = Which.OPEN
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many milestones with an agreed date there are, and how many are on it."""

    on_their_date: int
    agreed: int


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
    """A project with its plan, what was told of it, and the epics the viewer may see."""

    portfolio: Portfolio
    project: Project
    milestones: Sequence[Milestone]
    """Those of the page."""
    number: int
    pages: int
    snapshots: Sequence[ProjectSnapshot]
    """What was told of it, the newest first."""
    epics: Sequence[Epic]
    epics_in_all: int
    today: date


def plan_of(project: Project, today: date) -> Plan:
    """The project's own."""
    slips = [each.slip_days(today) for each in project.milestones]
    agreed = [slip for slip in slips if slip is not None]
    return Plan(sum(slip <= 0 for slip in agreed), len(agreed))


def latest_slip(project: Project, today: date) -> Milestone | None:
    """The milestone that is late the most and has not come yet; None where none is."""
    open_ = [each for each in project.milestones if each.actual_on is None]
    late = [each for each in open_ if (each.slip_days(today) or 0) > 0]
    return max(late, key=lambda each: each.slip_days(today) or 0, default=None)


PAGE_SIZE = 10
"""As many as one form links to epics in one go."""

MILESTONES_A_PAGE = 20
EPICS_SHOWN = 15
SNAPSHOTS_SHOWN = 12


class UnknownProject(Mistake):
    """A project, program or milestone that is not there, or not for this person."""

    def __init__(self) -> None:
        super().__init__("That is not there any more. /portfolio projects shows what there is.")


def projects_page(
    session: Session,
    workspace_id: int,
    viewer: str,
    portfolio_id: int | None,
    choice: ProjectChoice,
    page: int,
    at: datetime,
) -> ProjectsPage:
    """The projects of a portfolio that the choice leaves, by their codes.

    Where no portfolio is named it is the first with projects. Raises UnknownProject where the
    viewer sees no such portfolio.
    """
    portfolio = seen_portfolio(session, workspace_id, viewer, portfolio_id)
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    rows = _narrowed(portfolio, choice, viewer, today)
    total = session.scalar(rows.with_only_columns(func.count(Project.id))) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    projects = session.scalars(
        rows.options(
            joinedload(Project.program),
            selectinload(Project.shares).joinedload(ProjectShare.value_stream),
            selectinload(Project.milestones),
        )
        .order_by(Project.code, Project.id)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    ids = [project.id for project in projects]
    return ProjectsPage(
        portfolio,
        programs_of(session, portfolio),
        projects,
        _newest(session, ids),
        _linked(session, ids, viewer),
        _plan(session, rows, today),
        today,
        number,
        pages,
        total,
    )


def project_sheet(
    session: Session, workspace_id: int, viewer: str, project_id: int, page: int, at: datetime
) -> ProjectSheet:
    """The project with a page of its milestones. Raises UnknownProject."""
    project = seen_project(session, workspace_id, viewer, project_id)
    portfolio = session.get_one(Portfolio, project.portfolio_id)
    milestones = project.milestones
    pages = max(1, -(-len(milestones) // MILESTONES_A_PAGE))
    number = min(max(1, page), pages)
    first = (number - 1) * MILESTONES_A_PAGE
    snapshots = session.scalars(
        select(ProjectSnapshot)
        .where(ProjectSnapshot.project_id == project.id)
        .options(joinedload(ProjectSnapshot.value_stream))
        .order_by(ProjectSnapshot.as_of.desc(), ProjectSnapshot.period.desc())
        .limit(SNAPSHOTS_SHOWN)
    ).all()
    linked = select(Epic).where(Epic.project_id == project.id, seen_by(viewer))
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
        at.astimezone(ZoneInfo(portfolio.time_zone)).date(),
    )


def seen_project(session: Session, workspace_id: int, viewer: str, project_id: int) -> Project:
    """The project, in a portfolio the viewer sees. Raises UnknownProject."""
    project = session.scalars(
        select(Project)
        .where(
            Project.workspace_id == workspace_id,
            Project.id == project_id,
            portfolio_seen_by(viewer, Project.portfolio_id),
        )
        .options(
            joinedload(Project.program),
            selectinload(Project.shares).joinedload(ProjectShare.value_stream),
            selectinload(Project.milestones),
        )
    ).first()
    if project is None:
        raise UnknownProject
    return project


def seen_portfolio(
    session: Session, workspace_id: int, viewer: str, portfolio_id: int | None
) -> Portfolio:
    """The portfolio, or the first seen with projects where none is named. Raises UnknownProject."""
    rows = select(Portfolio).where(
        Portfolio.workspace_id == workspace_id, portfolio_seen_by(viewer)
    )
    if portfolio_id is not None:
        rows = rows.where(Portfolio.id == portfolio_id)
    has_some = exists().where(Project.portfolio_id == Portfolio.id)
    found = session.scalars(rows.order_by(case((has_some, 0), else_=1), Portfolio.id)).first()
    if found is None:
        raise UnknownProject
    return found


def programs_of(session: Session, portfolio: Portfolio) -> Sequence[Program]:
    """The portfolio's programs by their codes."""
    rows = select(Program).where(Program.portfolio_id == portfolio.id)
    return session.scalars(rows.order_by(Program.code, Program.id)).all()


def _narrowed(
    portfolio: Portfolio, choice: ProjectChoice, viewer: str, today: date
) -> Select[Project]:
    rows = select(Project).where(Project.portfolio_id == portfolio.id)
    is_closed = choice.which is Which.CLOSED
    rows = rows.where(Project.closed_at.is_not(None) if is_closed else Project.closed_at.is_(None))
    if choice.stream_id is not None:
        in_it = select(ProjectShare.project_id)
        in_it = in_it.where(ProjectShare.value_stream_id == choice.stream_id)
        rows = rows.where(Project.id.in_(in_it))
    if choice.program_id is not None:
        rows = rows.where(Project.program_id == choice.program_id)
    if choice.which is Which.LATE:
        off = select(Milestone.project_id).where(is_off_its_date(today))
        rows = rows.where(Project.id.in_(off))
    if choice.which is Which.UNLINKED:
        linked = and_(Epic.project_id == Project.id, seen_by(viewer))
        rows = rows.where(~exists().where(linked))
    for word in choice.text.split():
        rows = rows.where(
            or_(
                Project.code.icontains(word, autoescape=True),
                Project.name.icontains(word, autoescape=True),
            )
        )
    return rows


def _newest(session: Session, project_ids: Sequence[int]) -> Mapping[int, ProjectSnapshot]:
    later = aliased(ProjectSnapshot)
    is_later = or_(
        later.as_of > ProjectSnapshot.as_of,
        and_(later.as_of == ProjectSnapshot.as_of, later.period > ProjectSnapshot.period),
    )
    newest = ~exists().where(later.project_id == ProjectSnapshot.project_id, is_later)
    rows = select(ProjectSnapshot).where(ProjectSnapshot.project_id.in_(project_ids), newest)
    return {snapshot.project_id: snapshot for snapshot in session.scalars(rows)}


def _linked(session: Session, project_ids: Sequence[int], viewer: str) -> Mapping[int, int]:
    rows = (
        select(Epic.project_id, func.count(Epic.id))
        .where(Epic.project_id.in_(project_ids), seen_by(viewer))
        .group_by(Epic.project_id)
    )
    return {project_id: count for project_id, count in session.execute(rows) if project_id}


def _plan(session: Session, rows: Select[Project], today: date) -> Plan:
    """How the milestones of all the projects stand, not only of those on the page."""
    off = func.count(Milestone.id).filter(is_off_its_date(today))
    agreed = select(func.count(Milestone.id), off).where(
        Milestone.baseline_on.is_not(None),
        Milestone.project_id.in_(rows.with_only_columns(Project.id)),
    )
    count, off_date = session.execute(agreed).one()
    return Plan(count - off_date, count)
