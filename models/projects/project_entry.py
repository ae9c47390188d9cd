"""What is typed into the forms for programs, projects and milestones, checked field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.calendar import spell_day
from models.fields import Answers, parse_day
from models.money import parse_amount
from models.projects.project import MilestoneKind
from models.projects.shares import Share, parse_shares

LONGEST = {
    "code": 120,
    "name": 300,
    "value_streams": 1_000,
    "budget": 30,
    "cost_centre": 40,
    "category": 120,
    "outcome": 2_000,
    "milestone_code": 40,
    "milestone_name": 200,
    "program_code": 80,
    "program_name": 200,
}
"""How much each field takes, in characters."""


@dataclass(frozen=True, slots=True)
class ProgramEntry:
    """What a program is called, and who owns it."""

    code: str
    name: str
    owner_user_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """A project as a form says it; shares name value streams as they were typed."""

    code: str
    name: str
    program_id: int | None = None
    owner_user_id: str | None = None
    shares: Sequence[Share] = ()
    budget_minor: int | None = None
    cost_centre: str | None = None
    category: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneEntry:
    """A date of a project's plan as a form says it."""

    code: str
    name: str
    kind: MilestoneKind = MilestoneKind.MILESTONE
    baseline_on: date | None = None
    forecast_on: date | None = None
    actual_on: date | None = None
    outcome: str | None = None


def parse_program(answers: Mapping[str, str | None]) -> ProgramEntry:
    """Raises FieldMistakes with a sentence for each field that needs another look."""
    form = Answers(answers, LONGEST)
    code = _line(form, "program_code", 'Give it a short code, for example "CORE".')
    entry = ProgramEntry(code, _line(form, "program_name") or code, form.text("owner"))
    return form.checked(entry)


def parse_project(answers: Mapping[str, str | None], currency: str) -> ProjectEntry:
    """`program` is an id, `starts` and `ends` are ISO dates. Raises FieldMistakes."""
    form = Answers(answers, LONGEST)
    code = _line(form, "code", 'Give it its code, for example "PRJ-204".')
    entry = ProjectEntry(
        code=code,
        name=_line(form, "name") or code,
        program_id=form.take("program", int),
        owner_user_id=form.text("owner"),
        shares=form.take("value_streams", parse_shares) or (),
        budget_minor=form.take("budget", lambda text: parse_budget(text, currency)),
        cost_centre=form.text("cost_centre"),
        category=form.text("category"),
        starts_on=form.take("starts", parse_day),
        ends_on=form.take("ends", parse_day),
    )
    if entry.starts_on and entry.ends_on and entry.ends_on < entry.starts_on:
        form.errors["ends"] = f"It starts on {spell_day(entry.starts_on)}: it ends after that."
    return form.checked(entry)


def parse_milestone(answers: Mapping[str, str | None], today: date) -> MilestoneEntry:
    """`baseline`, `forecast` and `actual` are ISO dates. Raises FieldMistakes."""
    form = Answers(answers, LONGEST)
    code = _line(form, "milestone_code", 'Give it a short code, for example "M3".')
    entry = MilestoneEntry(
        code=code,
        name=_line(form, "milestone_name") or code,
        kind=form.take("kind", MilestoneKind) or MilestoneKind.MILESTONE,
        baseline_on=form.take("baseline", parse_day),
        forecast_on=form.take("forecast", parse_day),
        actual_on=form.take("actual", parse_day),
        outcome=form.text("outcome"),
    )
    if entry.actual_on and entry.actual_on > today:
        form.errors["actual"] = (
            f"{spell_day(entry.actual_on)} is yet to come. Is that when it is expected?"
        )
    if not (entry.baseline_on or entry.forecast_on or entry.actual_on) and not form.errors:
        form.errors["baseline"] = "Give it a day: as it was agreed, as expected, or as it came."
    return form.checked(entry)


def parse_budget(text: str, currency: str) -> int:
    """Whole minor units; a budget can be one of income, below 0. Raises NotAnAmount."""
    bare = text.strip()
    if bare.startswith(("-", "−")):
        return -parse_amount(bare[1:], currency)
    return parse_amount(bare, currency)


def _line(form: Answers, name: str, needed: str | None = None) -> str:
    return " ".join((form.text(name, needed) or "").split())
