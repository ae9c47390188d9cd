"""What is asked of who opens a decision."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from models.calendar import spell_day
from models.form import Choice, Day, Facts, Form, Paragraph

LONGEST_WHY = 500

LONGEST_OPEN = timedelta(days=60)


class DecisionForm(Form):
    """What they recommend, and until when; `today` is the portfolio's, `options` the choices."""

    recommended: Annotated[
        str | None,
        Choice(label="What do you recommend?", example="Nothing", options="options", of=str),
    ] = None
    because: Annotated[
        str | None,
        Paragraph(
            label="Why?",
            example="64 % after six weeks, and still rising",
            hint="A sentence or two for the ballot. Up to 500 characters.",
        ),
    ] = None
    closes_on: Annotated[
        date,
        Day(
            label="Until which day?",
            hint="At 17:00. Where all have voted, it closes ten minutes after the last of them.",
            missing="Until which day can they vote?",
        ),
    ]

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """People have at least until tomorrow, and no decision drags on."""
        today: date = facts["today"]
        if self.closes_on <= today:
            yield "closes_on", "Give people at least until tomorrow."
        elif self.closes_on > today + LONGEST_OPEN:
            last = spell_day(today + LONGEST_OPEN)
            yield "closes_on", f"{last} at the latest: what is open for longer is not decided."


class DecideForm(Form):
    """What one person decides, of the `options`, and why."""

    outcome: Annotated[
        str,
        Choice(
            label="What do you decide?",
            options="options",
            of=str,
            missing="Choose what you decide.",
        ),
    ]
    why: Annotated[
        str,
        Paragraph(
            label="Why, in a sentence?",
            example="64 % after six weeks, and still rising",
            hint="It stays with the decision, and everybody who sees it reads it.",
            longest=LONGEST_WHY,
            missing="Say in a sentence why: the record keeps it.",
        ),
    ]
