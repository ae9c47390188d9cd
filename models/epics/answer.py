"""What the owner of a value stream says to an idea."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import FieldMistakes, Mistake
from models.fields import UNSTORABLE, reason_typed, too_long
from models.form import Form, Paragraph

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
            hint="Whoever asked reads it, and it stands on the card. Then the idea waits for them.",
            missing="Write what you reply.",
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
    AnswerKind.NOT_NOW: "Say why not now, in a sentence: it is what the proposer reads.",
    AnswerKind.QUESTION: "Write the question you have.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaAnswer:
    """An answer with its words, and with a yes what the review needs to know."""

    kind: AnswerKind
    words: str | None = None
    theme_id: int | None = None
    theme_none_because: str | None = None
    owner_user_id: str | None = None

    @classmethod
    def read(cls, key: str, typed: str) -> "IdeaAnswer":
        """What was typed after an epic's key: "not now because …". Raises WhichAnswer."""
        typed = UNSTORABLE.sub("", typed)
        said = typed.casefold()
        for kind in ANSWERS:
            if said == kind or said.startswith((f"{kind} ", f"{kind}:")):
                words = typed[len(kind) :].lstrip(" :,").strip()
                if kind is not AnswerKind.QUESTION:
                    words = reason_typed(words)
                return cls(kind=kind, words=words or None)
        raise WhichAnswer(key)

    def checked(self) -> "IdeaAnswer":
        """The same; raises FieldMistakes, keyed `words` and `theme_none_because`."""
        errors = {}
        if self.kind in WORDS_MISSING and not (self.words or "").strip():
            errors["words"] = WORDS_MISSING[self.kind]
        for name, text in (("words", self.words), ("theme_none_because", self.theme_none_because)):
            if text is not None and len(text) > LONGEST:
                errors[name] = too_long(text, LONGEST)
        if self.theme_id is not None and self.theme_none_because:
            errors["theme_none_because"] = "Choose a theme, or say why there is none: not both."
        if errors:
            raise FieldMistakes(errors)
        return self
