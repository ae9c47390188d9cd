"""The forms for projects, milestones and programs: opened, checked and stored."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.commands.projects.projects import project_shown, projects_shown, show_anew
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton, ProjectDo, ProjectForm, ProjectRef, ProjectsRef
from bot.views.projects import forms as project_entry_forms
from bot.workflows.portfolio.basics import portfolio_of
from bot.workflows.projects import keeping as projecting
from bot.workflows.projects import projects as listing_projects
from models.errors import FieldMistakes
from models.portfolio.portfolio import Portfolio
from models.projects.project_entry import parse_milestone, parse_program, parse_project


def open_add(call: Call) -> None:
    """Open the form for a new project."""
    memory = ProjectsRef.read(call.action["value"])
    with call.database.read() as session:
        form = _new_project(session, call, memory)
    call.open_form(form)
    call.ack()


def open_program(call: Call) -> None:
    """Open the form for a new program."""
    memory = ProjectsRef.read(call.action["value"])
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory)
        projecting.check_in(session, call.actor, portfolio, [])
    form = ProjectForm(portfolio=portfolio.id, listed=memory)
    call.open_form(project_entry_forms.program_form(form))
    call.ack()


def open_edit_program(call: Call) -> None:
    """Open the form for the program whose projects are listed."""
    memory = ProjectsRef.read(call.action["value"])
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory)
        projecting.check_in(session, call.actor, portfolio, [])
        program = projecting.program_of(session, portfolio, memory.program or 0)
    form = ProjectForm(portfolio=portfolio.id, listed=memory, version=program.version)
    call.open_form(project_entry_forms.program_form(form, program))
    call.ack()


def choose(call: Call) -> None:
    """Do what was chosen about the project that is shown: open a form, close it, remove a date."""
    chosen = call.action.get("selected_option") or call.action
    do = ProjectDo.read(chosen["value"])
    shown = ProjectRef.read(call.view["private_metadata"])
    if do.do in {"close", "remove"}:
        _carry_out(call, shown, do)
        show_anew(call, shown)
        return
    with call.database.read() as session:
        form = _form(session, call, shown, do)
    call.open_form(form)
    call.ack()


def save_project(call: Call) -> None:
    """Add or change a project as the form says; what it was opened over shows it."""
    memory = ProjectForm.read(call.view["private_metadata"])
    with call.database.read() as session:
        currency = portfolio_of(session, call.workspace_id, memory.portfolio).currency
    entry = parse_project(answers_of(call.view), currency)
    _check_owner(call, entry.owner_user_id)
    seen = (memory.shown.project, memory.version) if memory.shown else None
    with call.write() as session:
        projecting.keep_project(
            session, call.workspace_id, call.actor, memory.portfolio, seen, entry, call.at
        )
    _saved(call, memory)


def save_milestone(call: Call) -> None:
    """Add or change a milestone as the form says."""
    memory = ProjectForm.read(call.view["private_metadata"])
    if memory.shown is None:
        raise OldButton
    with call.database.read() as session:
        portfolio = portfolio_of(session, call.workspace_id, memory.portfolio)
        zone = ZoneInfo(portfolio.time_zone)
    entry = parse_milestone(answers_of(call.view), call.at.astimezone(zone).date())
    seen = (memory.milestone, memory.version) if memory.milestone is not None else None
    project_id = memory.shown.project
    with call.write() as session:
        projecting.keep_milestone(
            session, call.workspace_id, call.actor, project_id, seen, entry, call.at
        )
    _saved(call, memory)


def save_program(call: Call) -> None:
    """Add a program as the form says, or change the one whose projects are listed."""
    memory = ProjectForm.read(call.view["private_metadata"])
    entry = parse_program(answers_of(call.view))
    _check_owner(call, entry.owner_user_id)
    listed = memory.listed or ProjectsRef()
    seen = (listed.program or 0, memory.version) if memory.version else None
    with call.write() as session:
        projecting.keep_program(
            session, call.workspace_id, call.actor, memory.portfolio, seen, entry, call.at
        )
    _saved(call, memory)


def _saved(call: Call, memory: ProjectForm) -> None:
    """Close the form; what lies beneath it shows the change."""
    call.ack()
    if memory.shown is None:
        call.update_below(projects_shown(call, memory.listed or ProjectsRef()))
        return
    call.update_below(project_shown(call, memory.shown))
    if memory.shown.listed is not None:
        call.update_lowest(projects_shown(call, memory.shown.listed))


def _carry_out(call: Call, shown: ProjectRef, do: ProjectDo) -> None:
    here, actor = call.workspace_id, call.actor
    with call.write() as session:
        if do.do == "close":
            projecting.close_project(session, here, actor, shown.project, do.version, call.at)
        elif do.milestone is not None:
            seen = (do.milestone, do.version)
            projecting.remove_milestone(session, here, actor, shown.project, seen, call.at)


def _form(session: Session, call: Call, shown: ProjectRef, do: ProjectDo) -> dict[str, Any]:
    """The form for what was chosen; who may not is told before typing."""
    project = listing_projects.seen_project(session, call.workspace_id, call.actor, shown.project)
    projecting.check_may_edit(session, call.actor, project)
    portfolio = session.get_one(Portfolio, project.portfolio_id)
    memory = ProjectForm(shown=shown, portfolio=portfolio.id, version=project.version)
    if do.do == "edit":
        programs = listing_projects.programs_of(session, portfolio)
        return project_entry_forms.project_form(memory, portfolio, programs, project)
    if do.do == "add":
        return project_entry_forms.milestone_form(memory)
    milestone = next((each for each in project.milestones if each.id == do.milestone), None)
    if milestone is None:
        raise listing_projects.UnknownProject
    memory = memory.model_copy(update={"milestone": milestone.id})
    return project_entry_forms.milestone_form(memory, milestone)


def _new_project(session: Session, call: Call, listed: ProjectsRef) -> dict[str, Any]:
    portfolio = _portfolio(session, call, listed)
    if not projecting.may_edit_some(session, call.actor, portfolio):
        projecting.check_in(session, call.actor, portfolio, [])
    programs = listing_projects.programs_of(session, portfolio)
    memory = ProjectForm(portfolio=portfolio.id, listed=listed)
    return project_entry_forms.project_form(memory, portfolio, programs)


def _portfolio(session: Session, call: Call, listed: ProjectsRef) -> Portfolio:
    return listing_projects.seen_portfolio(session, call.workspace_id, call.actor, listed.portfolio)


def _check_owner(call: Call, owner: str | None) -> None:
    if owner and (unfit := call.unfit([owner])):
        raise FieldMistakes({"owner": unfit})
