"""What is typed into the forms for themes, objectives and key results, checked field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.calendar import spell_day
from models.fields import Form, parse_day, parse_decimal
from models.portfolio.portfolio import Portfolio
from models.themes.theme import Objective, Theme

LONGEST = {
    "name": 100,
    "description": 500,
    "title": 200,
    "unit": 40,
    "baseline": 30,
    "target": 30,
    "current": 30,
}
"""How much each field takes, in characters."""


@dataclass(frozen=True, slots=True)
class ThemeAim:
    """What a theme is to be called."""

    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectiveAim:
    """What is to be true, by when, and who looks after it."""

    title: str
    due_on: date | None = None
    owner_user_id: str | None = None
    theme_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeyResultAim:
    """A figure, where it began and where it should be; what is not known stays None."""

    title: str
    unit: str | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a key result stands, as of a day; without a value that is not known any more."""

    value: Decimal | None
    on: date | None


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme, or None for the work without one, and how many epics serve it."""

    theme: Theme | None
    in_flight: int
    ideas: int


@dataclass(frozen=True, slots=True)
class ThemesPage:
    """A page of a portfolio's themes, the open ones first, and the work without one."""

    portfolio: Portfolio
    themes: Sequence[ThemeCount]
    without: ThemeCount
    alone: int
    """How many objectives are of no theme."""
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ObjectivesPage:
    """A page of the objectives of a theme, or of those of none."""

    portfolio: Portfolio
    count: ThemeCount
    objectives: Sequence[Objective]
    number: int
    pages: int
    total: int


def parse_theme(answers: Mapping[str, str | None]) -> ThemeAim:
    """Raises FieldMistakes with a sentence for each field that needs another look."""
    form = Form(answers, LONGEST)
    name = form.text("name", 'Give it a few words, for example "Fewer abandoned purchases".')
    aim = ThemeAim(" ".join((name or "").split()), form.text("description"))
    return form.checked(aim)


def parse_objective(answers: Mapping[str, str | None]) -> ObjectiveAim:
    """`due_on` is an ISO date, `theme` an id. Raises FieldMistakes."""
    form = Form(answers, LONGEST)
    aim = ObjectiveAim(
        title=form.text("title", "What is to be true? One sentence is enough.") or "",
        due_on=form.take("due_on", parse_day),
        owner_user_id=form.text("owner"),
        theme_id=form.take("theme", int),
    )
    return form.checked(aim)


def parse_key_result(answers: Mapping[str, str | None]) -> KeyResultAim:
    """Raises FieldMistakes."""
    form = Form(answers, LONGEST)
    aim = KeyResultAim(
        title=form.text("title", "Which figure shows it? For example: checkout completion.") or "",
        unit=form.text("unit"),
        baseline=form.take("baseline", parse_decimal),
        target=form.take("target", parse_decimal),
    )
    if aim.target is not None and aim.target == aim.baseline:
        form.errors["target"] = (
            f"It began at {aim.baseline:f} and should be {aim.target:f}: "
            "which change would you call a success?"
        )
    return form.checked(aim)


def parse_reading(answers: Mapping[str, str | None], today: date) -> Reading:
    """`current` is a figure or empty, `current_on` an ISO date, today where none is given.

    Raises FieldMistakes.
    """
    form = Form(answers, LONGEST)
    value = form.take("current", parse_decimal)
    on = form.take("current_on", parse_day) or today
    if on > today:
        form.errors["current_on"] = f"{spell_day(on)} is yet to come. As of which day is it known?"
    return form.checked(Reading(value, on if value is not None else None))
