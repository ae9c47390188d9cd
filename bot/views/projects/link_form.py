"""The form that links projects to epics, several in one go."""

from collections.abc import Sequence
from typing import Any

from bot.slack.answers import Answer
from bot.slack.blocks import (
    OPTION_LIMIT,
    Block,
    Option,
    context,
    field,
    modal,
    option,
    section,
    shorten,
)
from bot.slack.mrkdwn import words
from bot.slack.values import ProjectsRef
from bot.views.projects.page import epic_search
from bot.views.projects.phrases import TEMPLATE
from bot.workflows.projects.projects import ProjectsPage
from models.epics.epic import Epic
from models.projects.project import Project

CALLBACK = "link_projects_form"
EPIC = "epic_of_project"
ROW = "project_"


def link_form(page: ProjectsPage, memory: ProjectsRef) -> dict[str, Any]:
    """A row for each project of the page, with a menu that searches epics."""
    blocks: list[Block] = [context(words(TEMPLATE, "link_lead"))]
    blocks += [_row(page, project) for project in page.projects]
    return modal(CALLBACK, "Link to epics", blocks, submit="Link", private_metadata=memory.value)


def epic_option(epic: Epic) -> Option:
    """An epic as a choice, by its key and title."""
    return option(shorten(f"{epic.key} {epic.title}", OPTION_LIMIT), str(epic.id))


def linked(epics: Sequence[Epic]) -> Answer:
    """Told to who linked them."""
    said = words(TEMPLATE, "linked_lines", epics=epics)
    return Answer(said, [section(said)])


def _row(page: ProjectsPage, project: Project) -> Block:
    count = page.linked.get(project.id, 0)
    hint = (
        f"{count} {'epic points' if count == 1 else 'epics point'} to it already."
        if count
        else None
    )
    named = project.code if project.code == project.name else f"{project.code} {project.name}"
    return field(
        f"{ROW}{project.id}",
        shorten(named, 150),
        epic_search(EPIC, "Type a key or words"),
        hint=hint,
        optional=True,
    )
