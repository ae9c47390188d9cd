"""What is asked of who opens a decision."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated

from models.calendar import spell_day
from models.decisions.decision import Advice, Method
from models.decisions.question import MOST_OPTIONS
from models.fields import tidy
from models.form import (
    Amount,
    Choice,
    Day,
    Facts,
    Form,
    Groups,
    Line,
    OneOf,
    Paragraph,
    People,
    Person,
    Several,
    Whole,
)
from models.people.role import Role

LONGEST_WHY = 500

MOST_DAYS = 20
"""So many working days a decision can be open."""


LATEST_LOOK = timedelta(weeks=104)

LONGEST_QUESTION, LONGEST_ANSWER = 120, 40

NOW, MONDAY = "now", "monday"

WHEN = (
    OneOf("On Monday at 9:00", MONDAY, "They are asked next week"),
    OneOf("Now anyway", NOW),
)
REASONS = (OneOf("Every vote needs a reason", "yes"),)


ThisPeriod = Annotated[
    int | None,
    Amount(
        label="How much of the rest falls into {year}, {currency}?",
        hint="Persevering commits {rest}. If left empty: all of it now; what is left over is "
        "promised for the next period.",
        example="200k",
        any=True,
        only="rest",
    ),
]


def _of_the_rest(minor: int | None, facts: Facts) -> Iterator[tuple[str, str]]:
    if minor is not None and not 0 <= minor <= facts.get("rest_minor", minor):
        yield "this_period_minor", f"From 0 to {facts['rest']}, which is the rest."


class DecisionForm(Form):
    """What is asked, what they recommend, and until when; and for those who want it by whom.

    `today` is the portfolio's, `last` the last day it can be open, `options` the choices. Where
    `free` holds the question is in words of its own, where `moves` does it moves an epic, where
    `aims` does that one has a target, where `more` does all the rest is asked, `asked_often` says
    how many were asked twice this week, and `nobody` why nobody votes unless someone is named.
    """

    asks: Annotated[
        str | None,
        Line(
            label="What do you ask?",
            example="Do we keep the old checkout for partners?",
            longest=LONGEST_QUESTION,
            only="free",
            needed=True,
            missing="Write the question as people will read it.",
        ),
    ] = None
    answers: Annotated[
        str | None,
        Paragraph(
            label="Which answers are there, one per line?",
            hint="Two to five answers of up to 40 characters. If left empty: Yes and No.",
            longest=500,
            only="free",
        ),
    ] = None
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
            hint="At 17:00, or ten minutes after the last vote if everyone has voted.",
            missing="Until which day can they vote?",
        ),
    ]

    confidence: Annotated[
        int | None,
        Whole(
            label="How sure are you that the target will be reached, in %?",
            example="70",
            hint="It is shown on the ballot, and in the result with what is expected.",
            most=100,
            only="aims",
        ),
    ] = None
    look_again_on: Annotated[
        date | None,
        Day(
            label="When do we look again?",
            hint="On that day the owner of the epic is asked what became of it. If left empty: "
            "twelve weeks after the decision.",
            only="moves",
        ),
    ] = None
    this_period_minor: ThisPeriod = None
    when: Annotated[
        str | None,
        Choice(
            label="When are they asked?",
            among=WHEN,
            of=str,
            hint="{asked_often}",
            only="asked_often",
        ),
    ] = None
    people: Annotated[
        tuple[str, ...],
        People(
            label="Who votes?",
            hint="People, a role or user groups, or all of them. If left empty: {usually}.",
            most=25,
            only="more",
        ),
    ] = ()
    role: Annotated[
        Role | None, Choice(label="… everyone with a role", options="roles", of=Role, only="more")
    ] = None
    groups: Annotated[
        tuple[str, ...], Groups(label="… and user groups", options="groups", only="more")
    ] = ()
    method: Annotated[
        Method | None,
        Choice(label="How is it decided?", options="methods", of=Method, only="more"),
    ] = None
    tie_breaker: Annotated[
        str | None,
        Person(
            label="Who breaks a tie?",
            hint="With a reason; under consent they can also set an objection aside. Usually the "
            "owner of the value stream does it, but they have a part in this, or there is none.",
            only="asks_tie_breaker",
            needed=True,
            missing="Choose who breaks a tie.",
        ),
    ] = None
    quorum: Annotated[
        int | None,
        Whole(
            label="How many must vote?",
            most=500,
            hint="If left empty: half of them, rounded down, plus one.",
            only="more",
        ),
    ] = None
    reasons: Annotated[
        tuple[str, ...], Several(label="Reasons", among=REASONS, of=str, only="more")
    ] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers of a free question; none for yes and no."""
        return tuple(filter(None, map(tidy, (self.answers or "").splitlines())))

    @property
    def advice(self) -> Advice:
        """What who opens it says of it."""
        said = (self.recommended, self.because, self.confidence, self.look_again_on)
        return Advice(*said, self.this_period_minor)

    @property
    def names_electors(self) -> bool:
        return bool(self.people or self.role or self.groups)

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """People have at least until tomorrow, and no decision drags on."""
        yield from self._check_question(facts)
        yield from _until(self.closes_on, facts)
        yield from _of_the_rest(self.this_period_minor, facts)
        if facts.get("nobody") and not self.names_electors:
            yield "people", facts["nobody"]
        if self.look_again_on is not None and self.look_again_on <= self.closes_on:
            yield "look_again_on", "Choose a day after it closes."
        elif self.look_again_on is not None and self.look_again_on > facts["today"] + LATEST_LOOK:
            latest = spell_day(facts["today"] + LATEST_LOOK)
            yield "look_again_on", f"{latest} at the latest."

    def _check_question(self, facts: Facts) -> Iterator[tuple[str, str]]:
        if not facts.get("free"):
            return
        labels = self.labels
        if labels and not 2 <= len(labels) <= MOST_OPTIONS:
            yield "answers", f"Write two to {MOST_OPTIONS} answers, each on a line of its own."
        elif len({each.casefold() for each in labels}) < len(labels):
            yield "answers", "Two answers are the same. Write each once."
        elif any(len(each) > LONGEST_ANSWER for each in labels):
            yield "answers", f"An answer has up to {LONGEST_ANSWER} characters, to fit on a button."


