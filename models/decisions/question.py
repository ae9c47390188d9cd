"""What a decision asks, and what it can be answered with."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from models.errors import Mistake

MOST_OPTIONS = 5


class Subject(StrEnum):
    """What a decision is about; what comes of it is found by this."""

    EPIC = "epic"
    SHIFT = "shift"
    """A budget shift that the council decides on."""
    RULES = "rules"
    """A change of the rules of budgets."""
    CHECKPOINT = "checkpoint"
    """Whether a project passes a checkpoint of its plan."""


class Question(StrEnum):
    """What is asked."""

    GO = "go"
    """Go for the MVP?"""
    MVP = "mvp"
    """Persevere, pivot or stop?"""
    FREE = "free"
    """In words of its own; it moves nothing by itself."""


class Choice(StrEnum):
    """The answers that mean something to Tack; those of a free question can be others."""

    YES = "yes"
    NO = "no"
    PERSEVERE = "persevere"
    PIVOT = "pivot"
    STOP = "stop"
    ABSTAIN = "abstain"
    """Counts for the quorum, and for nothing else."""
    RECUSED = "recused"
    """Has a stake in it: one elector less."""
    NO_OBJECTION = "no objection"
    OBJECT = "object"


class Way(StrEnum):
    """How a decision is taken."""

    VOTE = "vote"
    """Electors vote until it closes."""
    ALONE = "alone"
    """One of its electors decides, and that ends it: no ballot, no quorum, no waiting."""
    ROOM = "room"
    """It was taken elsewhere, and is recorded."""


class Option(NamedTuple):
    """An answer: what is stored of it, and what its button says."""

    value: str
    label: str


OPTIONS: Mapping[Question, tuple[Option, ...]] = {
    Question.GO: (Option(Choice.YES, "Go"), Option(Choice.NO, "Not yet")),
    Question.MVP: (
        Option(Choice.PERSEVERE, "Persevere"),
        Option(Choice.PIVOT, "Pivot"),
        Option(Choice.STOP, "Stop"),
    ),
    Question.FREE: (Option(Choice.YES, "Yes"), Option(Choice.NO, "No")),
}
"""What each question can be answered with, besides abstaining; a free one until it says others."""

WORDS = {Question.GO: "Go for the MVP?", Question.MVP: "Persevere, pivot or stop?"}
"""What each asks."""

ABSTAINED = Option(Choice.ABSTAIN, "Abstain")
RECUSED = Option(Choice.RECUSED, "I have a stake in this")
ALWAYS = (ABSTAINED, RECUSED)
"""What can be pressed whatever is asked."""

CONSENTING = (
    Option(Choice.NO_OBJECTION, "No objection"),
    Option(Choice.OBJECT, "I object"),
)
"""What is asked by consent."""


class NotAnOption(Mistake):
    """A choice that the question does not offer."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} does not offer that choice. /decision show {key} shows what it offers."
        )


class Asked(NamedTuple):
    """A question with its words and its options."""

    question: Question
    words: str
    options: tuple[Option, ...]

    @classmethod
    def usual(cls, question: Question) -> "Asked":
        """One of those that are always asked in the same words."""
        return cls(question, WORDS[question], OPTIONS[question])

    @classmethod
    def free(cls, words: str, labels: Iterable[str] = ()) -> "Asked":
        """One in words of its own: yes or no, or two to five options by their labels."""
        options = tuple(Option(f"option {n}", each) for n, each in enumerate(labels, start=1))
        assert not options or 2 <= len(options) <= MOST_OPTIONS
        return cls(Question.FREE, words, options or OPTIONS[Question.FREE])
