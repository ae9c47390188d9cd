"""Projects beside the value streams: found by typing, kept up to date."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, check, may
from bot.workflows.projects.projects import UnknownProject, seen_portfolio, seen_project
from bot.workflows.redrawing import redraw_digests, redraw_epic, redraw_homes
from models.epics.epic import Epic
from models.errors import ChangedSince, FieldMistakes
from models.files.names import NoSuchStream
from models.people.role import MAY, Right, RoleGrant, UserGroupMember
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Milestone, Program, Project, ProjectShare
from models.projects.project_entry import MilestoneEntry, ProgramEntry, ProjectEntry
from models.projects.shares import Share


class CodeInUse(FieldMistakes):
    """A second program, project or milestone of the same code."""

    def __init__(self, field: str, what: str, code: str) -> None:
        super().__init__({field: f"There is a {what} {code[:60]} already."})


def suggest_projects(
    session: Session, workspace_id: int, portfolio_id: int, typed: str, limit: int = 100
) -> Sequence[Project]:
    """The open projects with what was typed in their code or name; the code's beginning first."""
    words = typed.split()
    begins = Project.code.istartswith(typed.strip(), autoescape=True)
    rows = select(Project).where(
        Project.workspace_id == workspace_id,
        Project.portfolio_id == portfolio_id,
        Project.closed_at.is_(None),
        *(
            or_(
                Project.code.icontains(word, autoescape=True),
                Project.name.icontains(word, autoescape=True),
            )
            for word in words
        ),
    )
    ordered = rows.order_by(case((begins, 0), else_=1), Project.code, Project.id)
    return session.scalars(ordered.limit(limit)).all()


def may_edit(session: Session, actor: str, project: Project) -> bool:
    """Whether the person may change the project."""
    portfolio = session.get_one(Portfolio, project.portfolio_id)
    places = _places(portfolio, [share.value_stream for share in project.shares])
    return any(may(session, actor, Right.EDIT_PROJECT, place) for place in places)


def may_edit_some(session: Session, actor: str, portfolio: Portfolio) -> bool:
    """Whether the person may change projects somewhere in the portfolio."""
    if may(session, actor, Right.EDIT_PROJECT, Place.of_portfolio(portfolio)):
        return True
    streams = portfolio.open_streams
    if any(stream.owner_user_id == actor for stream in streams):
        return True
    here = RoleGrant.workspace_id == portfolio.workspace_id
    groups = select(UserGroupMember.group_id).where(
        UserGroupMember.workspace_id == portfolio.workspace_id, UserGroupMember.user_id == actor
    )
    given = select(RoleGrant.id).where(
        here,
        RoleGrant.role.in_(MAY[Right.EDIT_PROJECT]),
        RoleGrant.value_stream_id.in_([stream.id for stream in streams]),
        or_(RoleGrant.user_id == actor, RoleGrant.user_group_id.in_(groups)),
    )
    return session.scalar(given.limit(1)) is not None


def check_may_edit(session: Session, actor: str, project: Project) -> None:
    """Raise NotAllowed for who may not change the project.

    Owners of its value streams may, and those whose role holds in the whole portfolio.
    """
    portfolio = session.get_one(Portfolio, project.portfolio_id)
    check_in(session, actor, portfolio, [share.value_stream for share in project.shares])


def check_in(
    session: Session, actor: str, portfolio: Portfolio, streams: Sequence[ValueStream]
) -> None:
    """Raise NotAllowed for who may not have a project that is shared between these streams."""
    places = _places(portfolio, streams)
    if not any(may(session, actor, Right.EDIT_PROJECT, place) for place in places):
        check(session, actor, Right.EDIT_PROJECT, places[0])