class DecideForm(Form):
    """What one person decides, of the `options`, and why."""

    outcome: Annotated[
        str,
        Choice(
            label="What is your decision?",
            options="options",
            of=str,
            missing="Choose your decision.",
        ),
    ]
    why: Annotated[
        str,
        Paragraph(
            label="Why, in a sentence?",
            example="64 % after six weeks, and still rising",
            hint="It is kept with the decision; everyone who sees that can read it.",
            longest=LONGEST_WHY,
            missing="Say in a sentence why: it is kept in the record.",
        ),
    ]
    this_period_minor: ThisPeriod = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """No more of the rest falls into this period than there is."""
        yield from _of_the_rest(self.this_period_minor, facts)


class ReasonForm(Form):
    """Why someone votes as they do."""

    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            hint="Sealed with your vote until it closes. Up to 500 characters.",
            missing="A reason is needed.",
        ),
    ]


class WordsForm(Form):
    """What is asked otherwise; `options` are what can be recommended, and where `free` holds the
    question is in words of its own."""

    asks: Annotated[
        str | None,
        Line(
            label="What do you ask?",
            longest=LONGEST_QUESTION,
            only="free",
            needed=True,
            missing="Write the question, as whoever answers it reads it.",
        ),
    ] = None
    recommended: Annotated[
        str | None,
        Choice(label="What do you recommend?", example="Nothing", options="options", of=str),
    ] = None
    because: Annotated[
        str | None,
        Paragraph(label="Why?", hint="A sentence or two for the ballot. Up to 500 characters."),
    ] = None
    why: Annotated[
        str | None,
        Paragraph(
            label="What has changed?",
            only="asks_anew",
            hint="Everyone is asked again, and no vote is carried over. Up to 500 characters.",
        ),
    ] = None
    closes_on: Annotated[
        date | None,
        Day(
            label="Until which day?",
            only="asks_anew",
            hint="At 17:00.",
            needed=True,
            missing="Until which day can they vote?",
        ),
    ] = None

    def advice(self, before: Advice) -> Advice:
        """The advice of before as it reads now."""
        return before._replace(recommended=self.recommended, because=self.because)

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """Who is asked again has as long as the first time."""
        if facts["asks_anew"] and self.closes_on is not None:
            yield from _until(self.closes_on, facts)


class WithdrawForm(Form):
    """Why something is asked no longer."""

    why: Annotated[
        str,
        Paragraph(
            label="Why is it withdrawn?",
            hint="It is shown on the ballot and kept in the record. Up to 500 characters.",
            missing="A reason is needed.",
        ),
    ]


def _until(closes_on: date, facts: Facts) -> Iterator[tuple[str, str]]:
    if closes_on <= facts["today"]:
        yield "closes_on", "Give people at least until tomorrow."
    elif closes_on > facts["last"]:
        last = spell_day(facts["last"])
        yield "closes_on", f"{last} at the latest."


class RecordForm(Form):
    """What was decided in the room: one of the `options`, or where `free` holds in words.

    `order` names the options in their order, for the numbers.
    """

    asks: Annotated[
        str | None,
        Line(
            label="What was asked?",
            example="Do we keep the old checkout for partners?",
            longest=LONGEST_QUESTION,
            only="free",
            needed=True,
            missing="Write the question as it was asked.",
        ),
    ] = None
    decided: Annotated[
        str | None,
        Line(
            label="What was decided?",
            example="Until June",
            longest=LONGEST_ANSWER,
            only="free",
            needed=True,
            missing="Write in a few words what was decided.",
        ),
    ] = None
    outcome: Annotated[
        str | None,
        Choice(
            label="What was decided?",
            options="options",
            of=str,
            needed=True,
            missing="Choose what was decided.",
        ),
    ] = None
    why: Annotated[
        str,
        Paragraph(
            label="Why, in a sentence or two?",
            hint="It is kept with the decision; everyone who sees that can read it.",
            longest=LONGEST_WHY,
            missing="Say in a sentence why: it is kept in the record.",
        ),
    ]
    present: Annotated[
        tuple[str, ...],
        People(label="Who was there?", most=25, missing="Name who was there."),
    ]
    this_period_minor: ThisPeriod = None
    counted: Annotated[
        str | None,
        Line(label="Votes, if they were counted", hint="In this order: {order}.", only="order"),
    ] = None
    link: Annotated[
        str | None,
        Line(label="Link to the minutes", example="https://", longest=500),
    ] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """Numbers are one for each option."""
        if self.link and not self.link.startswith(("https://", "http://")):
            yield "link", "Write the whole address, beginning with https://."
        yield from _of_the_rest(self.this_period_minor, facts)
        options = facts.get("options", ())
        if self.counted and len(self.votes(options)) != len(options):
            yield "counted", f"Write {len(options)} numbers, such as 6, 1, 0: {facts['order']}."

    def votes(self, options: Sequence[tuple[str, str]]) -> dict[str, int]:
        """The numbers by the values of the options; empty where they are none."""
        parts = [each.strip() for each in (self.counted or "").split(",")]
        if len(parts) != len(options) or not all(each.isdecimal() for each in parts):
            return {}
        values = [value for _, value in options]
        return {value: int(part) for value, part in zip(values, parts, strict=True)}
