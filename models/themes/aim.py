"""What is asked of themes, objectives and key results."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from models.calendar import spell_day
from models.form import Choice, Day, Facts, Figure, Form, Line, Paragraph, Person


class ThemeForm(Form):
    """What a theme is to be called."""

    name: Annotated[
        str,
        Line(
            label="What is it called?",
            example="Fewer abandoned purchases",
            missing='Give it a few words, for example "Fewer abandoned purchases".',
        ),
    ]
    description: Annotated[
        str | None,
        Paragraph(label="What is it about?", example="Why now, and what it leaves out"),
    ] = None


class ObjectiveForm(Form):
    """What is to be true, by when, and who looks after it; `themes` are its choices."""

    title: Annotated[
        str,
        Line(
            label="What should be true?",
            example="More first-time buyers finish their purchase",
            missing="What should be true? One sentence is enough.",
            longest=200,
        ),
    ]
    due_on: Annotated[date | None, Day(label="By when?")] = None
    owner_user_id: Annotated[
        str | None,
        Person(label="Who looks after it?", hint="They can update its key results."),
    ] = None
    theme_id: Annotated[
        int | None, Choice(label="Of which theme?", example="None", options="themes")
    ] = None


class KeyResultForm(Form):
    """A figure, where it began and where it should be; what is not known stays empty."""

    said: ClassVar[str] = (
        "Leave empty what you do not know: it is shown as not known, never as 0. "
        "Its current value is set with *Update its value*."
    )
    title: Annotated[
        str,
        Line(
            label="Which figure shows it?",
            example="Checkout completion",
            missing="Which figure shows it? For example: checkout completion.",
            longest=200,
        ),
    ]
    unit: Annotated[str | None, Line(label="In which unit?", example="%", longest=40)] = None
    baseline: Annotated[Decimal | None, Figure(label="Where did it start?", example="61")] = None
    target: Annotated[Decimal | None, Figure(label="Where should it be?", example="68")] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """A target is another figure than the beginning."""
        if self.target is not None and self.target == self.baseline:
            began, target = f"It started at {self.baseline:f}", f"should be {self.target:f}"
            yield "target", f"{began} and {target}: which change would you call a success?"


class ReadingForm(Form):
    """Where a key result stands, as of a day that is not after `today`; `unit` is its own."""

    current: Annotated[
        Decimal | None,
        Figure(
            label="Where is it now{unit}?", example="64.2", hint="If left empty, it is not known."
        ),
    ] = None
    current_on: Annotated[date | None, Day(label="As of which day?")] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """Nobody knows tomorrow's figure."""
        if self.current_on is not None and self.current_on > facts["today"]:
            day = spell_day(self.current_on)
            yield "current_on", f"{day} is in the future. As of which day is it known?"
