"""`/portfolio projects`: programs, projects and milestones, looked at, changed and linked."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.commands.routes import routes, show
from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import OPTIONS_LIMIT
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.values import OldButton
from bot.views.projects.actions import (
    AddMilestone,
    AddProgram,
    AddProject,
    CloseProject,
    EditMilestone,
    EditProgram,
    EditProject,
    LinkEpic,
    LinkProjects,
    ProjectShown,
    ProjectsList,
    RemoveMilestone,
    UnlinkEpic,
)
from bot.views.projects.list import project_list
from bot.views.projects.page import link_form, linked, project_page
from bot.workflows import seeing
from bot.workflows.epics import linking
from bot.workflows.projects import keeping
from bot.workflows.projects.keeping import MILESTONES, PROGRAMS, PROJECTS, may_edit_some
from bot.workflows.projects.projects import link_counts, project_sheet, projects_page
from models.projects.forms import (
    LinksForm,
    MilestoneForm,
    ProgramForm,
    ProjectForm,
)


def hear(call: Call, typed: str) -> None:
    """Hear `/portfolio projects`; words to search for can follow."""
    show(call, ProjectsList().searched(typed), "/portfolio projects")


@routes.page
def draw_projects(call: Call, session: Session, page: ProjectsList) -> Shown:
    found = projects_page(call.act(session), page.portfolio, page.choice, page.number)
    may_edit = may_edit_some(session, call.actor, found.portfolio)
    return project_list(found, page, seeing.portfolios(session, *call.who), may_edit=may_edit)


@routes.page
def draw_project(call: Call, session: Session, page: ProjectShown) -> Shown:
    act = call.act(session)
    project = PROJECTS.seen(act, page.project)
    may_edit = PROJECTS.may(session, call.actor, project)
    return project_page(project_sheet(act, project, page.number), page, may_edit=may_edit)


@routes.opens
def ask_links(call: Call, session: Session, it: LinkProjects) -> Open:
    act = call.act(session)
    projects = [PROJECTS.seen(act, project_id) for project_id in it.projects]
    keeping.check_may_edit_some(act, projects[0].portfolio_id)
    return link_form(it, projects, link_counts(session, it.projects, call.actor))


@routes.saves
def link_projects(call: Call, session: Session, form: LinksForm, about: LinkProjects) -> Answer:
    wishes = {
        name: (epic_id, project_id)
        for (name, epic_id), project_id in zip(form, about.projects, strict=False)
        if epic_id is not None
    }
    return linked(linking.link(call.act(session), wishes))


@routes.finds
def find_epics(call: Call, session: Session, it: LinkEpic, typed: str) -> Sequence[tuple[str, int]]:
    found = linking.suggest_epics(call.act(session), it.project, typed, OPTIONS_LIMIT)
    return [(f"{epic.key} {epic.title}", epic.id) for epic in found]


@routes.does
def link_epic(call: Call, session: Session, it: LinkEpic) -> None:
    if it.chosen is None:
        raise OldButton
    linking.link(call.act(session), {"": (it.chosen, it.project)})


@routes.does
def unlink_epic(call: Call, session: Session, it: UnlinkEpic) -> None:
    """Have it point to the project no more."""
    linking.unlink(call.act(session), it.epic, it.project)


routes.keeps(
    PROGRAMS,
    ProgramForm,
    "Edit the program",
    edit=EditProgram,
    add=AddProgram,
    begin=keeping.new_program,
    facts=keeping.program_facts,
)
routes.keeps(
    PROJECTS,
    ProjectForm,
    "Edit the project",
    edit=EditProject,
    close=CloseProject,
    add=AddProject,
    begin=keeping.new_project,
    facts=keeping.project_facts,
)
routes.keeps(
    MILESTONES,
    MilestoneForm,
    "Edit the milestone",
    edit=EditMilestone,
    remove=RemoveMilestone,
    add=AddMilestone,
    begin=keeping.new_milestone,
    facts=keeping.milestone_facts,
)
