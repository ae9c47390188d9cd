"""`/portfolio projects`: the projects of a portfolio, one of them, and linking them to epics."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.readiness import check_is_set_up
from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.blocks import OPTIONS_LIMIT
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import EpicRef, OldButton, ProjectRef, ProjectsRef
from bot.views.projects import link_form
from bot.views.projects import list as project_list
from bot.views.projects import page as project_page
from bot.workflows import seeing
from bot.workflows.epics import linking
from bot.workflows.projects import keeping as projecting
from bot.workflows.projects import projects as listing_projects
from bot.workflows.projects.projects import ProjectSheet, ProjectsPage, Which
from models.epics.proposal import LARGEST_ID
from models.errors import FieldMistakes


def hear(call: Call, typed: str) -> None:
    """Hear `/portfolio projects`; words to search for can follow."""
    check_is_set_up(call)
    memory = ProjectsRef(text=" ".join(typed.split())[: project_list.LONGEST_SEARCH])
    shown = projects_shown(call, memory)
    try:
        call.open_form(shown)
    except TriggerExpired:
        said = "Slack did not open the list in time. Type /portfolio projects once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def turn_page(call: Call) -> None:
    """Show another page of the list."""
    call.update_form(projects_shown(call, ProjectsRef.read(call.action["value"])))
    call.ack()


def narrow(call: Call) -> None:
    """Show the projects of what was chosen in one of the menus, from the first page."""
    name = str(call.action["action_id"]).removeprefix(f"{project_list.NARROW}_")
    chosen = str(call.action["selected_option"]["value"])
    memory = ProjectsRef.read(call.view["private_metadata"])
    memory = memory.model_copy(update={"page": 1, "text": _searched(call)})
    call.update_form(projects_shown(call, _narrowed(memory, name, chosen)))
    call.ack()


def search(call: Call) -> None:
    """Show the projects with the words that were typed."""
    memory = ProjectsRef.read(call.view["private_metadata"])
    found = memory.model_copy(update={"page": 1, "text": _searched(call)})
    call.ack(response_action="update", view=projects_shown(call, found))


def suggest_streams(call: Call) -> None:
    """The value streams of the portfolio with what was typed in their names or letters."""
    memory = ProjectsRef.read(call.view["private_metadata"])
    typed = str(call.body.get("value") or "").strip().casefold()
    with call.database.read() as session:
        portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
    here = [each for each in portfolios if each.id == memory.portfolio]
    streams = [stream for each in here for stream in each.value_streams]
    found = [s for s in streams if typed in f"{s.name} {s.key_prefix}".casefold()]
    call.ack(options=project_list.found_streams(found))


def open_project(call: Call) -> None:
    """Show one project on top of the list."""
    call.open_form(project_shown(call, ProjectRef.read(call.action["value"])))
    call.ack()


def turn_plan(call: Call) -> None:
    """Show other milestones of the project."""
    call.update_form(project_shown(call, ProjectRef.read(call.action["value"])))
    call.ack()


def open_links(call: Call) -> None:
    """Open the form that links the projects of the page to epics."""
    memory = ProjectsRef.read(call.action["value"])
    with call.database.read() as session:
        page = _page(session, call, memory)
    call.open_form(link_form.link_form(page, memory))
    call.ack()


def save_links(call: Call) -> None:
    """Link the projects to the epics chosen for them; the list beneath shows it."""
    memory = ProjectsRef.read(call.view["private_metadata"])
    chosen = {
        int(name.removeprefix(link_form.ROW)): _id(value)
        for name, value in answers_of(call.view).items()
        if name.startswith(link_form.ROW) and value
    }
    if not chosen:
        raise FieldMistakes({"": "Choose an epic for one project at least, or close the form."})
    _check_each_once(chosen)
    wishes = {epic_id: project_id for project_id, epic_id in chosen.items()}
    try:
        with call.write() as session:
            epics = linking.link(session, call.workspace_id, call.actor, wishes, call.at)
            told = link_form.linked(epics)
    except FieldMistakes as mistakes:
        rows = {str(epic): f"{link_form.ROW}{project}" for project, epic in chosen.items()}
        errors = {rows.get(name, name): said for name, said in mistakes.errors.items()}
        raise FieldMistakes(errors) from mistakes
    call.ack()
    call.update_below(projects_shown(call, memory))
    call.tell(told, None)


def link_one(call: Call) -> None:
    """Link the epic that was chosen to the project that is shown."""
    memory = ProjectRef.read(call.view["private_metadata"])
    epic_id = _id(call.action["selected_option"]["value"])
    with call.write() as session:
        linking.link(session, call.workspace_id, call.actor, {epic_id: memory.project}, call.at)
    show_anew(call, memory)


def unlink(call: Call) -> None:
    """Have an epic point to the project that is shown no more."""
    memory = ProjectRef.read(call.view["private_metadata"])
    ref = EpicRef.read(call.action["value"])
    with call.write() as session:
        linking.unlink(session, call.workspace_id, call.actor, ref.epic, memory.project, call.at)
    show_anew(call, memory)


def suggest_epics(call: Call) -> None:
    """The epics that can be linked to the project of the row, or to the one that is shown."""
    if call.view["callback_id"] == link_form.CALLBACK:
        project_id = _id(str(call.body["block_id"]).removeprefix(link_form.ROW))
    else:
        project_id = ProjectRef.read(call.view["private_metadata"]).project
    typed = str(call.body.get("value") or "").strip()
    with call.database.read() as session:
        found = linking.suggest_epics(
            session, call.workspace_id, call.actor, project_id, typed, OPTIONS_LIMIT
        )
    call.ack(options=[link_form.epic_option(epic) for epic in found])


def show_anew(call: Call, memory: ProjectRef) -> None:
    """Ack, and show the project as it is now, and the list beneath it."""
    shown = project_shown(call, memory)
    call.ack()
    call.update_form(shown)
    if memory.listed is not None:
        call.update_below(projects_shown(call, memory.listed))


def projects_shown(call: Call, memory: ProjectsRef) -> dict[str, Any]:
    """The list as the person may see it."""
    with call.database.read() as session:
        page = _page(session, call, memory)
        portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
        may_edit = projecting.may_edit_some(session, call.actor, page.portfolio)
    return project_list.project_list(page, portfolios, memory, may_edit=may_edit)


def project_shown(call: Call, memory: ProjectRef) -> dict[str, Any]:
    """The project as the person may see it."""
    with call.database.read() as session:
        sheet = _sheet(session, call, memory)
        may_edit = projecting.may_edit(session, call.actor, sheet.project)
    return project_page.project_page(sheet, memory, may_edit=may_edit)


def _page(session: Session, call: Call, memory: ProjectsRef) -> ProjectsPage:
    return listing_projects.projects_page(
        session,
        call.workspace_id,
        call.actor,
        memory.portfolio,
        memory.choice,
        memory.page,
        call.at,
    )


def _sheet(session: Session, call: Call, memory: ProjectRef) -> ProjectSheet:
    return listing_projects.project_sheet(
        session, call.workspace_id, call.actor, memory.project, memory.page, call.at
    )


def _narrowed(memory: ProjectsRef, name: str, chosen: str) -> ProjectsRef:
    if name == "which":
        if chosen not in {each.value for each in Which}:
            raise OldButton
        return memory.model_copy(update={"which": Which(chosen)})
    id_ = None if chosen == project_list.ANY else _id(chosen)
    if name == "portfolio":
        return ProjectsRef(portfolio=id_, which=memory.which, text=memory.text)
    return memory.model_copy(update={name: id_})


def _searched(call: Call) -> str:
    typed = answers_of(call.view).get(project_list.WORDS) or ""
    return " ".join(typed.split())[: project_list.LONGEST_SEARCH]


def _id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) <= LARGEST_ID):
        raise OldButton
    return int(value)


def _check_each_once(chosen: Mapping[int, int]) -> None:
    """Raise FieldMistakes where one epic is chosen for two projects."""
    seen: set[int] = set()
    for project_id, epic_id in chosen.items():
        if epic_id in seen:
            said = "This epic is chosen above already; it can point to one project."
            raise FieldMistakes({f"{link_form.ROW}{project_id}": said})
        seen.add(epic_id)
