"""One project: its plan, what was told of it, and the epics that point to it."""

from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    modal,
    option,
    overflow,
    plain,
    section,
)
from bot.slack.choosers import asked_first
from bot.slack.mrkdwn import words
from bot.slack.values import EpicRef, ProjectDo, ProjectRef
from bot.views.projects.phrases import (
    TEMPLATE,
    milestone_words,
    plan_facts,
    project_facts,
    snapshot_words,
)
from bot.workflows.projects.projects import ProjectSheet
from models.projects.project import Milestone

PAGE = "project"
DO = "project_deed"
TURN = "project_page"
LINK = "link_epic"
UNLINK = "unlink_epic"


def project_page(sheet: ProjectSheet, memory: ProjectRef, *, may_edit: bool) -> dict[str, Any]:
    """The project; who may change it gets the buttons for it."""
    project, currency = sheet.project, sheet.portfolio.currency
    memory = memory.model_copy(update={"page": sheet.number})
    newest = sheet.snapshots[0] if sheet.snapshots else None
    lead = words(
        TEMPLATE,
        "page_lead",
        project=project,
        starts_on=project.starts_on or (newest.starts_on if newest else None),
        ends_on=project.ends_on or (newest.ends_on if newest else None),
        zone=sheet.portfolio.time_zone,
        facts=project_facts(project, newest, currency),
    )
    blocks: list[Block] = [section(lead)]
    if may_edit:
        blocks.append(actions("do", _deeds(sheet)))
    blocks.append(divider())
    blocks += _plan(sheet, memory, may_edit=may_edit)
    if sheet.snapshots:
        blocks += [divider(), *_told(sheet)]
    blocks += [divider(), *_epics(sheet, may_edit=may_edit)]
    return modal(PAGE, "A project", blocks, close="Back", private_metadata=memory.value)


def _deeds(sheet: ProjectSheet) -> list[Element]:
    project = sheet.project
    do = ProjectDo(version=project.version, do="edit")
    close = do.model_copy(update={"do": "close"})
    closing = button(
        "Open it again" if project.closed_at else "Close it", f"{DO}_close", close.value
    )
    if not project.closed_at:
        text = "It leaves the list of open projects. Its plan and its epics stay."
        closing = asked_first(closing, "Close this project?", text, "Close it")
    return [
        button("Edit", f"{DO}_edit", do.value),
        button("Add a milestone", f"{DO}_add", do.model_copy(update={"do": "add"}).value),
        closing,
    ]


def _plan(sheet: ProjectSheet, memory: ProjectRef, *, may_edit: bool) -> list[Block]:
    if not sheet.project.milestones:
        return [context(words(TEMPLATE, "no_milestones", may_edit=may_edit))]
    blocks = [section(plan_facts(sheet.project, sheet.today))]
    blocks += [_milestone(sheet, each, may_edit=may_edit) for each in sheet.milestones]
    if sheet.pages > 1:
        turns = []
        if sheet.number > 1:
            turns.append(("Earlier milestones", sheet.number - 1))
        if sheet.number < sheet.pages:
            turns.append(("Later milestones", sheet.number + 1))
        blocks.append(
            actions(
                "turn",
                [
                    button(text, f"{TURN}_{n}", memory.model_copy(update={"page": n}).value)
                    for text, n in turns
                ],
            )
        )
    return blocks


def _milestone(sheet: ProjectSheet, each: Milestone, *, may_edit: bool) -> Block:
    menu = None
    if may_edit:
        do = ProjectDo(version=sheet.project.version, do="change", milestone=each.id)
        menu = overflow(
            f"{DO}_milestone_{each.id}",
            [
                option("Change it", do.value),
                option("Remove it", do.model_copy(update={"do": "remove"}).value),
            ],
        )
    return section(milestone_words(each, sheet.today), menu)


def _told(sheet: ProjectSheet) -> list[Block]:
    blocks = [section(snapshot_words(sheet.snapshots, sheet.portfolio.currency))]
    if len(sheet.snapshots) > 1:
        blocks.append(context(words(TEMPLATE, "earlier_line", earlier=sheet.snapshots[1:])))
    return blocks


def _epics(sheet: ProjectSheet, *, may_edit: bool) -> list[Block]:
    counts = {"total": sheet.epics_in_all, "shown": len(sheet.epics)}
    blocks = [section(words(TEMPLATE, "epics_lead", **counts, may_edit=may_edit))]
    for epic in sheet.epics:
        unlink = button(
            "Unlink",
            f"{UNLINK}_{epic.id}",
            EpicRef(epic=epic.id).value,
            accessibility_label=f"Unlink {epic.key}",
        )
        blocks.append(
            section(words(TEMPLATE, "epic_line", epic=epic), unlink if may_edit else None)
        )
    if may_edit and sheet.project.closed_at is None:
        # Another block each time, so that Slack does not keep the choice that was just taken.
        blocks.append(actions(f"link_{sheet.epics_in_all}", [epic_search(LINK, "Link an epic")]))
    return blocks


def epic_search(action_id: str, placeholder: str) -> Element:
    """A menu that searches the epics without a project."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder),
        "min_query_length": 0,
    }