def keep_project(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    seen: tuple[int, int] | None,
    entry: ProjectEntry,
    at: datetime,
) -> Project:
    """Add a project, or with the id and version that was seen change one.

    Raises UnknownProject, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = seen_portfolio(session, workspace_id, actor, portfolio_id)
    if seen is not None:
        project = project_to_change(session, workspace_id, actor, *seen)
    else:
        project = Project(
            workspace_id=workspace_id, portfolio_id=portfolio.id, created_at=at, version=0
        )
    shares = _streams(portfolio, entry.shares)
    if seen is None:
        check_in(session, actor, portfolio, [stream for stream, _ in shares])
    _check_code(session, project, entry.code)
    if entry.program_id is not None:
        program = session.get(Program, entry.program_id)
        if program is None or program.portfolio_id != portfolio.id:
            raise FieldMistakes({"program": "That program is not there any more."})
    _fill(project, entry)
    session.add(project)
    session.flush()
    _share(session, project, shares)
    _changed(session, project, at)
    session.refresh(project, ["program", "shares"])
    return project


def close_project(
    session: Session, workspace_id: int, actor: str, project_id: int, version: int, at: datetime
) -> Project:
    """Close the project, or open it again; its epics stay linked.

    Raises UnknownProject, NotAllowed and ChangedSince.
    """
    project = project_to_change(session, workspace_id, actor, project_id, version)
    project.closed_at = None if project.closed_at else at
    _changed(session, project, at)
    return project


def keep_milestone(
    session: Session,
    workspace_id: int,
    actor: str,
    project_id: int,
    seen: tuple[int, int] | None,
    entry: MilestoneEntry,
    at: datetime,
) -> Milestone:
    """Add a milestone, or with its id and the project's version that were seen change one.

    Raises UnknownProject, NotAllowed, ChangedSince and FieldMistakes.
    """
    version = seen[1] if seen is not None else None
    project = project_to_change(session, workspace_id, actor, project_id, version)
    if seen is not None:
        milestone = _milestone(project, seen[0])
    else:
        last = max((each.position for each in project.milestones), default=0)
        milestone = Milestone(workspace_id=workspace_id, project_id=project.id, position=last + 1)
    others = [each.code.casefold() for each in project.milestones if each is not milestone]
    if entry.code.casefold() in others:
        raise CodeInUse("milestone_code", "milestone", entry.code)
    milestone.code, milestone.name, milestone.kind = entry.code, entry.name, entry.kind
    milestone.baseline_on, milestone.forecast_on = entry.baseline_on, entry.forecast_on
    milestone.actual_on, milestone.outcome = entry.actual_on, entry.outcome
    session.add(milestone)
    _changed(session, project, at)
    return milestone


def remove_milestone(
    session: Session,
    workspace_id: int,
    actor: str,
    project_id: int,
    seen: tuple[int, int],
    at: datetime,
) -> str:
    """Take a milestone out of the plan; its code.

    Raises UnknownProject, NotAllowed and ChangedSince.
    """
    project = project_to_change(session, workspace_id, actor, project_id, seen[1])
    milestone = _milestone(project, seen[0])
    project.milestones.remove(milestone)
    _changed(session, project, at)
    return milestone.code


def keep_program(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    seen: tuple[int, int] | None,
    entry: ProgramEntry,
    at: datetime,
) -> Program:
    """Add a program, or with the id and version that was seen change one.

    Raises UnknownProject, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = seen_portfolio(session, workspace_id, actor, portfolio_id)
    check_in(session, actor, portfolio, [])
    program = Program(workspace_id=workspace_id, portfolio_id=portfolio.id, version=0)
    if seen is not None:
        program = program_of(session, portfolio, seen[0], locked=True)
        if program.version != seen[1]:
            raise ChangedSince("this program")
    same = select(Program.id).where(
        Program.portfolio_id == portfolio.id,
        or_(Program.code == entry.code, func.lower(Program.code) == entry.code.lower()),
        Program.id.is_distinct_from(program.id),
    )
    if session.scalar(same) is not None:
        raise CodeInUse("program_code", "program", entry.code)
    program.code, program.name = entry.code, entry.name
    program.owner_user_id = entry.owner_user_id
    if entry.owner_user_id is not None:
        program.owner_name = None
    program.version += 1
    session.add(program)
    session.flush()
    redraw_homes(session, workspace_id, at)
    return program


