"""The list of projects: page by page, narrowed by stream, program, state of the plan and words."""

from collections.abc import Sequence

from bot.slack.actions import Shown
from bot.slack.blocks import Block, Element, actions, divider, section
from bot.slack.choosers import narrowing
from bot.slack.mrkdwn import words
from bot.views.portfolio.menu import stream_label
from bot.views.projects.actions import (
    AddProgram,
    AddProject,
    EditProgram,
    LinkProjects,
    ProjectShown,
    ProjectsList,
)
from bot.views.projects.phrases import TEMPLATE, plan_facts, project_facts
from bot.workflows.projects.projects import ProjectChoice, ProjectsPage, Which
from models.portfolio.portfolio import Portfolio
from models.projects.project import Program, Project

WHICH: Sequence[tuple[str, Which]] = (
    ("All open", "open"),
    ("Off their date", "late"),
    ("Without an epic", "unlinked"),
    ("Closed", "closed"),
)
COUNTED: dict[Which, tuple[str, str]] = {
    "open": ("open project", "open projects"),
    "late": ("project off its date", "projects off their date"),
    "unlinked": ("project without an epic", "projects without an epic"),
    "closed": ("closed project", "closed projects"),
}


def project_list(
    found: ProjectsPage, page: ProjectsList, portfolios: Sequence[Portfolio], *, may_edit: bool
) -> Shown:
    here = page.but(portfolio=found.portfolio.id, number=found.number)
    program = next((each for each in found.programs if each.id == page.program), None)
    what = COUNTED[page.which][found.total != 1]
    blocks: list[Block] = [
        section(words(TEMPLATE, "list_lead", found=found, what=what, program=program)),
        actions("narrow", _filters(found, here, portfolios)),
        here.field("Words in the code or name"),
    ]
    if may_edit:
        blocks.append(actions("do", _buttons(found, program)))
    blocks.append(divider())
    if not found.projects:
        narrowed = here.choice != ProjectChoice()
        blocks.append(section(words(TEMPLATE, "list_empty", narrowed=narrowed, may_edit=may_edit)))
    blocks += [_line(found, each) for each in found.projects]
    return Shown("Projects", blocks, here, found.pages, f"{found.total:,} projects")


def _filters(
    found: ProjectsPage, page: ProjectsList, portfolios: Sequence[Portfolio]
) -> list[Element]:
    streams = [(stream_label(each), each.id) for each in found.portfolio.value_streams]
    programs = [(each.label, each.id) for each in found.programs]
    menus = [
        narrowing("which", "Which", WHICH, page.which),
        narrowing("stream", "Value stream", [("Every value stream", None), *streams], page.stream),
    ]
    if programs:
        choices = [("Every program", None), *programs]
        menus.append(narrowing("program", "Program", choices, page.program))
    if len(portfolios) > 1:
        several = [(each.name, each.id) for each in portfolios]
        menus.append(narrowing("portfolio", "Portfolio", several, page.portfolio))
    return menus


def _buttons(found: ProjectsPage, program: Program | None) -> list[Element]:
    buttons = [AddProject(portfolio=found.portfolio.id).button("Add a project")]
    if found.projects:
        these = LinkProjects(projects=tuple(each.id for each in found.projects))
        buttons.append(these.button("Link these to epics"))
    buttons.append(AddProgram(portfolio=found.portfolio.id).button("Add a program"))
    if program is not None:
        buttons.append(EditProgram.of(program).button("Edit this program"))
    return buttons


def _line(found: ProjectsPage, project: Project) -> Block:
    said = words(
        TEMPLATE,
        "line",
        project=project,
        facts=project_facts(project, found.newest.get(project.id), found.portfolio.currency),
        plan=plan_facts(project, found.today),
        links=found.linked.get(project.id, 0),
    )
    to = ProjectShown(project=project.id)
    return section(said, to.button("Open", aloud=f"Open {project.code}"))
