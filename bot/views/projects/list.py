"""The list of projects: page by page, narrowed by stream, program, state of the plan and words."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import (
    OPTIONS_LIMIT,
    Block,
    Element,
    Option,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    option,
    plain,
    section,
    select,
    text_input,
)
from bot.slack.mrkdwn import words
from bot.slack.values import ProjectRef, ProjectsRef
from bot.views.portfolio.menu import stream_option
from bot.views.projects.phrases import TEMPLATE, link_count, plan_facts, project_facts
from bot.workflows.projects.projects import ProjectsPage, Which
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Program, Project

LIST = "projects"
OPEN = "open_project"
TURN = "projects_page"
NARROW = "projects_by"
STREAM = f"{NARROW}_stream"
ADD = "add_project"
PROGRAM, EDIT_PROGRAM = "add_program", "edit_program"
LINK = "link_projects"
WORDS = "project_words"
LONGEST_SEARCH = 80
ANY = "any"

WHICH = {
    Which.OPEN: "All that are open",
    Which.LATE: "Off their date",
    Which.UNLINKED: "Without an epic",
    Which.CLOSED: "Closed",
}
COUNTED = {
    Which.OPEN: ("open project", "open projects"),
    Which.LATE: ("project off its date", "projects off their date"),
    Which.UNLINKED: ("project without an epic", "projects without an epic"),
    Which.CLOSED: ("closed project", "closed projects"),
}
ANY_STREAM = option("Every value stream", ANY)
ANY_PROGRAM = option("Every program", ANY)


def project_list(
    page: ProjectsPage, portfolios: Sequence[Portfolio], memory: ProjectsRef, *, may_edit: bool
) -> dict[str, Any]:
    """A page of the list, with what narrows it; searching is its submit."""
    memory = memory.model_copy(update={"portfolio": page.portfolio.id, "page": page.number})
    blocks: list[Block] = [
        section(_lead(page, memory)),
        actions("narrow", _filters(page, portfolios, memory)),
        field(
            WORDS,
            "Words in the code or name",
            text_input(WORDS, max_length=LONGEST_SEARCH, initial=memory.text),
            optional=True,
        ),
    ]
    if may_edit:
        blocks.append(actions("do", _deeds(page, memory)))
    blocks.append(divider())
    if not page.projects:
        narrowed = memory.choice != ProjectsRef().choice
        empty = words(TEMPLATE, "list_empty", narrowed=narrowed, may_edit=may_edit)
        blocks.append(section(empty))
    blocks += [_line(page, each, memory) for each in page.projects]
    if page.pages > 1:
        blocks.append(context(f"Page {page.number:,} of {page.pages:,}"))
        blocks.append(actions("turn", _turns(page, memory)))
    return modal(
        LIST, "Projects", blocks, submit="Search", close="Close", private_metadata=memory.value
    )


def found_streams(streams: Sequence[ValueStream]) -> list[Option]:
    """What the searching menu of value streams offers."""
    return [ANY_STREAM, *map(stream_option, streams)][:OPTIONS_LIMIT]


def _lead(page: ProjectsPage, memory: ProjectsRef) -> str:
    what = COUNTED[memory.which][page.total != 1]
    program = next((each for each in page.programs if each.id == memory.program), None)
    facts = {
        "portfolio": page.portfolio,
        "total": page.total,
        "plan": page.plan,
        "program": program,
    }
    return words(TEMPLATE, "list_lead", what=what, **facts)


def _filters(
    page: ProjectsPage, portfolios: Sequence[Portfolio], memory: ProjectsRef
) -> list[Element]:
    kinds = [option(text, which.value) for which, text in WHICH.items()]
    chosen = next(each for each in kinds if each["value"] == memory.which.value)
    menus = [select(f"{NARROW}_which", "Which", kinds, chosen), _streams(page, memory)]
    if page.programs:
        programs = [ANY_PROGRAM, *map(program_option, page.programs)]
        menus.append(_menu("program", "Program", programs, memory.program))
    if len(portfolios) > 1:
        several = [option(each.name, str(each.id)) for each in portfolios]
        menus.append(_menu("portfolio", "Portfolio", several, page.portfolio.id))
    return menus


def program_option(program: Program) -> Option:
    """A program as a choice."""
    named = program.code if program.code == program.name else f"{program.code} {program.name}"
    return option(named, str(program.id))


def _streams(page: ProjectsPage, memory: ProjectsRef) -> Element:
    streams = page.portfolio.value_streams
    if len(streams) < OPTIONS_LIMIT:
        options = [ANY_STREAM, *map(stream_option, streams)]
        return _menu("stream", "Value stream", options, memory.stream)
    element: Element = {
        "type": "external_select",
        "action_id": STREAM,
        "placeholder": plain("Value stream"),
        "min_query_length": 0,
    }
    chosen = next((each for each in streams if each.id == memory.stream), None)
    if chosen is not None:
        element["initial_option"] = stream_option(chosen)
    return element


def _menu(name: str, placeholder: str, options: Sequence[Option], chosen: int | None) -> Element:
    value = ANY if chosen is None else str(chosen)
    initial = next((each for each in options if each["value"] == value), None)
    return select(f"{NARROW}_{name}", placeholder, options, initial)


def _deeds(page: ProjectsPage, memory: ProjectsRef) -> list[Element]:
    deeds = [button("Add a project", ADD, memory.value)]
    if page.projects:
        deeds.append(button("Link these to epics", LINK, memory.value))
    deeds.append(button("Add a program", PROGRAM, memory.value))
    if memory.program is not None:
        deeds.append(button("Edit this program", EDIT_PROGRAM, memory.value))
    return deeds


def _line(page: ProjectsPage, project: Project, memory: ProjectsRef) -> Block:
    newest = page.newest.get(project.id)
    said = words(
        TEMPLATE,
        "line",
        project=project,
        facts=project_facts(project, newest, page.portfolio.currency),
        plan=plan_facts(project, page.today),
        links=link_count(page.linked.get(project.id, 0)),
    )
    ref = ProjectRef(project=project.id, listed=memory)
    label = f"Open {project.code}"
    return section(
        said, button("Open", f"{OPEN}_{project.id}", ref.value, accessibility_label=label)
    )


def _turns(page: ProjectsPage, memory: ProjectsRef) -> list[Element]:
    turns = [("Previous page", page.number - 1)] if page.number > 1 else []
    turns += [("Next page", page.number + 1)] if page.number < page.pages else []
    return [
        button(text, f"{TURN}_{n}", memory.model_copy(update={"page": n}).value)
        for text, n in turns
    ]
