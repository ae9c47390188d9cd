"""What is asked of programs, projects, milestones, and of linking projects to epics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import model_validator

from models.calendar import spell_day
from models.form import (
    NO_FACTS,
    Amount,
    Choice,
    Day,
    Facts,
    Form,
    Line,
    Paragraph,
    Person,
    Question,
    Search,
)
from models.money import parse_amount, spell_amount
from models.projects.project import MilestoneKind
from models.projects.shares import Share, Shares, of_streams, parse_shares, spell_shares

MILESTONE_KINDS = (
    ("Milestone", MilestoneKind.MILESTONE),
    ("Checkpoint · with an outcome", MilestoneKind.CHECKPOINT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Amount):
    """An amount that can be one of income, below 0."""

    def parse(self, text: str, facts: Facts) -> int:
        """Raises NotAnAmount."""
        bare = text.strip()
        if bare.startswith(("-", "−")):
            return -parse_amount(bare[1:], facts["currency"])
        return parse_amount(bare, facts["currency"])

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """So that it reads as itself."""
        if value is None:
            return None
        return f"{'-' if value < 0 else ''}{spell_amount(abs(value), facts['currency'])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesLine(Question):
    """Shares such as "Payments:60; ONB:40", of the `streams` that the facts name."""

    longest: int = 1_000

    def parse(self, text: str, facts: Facts) -> Shares:
        """Raises Mistake."""
        return of_streams(parse_shares(text), facts["streams"])

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """By the names of the streams."""
        if not value:
            return None
        names = {stream.id: stream.name for stream in facts["streams"]}
        return spell_shares(Share(names[id_], percent) for id_, percent in value)


class CodedForm(Form):
    """What has a code, and is called by it until it has a name."""

    @model_validator(mode="before")
    @classmethod
    def call_by_code(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """Without a name its code is its name."""
        return {"name": answers.get("code"), **answers}


def _code(example: str, longest: int) -> Line:
    missing = f'Give it a short code, for example "{example}".'
    return Line(label="Its code", example=example, missing=missing, longest=longest)


class ProgramForm(CodedForm):
    """What a program is called, and who owns it."""

    code: Annotated[str, _code("CORE", longest=80)]
    name: Annotated[str, Line(label="What is it called?", example="Core systems", longest=200)] = ""
    owner: Annotated[str | None, Person(label="Owner", hint="{until_now}")] = None


class ProjectForm(CodedForm):
    """A project; its `programs` are choices, and it is shared between `streams`."""

    code: Annotated[str, _code("PRJ-204", longest=120)]
    name: Annotated[
        str, Line(label="What is it called?", example="Checkout renewal", longest=300)
    ] = ""
    shared: Annotated[
        Shares,
        SharesLine(
            label="Which value streams share it, in percent?",
            example="Payments:60; Onboarding:40",
            hint="Value streams by name or letters. A single one has all of it; "
            "several add up to 100.",
        ),
    ] = ()
    owner: Annotated[str | None, Person(label="Owner", hint="{until_now}")] = None
    program_id: Annotated[
        int | None, Choice(label="Program", example="None", options="programs")
    ] = None
    budget_minor: Annotated[
        int | None, Budget(label="Budget, {currency}", example="60k, 60,000 or 60.000")
    ] = None
    starts_on: Annotated[date | None, Day(label="Starts")] = None
    ends_on: Annotated[date | None, Day(label="Ends")] = None
    cost_centre: Annotated[str | None, Line(label="Cost centre", example="4310", longest=40)] = None
    category: Annotated[str | None, Line(label="Category", example="Renewal", longest=120)] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """It does not end before it starts."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            yield "ends_on", f"It starts on {spell_day(self.starts_on)}, so it must end after that."


class MilestoneForm(CodedForm):
    """A date of a project's plan; what came is not after `today`, and `kinds` are its choices."""

    code: Annotated[str, _code("M3", longest=40)]
    name: Annotated[
        str, Line(label="What is reached?", example="Rollout in Spain", longest=200)
    ] = ""
    kind: Annotated[
        MilestoneKind, Choice(label="What is it?", options="kinds", of=MilestoneKind)
    ] = MilestoneKind.MILESTONE
    baseline_on: Annotated[date | None, Day(label="The day that was agreed")] = None
    forecast_on: Annotated[date | None, Day(label="The day it is expected now")] = None
    actual_on: Annotated[
        date | None, Day(label="The day it came", hint="Empty until it has come.")
    ] = None
    outcome: Annotated[
        str | None,
        Paragraph(label="What came of it?", example="Go on, with two conditions", longest=2_000),
    ] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """It has a day, and nothing has come that is yet to come."""
        if self.actual_on and self.actual_on > facts["today"]:
            said = "is in the future. Is that when it is expected?"
            yield "actual_on", f"{spell_day(self.actual_on)} {said}"
        elif not (self.baseline_on or self.forecast_on or self.actual_on):
            yield "baseline_on", "Give it a day: as it was agreed, as expected, or as it came."


MOST_LINKED = 10
"""Projects that one form links, as many as a page of their list has."""


def _row(number: int) -> Search:
    return Search(
        label=f"{{project_{number}}}",
        example="Type a key or words",
        hint=f"{{links_{number}}}",
        finder=f"epics_{number}",
    )


class LinksForm(Form):
    """An epic for each of several projects, which the facts name by their places."""

    epic_0: Annotated[int | None, _row(0)] = None
    epic_1: Annotated[int | None, _row(1)] = None
    epic_2: Annotated[int | None, _row(2)] = None
    epic_3: Annotated[int | None, _row(3)] = None
    epic_4: Annotated[int | None, _row(4)] = None
    epic_5: Annotated[int | None, _row(5)] = None
    epic_6: Annotated[int | None, _row(6)] = None
    epic_7: Annotated[int | None, _row(7)] = None
    epic_8: Annotated[int | None, _row(8)] = None
    epic_9: Annotated[int | None, _row(9)] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """Some are chosen, and none twice."""
        seen: set[int] = set()
        for name, epic_id in self:
            if epic_id is not None and epic_id in seen:
                yield name, "This epic is already chosen above; it can point to only one project."
            seen.add(epic_id)
        if seen == {None}:
            yield "epic_0", "Choose an epic for at least one project, or close the form."
