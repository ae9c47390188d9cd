"""One project: its plan, what was reported of it, and the epics that point to it."""

from collections.abc import Mapping, Sequence

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, context, divider, overflow, section, shorten
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.projects.actions import (
    AddMilestone,
    CloseProject,
    EditMilestone,
    EditProject,
    LinkEpic,
    LinkProjects,
    OpenCheckpoint,
    ProjectShown,
    RemoveMilestone,
    UnlinkEpic,
)
from bot.views.projects.phrases import (
    TEMPLATE,
    already_linked,
    milestone_words,
    plan_facts,
    project_facts,
    snapshot_words,
)
from bot.workflows.projects.projects import ProjectSheet
from models.epics.epic import Epic
from models.projects.forms import LinksForm
from models.projects.project import Milestone, Project


def project_page(sheet: ProjectSheet, page: ProjectShown, *, may_edit: bool) -> Shown:
    """The project; who may change it gets the buttons for it."""
    project = sheet.project
    newest = sheet.snapshots[0] if sheet.snapshots else None
    lead = words(
        TEMPLATE,
        "page_lead",
        project=project,
        starts_on=project.starts_on or (newest.starts_on if newest else None),
        ends_on=project.ends_on or (newest.ends_on if newest else None),
        zone=sheet.portfolio.time_zone,
        facts=project_facts(project, newest, sheet.portfolio.currency),
    )
    blocks: list[Block] = [section(lead)]
    if may_edit:
        blocks.append(actions("do", _buttons(project)))
    blocks += [divider(), *_plan(sheet, may_edit=may_edit)]
    if sheet.snapshots:
        blocks += [divider(), *_reported(sheet)]
    blocks += [divider(), *_epics(sheet, may_edit=may_edit)]
    counted = f"{len(project.milestones)} milestones"
    return Shown("A project", blocks, page.but(number=sheet.number), sheet.pages, counted)


def link_form(about: LinkProjects, projects: Sequence[Project], counts: Mapping[int, int]) -> Open:
    """A row for each project, where an epic is found for it."""
    facts: dict[str, object] = {}
    for number, project in enumerate(projects):
        facts[f"project_{number}"] = shorten(project.label, 150)
        facts[f"links_{number}"] = already_linked(counts.get(project.id, 0))
        facts[f"epics_{number}"] = LinkEpic(project=project.id)
    lead = words(TEMPLATE, "link_lead")
    return Open(LinksForm, "Link to epics", about, facts=facts, lead=lead, submit="Link")


def linked(epics: Sequence[Epic]) -> Answer:
    said = words(TEMPLATE, "linked_lines", epics=epics)
    return Answer([section(said)])


def _buttons(project: Project) -> list[Element]:
    close = CloseProject.of(project)
    question = "It leaves the list of open projects. Its plan and its epics stay."
    return [
        EditProject.of(project).button("Edit"),
        AddMilestone(project=project.id).button("Add a milestone"),
        close.button("Open it again")
        if project.closed_at
        else close.confirmed("Close it", "Close this project?", question, "Close it"),
    ]


def _plan(sheet: ProjectSheet, *, may_edit: bool) -> list[Block]:
    if not sheet.project.milestones:
        return [context(words(TEMPLATE, "no_milestones", may_edit=may_edit))]
    milestones = [_milestone(sheet, each, may_edit=may_edit) for each in sheet.milestones]
    return [section(plan_facts(sheet.project, sheet.today)), *milestones]


def _milestone(sheet: ProjectSheet, each: Milestone, *, may_edit: bool) -> Block:
    menu = None
    if may_edit:
        choices = [
            *([OpenCheckpoint.of(each).option("Open its decision")] if each.can_be_decided else []),
            EditMilestone.of(each).option("Change it"),
            RemoveMilestone.of(each).option("Remove it"),
        ]
        menu = overflow(f"milestone_{each.id}", choices)
    return section(milestone_words(each, sheet.today), menu)


def _reported(sheet: ProjectSheet) -> list[Block]:
    blocks = [section(snapshot_words(sheet.snapshots, sheet.portfolio.currency))]
    if len(sheet.snapshots) > 1:
        blocks.append(context(words(TEMPLATE, "earlier_line", earlier=sheet.snapshots[1:])))
    return blocks


def _epics(sheet: ProjectSheet, *, may_edit: bool) -> list[Block]:
    counts = {"total": sheet.epics_in_all, "shown": len(sheet.epics)}
    blocks = [section(words(TEMPLATE, "epics_lead", **counts, may_edit=may_edit))]
    for epic in sheet.epics:
        unlink = UnlinkEpic(project=sheet.project.id, epic=epic.id)
        button = unlink.button("Unlink", aloud=f"Unlink {epic.key}") if may_edit else None
        blocks.append(section(words(TEMPLATE, "epic_line", epic=epic), button))
    if may_edit and sheet.project.closed_at is None:
        # Another block each time, so that Slack does not keep the choice that was just taken.
        search = LinkEpic(project=sheet.project.id).search("Link an epic")
        blocks.append(actions(f"link_{sheet.epics_in_all}", [search]))
    return blocks
