"""The forms for programs, projects and milestones."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.slack.blocks import Block, Element, field, modal, option, plain, select, text_input
from bot.slack.values import ProjectForm
from bot.views.projects.list import program_option
from models.files.cells import spell_minor
from models.money import format_amount
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, MilestoneKind, Program, Project
from models.projects.project_entry import LONGEST, parse_budget
from models.projects.shares import Share, spell_shares

PROJECT, MILESTONE, PROGRAM = "project_form", "milestone_form", "program_form"
MOST_TYPED = 3_000
KINDS = (
    (MilestoneKind.MILESTONE, "Milestone"),
    (MilestoneKind.CHECKPOINT, "Checkpoint · with an outcome"),
)


def project_form(
    memory: ProjectForm,
    portfolio: Portfolio,
    programs: Sequence[Program],
    project: Project | None = None,
) -> dict[str, Any]:
    """Add a project, or change one."""
    now = project or Project(code="", name="")
    options = [program_option(program) for program in programs]
    chosen = next((each for each in options if each["value"] == str(now.program_id)), None)
    blocks = [
        _text("code", "Its code", now.code, "PRJ-204"),
        _text("name", "What is it called?", now.name, "Checkout renewal", optional=True),
        _text(
            "value_streams",
            "Whose is it, in percent?",
            _shares(now),
            "Payments:60; Onboarding:40",
            hint="Value streams by name or letters. One alone has all; several add up to 100.",
            optional=True,
        ),
        _owner(now.owner_user_id, now.owner_name),
        *(
            [field("program", "Program", select("program", "None", options, chosen), optional=True)]
            if options
            else []
        ),
        _text(
            "budget",
            f"Budget, {portfolio.currency}",
            _amount(now.budget_minor, portfolio.currency),
            "60k, 60,000 or 60.000",
            optional=True,
        ),
        _date("starts", "Starts", now.starts_on),
        _date("ends", "Ends", now.ends_on),
        _text("cost_centre", "Cost centre", now.cost_centre, "4310", optional=True),
        _text("category", "Category", now.category, "Renewal", optional=True),
    ]
    title = "Edit the project" if project else "Add a project"
    return _form(PROJECT, title, memory, blocks)


def milestone_form(memory: ProjectForm, milestone: Milestone | None = None) -> dict[str, Any]:
    """Add a milestone or checkpoint, or change one."""
    now = milestone or Milestone(code="", name="", kind=MilestoneKind.MILESTONE)
    options = [option(text, kind.value) for kind, text in KINDS]
    chosen = next(each for each in options if each["value"] == now.kind.value)
    blocks = [
        _text("milestone_code", "Its code", now.code, "M3"),
        _text("milestone_name", "What is reached?", now.name, "Rollout in Spain", optional=True),
        field("kind", "What is it?", select("kind", "Choose one", options, chosen)),
        _date("baseline", "The day that was agreed", now.baseline_on),
        _date("forecast", "The day it is expected now", now.forecast_on),
        _date("actual", "The day it came", now.actual_on, hint="Empty until it has come."),
        _text(
            "outcome",
            "What came of it?",
            now.outcome,
            "Go on, with two conditions",
            optional=True,
            multiline=True,
        ),
    ]
    title = "Edit the milestone" if milestone else "Add a milestone"
    return _form(MILESTONE, title, memory, blocks)


def program_form(memory: ProjectForm, program: Program | None = None) -> dict[str, Any]:
    """Add a program, projects that are steered together, or change one."""
    now = program or Program(code="", name="")
    blocks = [
        _text("program_code", "Its code", now.code, "CORE"),
        _text("program_name", "What is it called?", now.name, "Core systems", optional=True),
        _owner(now.owner_user_id, now.owner_name),
    ]
    title = "Edit the program" if program else "Add a program"
    return _form(PROGRAM, title, memory, blocks)


def _form(
    callback_id: str, title: str, memory: ProjectForm, blocks: Sequence[Block]
) -> dict[str, Any]:
    return modal(callback_id, title, blocks, submit="Save", private_metadata=memory.value)


def _text(
    name: str,
    label: str,
    initial: str | None,
    placeholder: str,
    *,
    hint: str | None = None,
    optional: bool = False,
    multiline: bool = False,
) -> Block:
    element = text_input(
        name, max_length=MOST_TYPED, initial=initial, placeholder=placeholder, multiline=multiline
    )
    longest = f"Up to {LONGEST[name]:,} characters." if multiline else None
    return field(name, label, element, hint=hint or longest, optional=optional)


def _owner(user_id: str | None, name: str | None) -> Block:
    element: Element = {
        "type": "users_select",
        "action_id": "owner",
        "placeholder": plain("Choose one"),
    }
    if user_id:
        element["initial_user"] = user_id
    hint = f"Until now it is {name}, who is no member here." if name and not user_id else None
    return field("owner", "Owner", element, hint=hint, optional=True)


def _date(name: str, label: str, initial: date | None, *, hint: str | None = None) -> Block:
    element: Element = {"type": "datepicker", "action_id": name}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return field(name, label, element, hint=hint, optional=True)


def _amount(minor: int | None, currency: str) -> str | None:
    """The amount so that it is read back as itself."""
    if minor is None:
        return None
    told = format_amount(minor, currency)
    return told if parse_budget(told, currency) == minor else spell_minor(minor, currency)


def _shares(project: Project) -> str | None:
    if not project.shares:
        return None
    return spell_shares(Share(share.value_stream.name, share.percent) for share in project.shares)
