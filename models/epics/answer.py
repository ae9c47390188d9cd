"""What the owner of a value stream says to an idea."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import Mistake
from models.fields import UNSTORABLE, reason_typed
from models.form import Choice, Facts, Form, Line, OneOf, Paragraph, Person

LONGEST = 1_000


class NotAnIdea(Mistake):
    """An answer to an epic that is not waiting for one any more."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is now in {label}, so it no longer waits for an answer.")


class WhichAnswer(Mistake):
    """An answer that is neither yes, nor not now, nor a question."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"What do you answer? Type /epic answer {key} yes, "
            f"/epic answer {key} not now because …, or /epic answer {key} question …"
        )


class NoQuestion(Mistake):
    """A reply where no question is open."""

    def __init__(self, key: str) -> None:
        super().__init__(f"No question about {key} waits for a reply any more.")


class ReplyForm(Form):
    """What is said to a question about an idea."""

    words: Annotated[
        str,
        Paragraph(
            label="Your reply",
            hint="It is shown on the card, and the person who asked you answers next.",
            missing="Write your reply.",
            longest=LONGEST,
        ),
    ]


class AnswerKind(StrEnum):
    """What the owner of a value stream says to an idea."""

    YES = "yes"
    NOT_NOW = "not now"
    QUESTION = "question"
    REPLY = "reply"
    """Not an answer: what whoever proposed it says to a question."""


ANSWERS = (AnswerKind.YES, AnswerKind.NOT_NOW, AnswerKind.QUESTION)

WORDS_MISSING = {
    AnswerKind.NOT_NOW: "Say why not now, in a sentence: the proposer reads it.",
    AnswerKind.QUESTION: "Write your question.",
}


class Answer(Base):
    """An answer to an idea; appended, never changed. The first one ends the waiting."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "epic_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    kind: Mapped[AnswerKind] = mapped_column(stored_by_value(AnswerKind))
    words: Mapped[str | None] = mapped_column(Text)
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class IdeaAnswer(Form):
    """An answer with its words, and with a yes what the review needs to know."""

    kind: Annotated[
        AnswerKind,
        Choice(
            label="Your answer",
            among=(
                OneOf("Yes, let us review it", AnswerKind.YES),
                OneOf("Not now, because …", AnswerKind.NOT_NOW),
                OneOf("I have a question first", AnswerKind.QUESTION),
            ),
            of=AnswerKind,
            missing="Choose one of the three.",
        ),
    ]
    words: Annotated[
        str | None,
        Paragraph(
            label="In a sentence",
            hint="Needed for “not now” and for a question: the proposer reads it.",
            longest=LONGEST,
        ),
    ] = None
    theme_id: Annotated[
        int | None, Choice(label="If yes: which theme?", options="themes", only="asks_theme")
    ] = None
    theme_none_because: Annotated[
        str | None, Line(label="If it has no theme: why?", longest=300, only="asks_theme")
    ] = None
    owner_user_id: Annotated[
        str | None, Person(label="If yes: who owns it?", only="asks_owner")
    ] = None

    @classmethod
    def typed(cls, key: str, typed: str) -> "IdeaAnswer":
        """What was typed after an epic's key: "not now because …". Raises WhichAnswer."""
        typed = UNSTORABLE.sub("", typed)
        said = typed.casefold()
        for kind in ANSWERS:
            if said == kind or said.startswith((f"{kind} ", f"{kind}:")):
                words = typed[len(kind) :].lstrip(" :,").strip()
                if kind is not AnswerKind.QUESTION:
                    words = reason_typed(words)
                return cls.read({"kind": kind, "words": words})
        raise WhichAnswer(key)

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        if self.kind in WORDS_MISSING and not self.words:
            yield "words", WORDS_MISSING[self.kind]
        if self.theme_id is not None and self.theme_none_because:
            yield "theme_none_because", "Choose a theme or say why there is none, not both."
