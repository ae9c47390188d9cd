"""Projects beside the value streams: found by typing, kept up to date."""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from bot.workflows.keeping import Act, Kept
from bot.workflows.permitting import Place, may
from bot.workflows.pointing import hold
from bot.workflows.projects.projects import COMMAND, has_words, portfolio_with_projects, programs_of
from bot.workflows.redrawing import redraw_cards, redraw_digests, redraw_homes
from bot.workflows.seeing import grants_of
from models.epics.epic import Epic
from models.errors import FieldMistakes
from models.form import Facts, Form
from models.people.role import MAY, Right, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.forms import MILESTONE_KINDS, ProjectForm
from models.projects.project import Milestone, Program, Project
from models.projects.shares import UnknownStream


def _places(session: Session, project: Project) -> Sequence[Place]:
    """Whoever may change projects in one of its value streams may change it."""
    streams = [session.get_one(ValueStream, stream_id) for stream_id, _ in project.shared]
    return [Place.of_stream(stream) for stream in streams]


def _check_project(act: Act, project: Project, form: Form) -> None:
    """A value stream that was merged into another one meanwhile takes no further share."""
    if not isinstance(form, ProjectForm):
        return
    streams = hold(act.session, ValueStream, dict(form.shared))
    held = {}
    if project.id is not None:
        act.session.expire(project, ["shares"])
        held = dict(project.shared)
    for stream_id, stream in streams.items():
        if stream.ended_at is not None and stream_id not in held:
            there = [each.name for each in stream.portfolio.open_streams]
            raise FieldMistakes({"shared": UnknownStream(stream.name, there).sentence})


def _redraw(act: Act, project: Project) -> None:
    redraw_digests(act.session, act.workspace_id, project.portfolio_id, act.at)
    epics = select(Epic.id).where(Epic.project_id == project.id)
    redraw_cards(act.session, act.workspace_id, epics, act.at)
    redraw_homes(act.session, act.workspace_id, act.at)


PROGRAMS = Kept(
    Program,
    Right.EDIT_PROJECT,
    COMMAND,
    called=lambda program: program.code,
    portfolio_id=lambda session, program: program.portfolio_id,
    unique="code",
    redraws=lambda act, program: redraw_homes(act.session, act.workspace_id, act.at),
)
PROJECTS = Kept(
    Project,
    Right.EDIT_PROJECT,
    COMMAND,
    called=lambda project: project.code,
    portfolio_id=lambda session, project: project.portfolio_id,
    check=_check_project,
    places=_places,
    unique="code",
    redraws=_redraw,
)
MILESTONES = Kept(
    Milestone,
    Right.EDIT_PROJECT,
    COMMAND,
    called=lambda milestone: milestone.code,
    portfolio_id=lambda session, milestone: milestone.project.portfolio_id,
    places=lambda session, milestone: _places(session, milestone.project),
    unique="code",
    within=Project,
    redraws=lambda act, milestone: _redraw(act, milestone.project),
)


def new_program(act: Act, portfolio: int) -> Program:
    """One of the portfolio with that id. Raises Gone and NotAllowed."""
    here = PROGRAMS.portfolio(act, portfolio)
    return Program(workspace_id=act.workspace_id, portfolio_id=here.id)


def new_project(act: Act, portfolio: int) -> Project:
    """For who may change projects anywhere in the portfolio. Raises Gone and NotAllowed."""
    here = check_may_edit_some(act, portfolio)
    return Project(workspace_id=act.workspace_id, portfolio_id=here.id, created_at=act.at)


def new_milestone(act: Act, project: int) -> Milestone:
    """One of the project with that id. Raises Gone and NotAllowed."""
    return PROJECTS.look(act, project).new_milestone()


def program_facts(act: Act, program: Program) -> Facts:
    """What the form for a program shows."""
    return {"until_now": program.until_now}


def project_facts(act: Act, project: Project) -> Facts:
    """What the form for a project shows, and is read with."""
    portfolio = act.session.get_one(Portfolio, project.portfolio_id)
    programs = programs_of(act.session, portfolio)
    held = [share.value_stream for share in project.shares]
    return {
        "until_now": project.until_now,
        "currency": portfolio.currency,
        "programs": [(program.label, program.id) for program in programs],
        "streams": list(dict.fromkeys([*portfolio.open_streams, *held])),
    }


def milestone_facts(act: Act, milestone: Milestone) -> Facts:
    """What the form for a milestone is read with."""
    portfolio = act.session.get_one(Portfolio, milestone.project.portfolio_id)
    return {"today": portfolio.day_of(act.at), "kinds": MILESTONE_KINDS}


def check_may_edit_some(act: Act, portfolio_id: int) -> Portfolio:
    """The portfolio, for who may change projects anywhere in it. Raises Gone and NotAllowed."""
    portfolio = portfolio_with_projects(act, portfolio_id)
    if may_edit_some(act.session, act.actor, portfolio):
        return portfolio
    return PROJECTS.portfolio(act, portfolio_id)


def may_edit_some(session: Session, actor: str, portfolio: Portfolio) -> bool:
    """Whether the person may change projects somewhere in the portfolio."""
    if may(session, actor, Right.EDIT_PROJECT, Place.of_portfolio(portfolio)):
        return True
    streams = portfolio.open_streams
    if any(stream.owner_user_id == actor for stream in streams):
        return True
    given = grants_of(actor).where(
        RoleGrant.role.in_(MAY[Right.EDIT_PROJECT]),
        RoleGrant.value_stream_id.in_([stream.id for stream in streams]),
    )
    return session.scalar(given.limit(1)) is not None


def suggest_projects(
    session: Session, workspace_id: int, portfolio_id: int, typed: str, limit: int = 100
) -> Sequence[Project]:
    """The open projects with what was typed in their code or name; the code's beginning first."""
    begins = Project.code.istartswith(typed.strip(), autoescape=True)
    rows = select(Project).where(
        Project.workspace_id == workspace_id,
        Project.portfolio_id == portfolio_id,
        Project.closed_at.is_(None),
        *has_words(typed),
    )
    ordered = rows.order_by(case((begins, 0), else_=1), Project.code, Project.id)
    return session.scalars(ordered.limit(limit)).all()
