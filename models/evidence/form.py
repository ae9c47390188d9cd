"""What is asked of who adds evidence, and of who strikes it out."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from models.evidence.items import LONGEST_LINK, LONGEST_WORDS, NoLink, Stance, YetToCome, check_link
from models.form import Choice, Day, Facts, Figure, Form, Line, OneOf, Paragraph, Search


class EvidenceForm(Form):
    """A reading, an observation, or both at once; `today` is the portfolio's.

    `found` is by whom an epic is found, where it is not known yet; `reads` holds where it names a
    figure, called `figure`.
    """

    epic_id: Annotated[
        int | None,
        Search(
            label="For which epic?",
            example="Type its key or a word of its title",
            finder="found",
            needed=True,
            missing="Which epic is it evidence for?",
        ),
    ] = None
    value: Annotated[
        Decimal | None,
        Figure(
            label="{figure}",
            example="64.2",
            hint="The number alone, without its unit.",
            only="reads",
        ),
    ] = None
    words: Annotated[
        str | None,
        Paragraph(
            label="What was seen or heard?",
            example="11 of 14 interviewed would use it again",
            hint="A sentence that others understand. Up to 500 characters.",
            longest=LONGEST_WORDS,
        ),
    ] = None
    stance: Annotated[
        Stance | None,
        Choice(
            label="Does that speak for it, or against it?",
            among=(OneOf("For it", Stance.FOR), OneOf("Against it", Stance.AGAINST)),
            of=Stance,
        ),
    ] = None
    observed_on: Annotated[date, Day(label="On which day?", missing="On which day?")]
    link: Annotated[
        str | None,
        Line(label="Where can people read it?", example="https://", longest=LONGEST_LINK),
    ] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """There is a figure or there are words, and words have a side."""
        if self.value is None and self.words is None:
            both = "Give a number or a sentence." if facts.get("reads") else None
            yield "words", both or "Say in a sentence what was seen or heard."
        if self.words is not None and self.stance is None:
            yield "stance", "Does what was seen or heard speak for it, or against it?"
        if self.observed_on > facts["today"]:
            yield from YetToCome(self.observed_on).errors.items()
        try:
            check_link(self.link)
        except NoLink as mistake:
            yield from mistake.errors.items()


class StrikeForm(Form):
    """Why an item is wrong."""

    reason: Annotated[
        str,
        Paragraph(
            label="What is wrong with it?",
            example="It was read from the wrong market",
            missing="Say what is wrong with it: it stays in the record, struck out.",
            longest=LONGEST_WORDS,
        ),
    ]