def program_of(
    session: Session, portfolio: Portfolio, program_id: int, *, locked: bool = False
) -> Program:
    """A program of the portfolio; locked, with nobody else changing it. Raises UnknownProject."""
    row = select(Program).where(Program.id == program_id, Program.portfolio_id == portfolio.id)
    if locked:
        row = row.with_for_update().execution_options(populate_existing=True)
    program = session.scalars(row).one_or_none()
    if program is None:
        raise UnknownProject
    return program


def project_to_change(
    session: Session, workspace_id: int, actor: str, project_id: int, version: int | None
) -> Project:
    """The project with nobody else changing it meanwhile, as it was seen at the version.

    Raises UnknownProject, NotAllowed and ChangedSince.
    """
    seen_project(session, workspace_id, actor, project_id)
    project = session.scalars(
        select(Project)
        .where(Project.workspace_id == workspace_id, Project.id == project_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    check_may_edit(session, actor, project)
    if version is not None and version != project.version:
        raise ChangedSince("this project")
    return project


def _places(portfolio: Portfolio, streams: Sequence[ValueStream]) -> Sequence[Place]:
    return [Place.of_stream(each) for each in streams] or [Place.of_portfolio(portfolio)]


def _streams(portfolio: Portfolio, shares: Sequence[Share]) -> Sequence[tuple[ValueStream, Share]]:
    """The open value streams that the shares name, by name or letters. Raises FieldMistakes."""
    there = portfolio.open_streams
    by_word = {stream.key_prefix.casefold(): stream for stream in there}
    by_word |= {stream.name.casefold(): stream for stream in there}
    found: dict[int, tuple[ValueStream, Share]] = {}
    for share in shares:
        stream = by_word.get(share.stream.casefold())
        if stream is None:
            said = NoSuchStream(share.stream, [each.name for each in there]).sentence
            raise FieldMistakes({"value_streams": f"{said[:1].upper()}{said[1:]}."})
        if stream.id in found:
            raise FieldMistakes({"value_streams": f"{stream.name} is there twice."})
        found[stream.id] = (stream, share)
    return list(found.values())


def _share(session: Session, project: Project, shares: Sequence[tuple[ValueStream, Share]]) -> None:
    """Have these streams share the project; a share that stays is the same row."""
    before = {share.value_stream_id: share for share in project.shares}
    wanted = {stream.id: share.percent for stream, share in shares}
    for stream_id, row in before.items():
        if stream_id not in wanted:
            project.shares.remove(row)
        elif row.percent != wanted[stream_id]:
            row.percent = wanted[stream_id]
    for stream_id, percent in wanted.items():
        if stream_id not in before:
            project.shares.append(
                ProjectShare(
                    workspace_id=project.workspace_id, value_stream_id=stream_id, percent=percent
                )
            )
    session.flush()


def _fill(project: Project, entry: ProjectEntry) -> None:
    project.code, project.name, project.program_id = entry.code, entry.name, entry.program_id
    project.owner_user_id = entry.owner_user_id
    if entry.owner_user_id is not None:
        project.owner_name = None
    project.budget_minor, project.cost_centre = entry.budget_minor, entry.cost_centre
    project.category = entry.category
    project.starts_on, project.ends_on = entry.starts_on, entry.ends_on


def _check_code(session: Session, project: Project, code: str) -> None:
    same = select(Project.id).where(
        Project.portfolio_id == project.portfolio_id,
        or_(Project.code == code, func.lower(Project.code) == code.lower()),
        Project.id.is_distinct_from(project.id),
    )
    if session.scalar(same) is not None:
        raise CodeInUse("code", "project", code)


def _milestone(project: Project, milestone_id: int) -> Milestone:
    found = next((each for each in project.milestones if each.id == milestone_id), None)
    if found is None:
        raise UnknownProject
    return found


def _changed(session: Session, project: Project, at: datetime) -> None:
    """Count the change, and redraw what shows the project: cards of its epics, Homes looked at."""
    project.version += 1
    session.flush()
    redraw_digests(session, project.workspace_id, project.portfolio_id, at)
    epics = select(Epic).where(Epic.project_id == project.id).order_by(Epic.id)
    for epic in session.scalars(epics).all():
        redraw_epic(session, epic, at)
    redraw_homes(session, project.workspace_id, at)
