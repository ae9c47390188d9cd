"""What is said openly beside a sealed ballot: questions, and under consent objections."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import Mistake
from models.form import Choice, Form, OneOf, Paragraph


class QuestionForm(Form):
    """What someone wants to know before it is decided."""

    words: Annotated[
        str,
        Paragraph(
            label="What do you want to know?",
            example="Why do refunds take two days longer?",
            hint="It is posted in the thread with your name, and waits there for an answer.",
            missing="What do you want to know?",
        ),
    ]


class AnswerForm(Form):
    """What is answered."""

    answer: Annotated[
        str,
        Paragraph(
            label="Your answer",
            hint="It is shown beneath the question, with your name.",
            missing="What is the answer?",
        ),
    ]


class NotHeard(Mistake):
    """Asking or answering on a ballot by someone who has nothing to do with it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Only people who vote on {key}, or could have opened it, can ask and answer on its "
            f"ballot. "
            "Its thread is open to everyone."
        )


class OpenQuestion:
    """A question in a thread, with the name of who asks; it is open until someone answers it."""

    asked_by: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return self.answered_at is None

    def give(self, answer: str, by: str, at: datetime) -> None:
        """Answer it."""
        self.answer, self.answered_by, self.answered_at = answer, by, at
        self.version += 1


class BallotQuestion(OpenQuestion, Base):
    """One about what is voted on."""

    __tablename__ = "ballot_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """That of the decision, where it has one."""


class Failed(StrEnum):
    """What an objection that is set aside is not: one of the four things it takes."""

    STATED = "not stated"
    PREFERENCE = "a preference"
    HARM = "no harm"
    SAFE = "safe to try"

    @property
    def says(self) -> str:
        """As the end of a sentence."""
        return {
            Failed.STATED: "it does not say what it objects to",
            Failed.PREFERENCE: "it prefers something else, and shows no reason against this",
            Failed.HARM: "it shows no harm",
            Failed.SAFE: "this is safe enough to try",
        }[self]


class ObjectionForm(Form):
    """What speaks against it, so that others can remove it."""

    harm: Annotated[
        str,
        Paragraph(
            label="What harm would it do?",
            example="Refunds by bank transfer take two days longer, and service has no one for it",
            missing="What harm would it do?",
        ),
    ]
    remedy: Annotated[
        str,
        Paragraph(
            label="What would remove your objection?",
            example="Start with orders that cannot be returned",
            hint="Everyone reads your objection with your name, also while votes are sealed.",
            missing="What would have to change?",
        ),
    ]


class SetAsideForm(Form):
    """Why an objection does not hold."""

    failed: Annotated[
        Failed,
        Choice(
            label="Which test does the objection fail?",
            among=[OneOf(each.says.capitalize(), each.value) for each in Failed],
            of=Failed,
            missing="Which test does it fail?",
        ),
    ]
    because: Annotated[
        str,
        Paragraph(
            label="Why?",
            hint="It is shown beneath the objection, with your name.",
            missing="A reason is needed.",
        ),
    ]


class OwnObjection(Mistake):
    """Setting aside what one has raised oneself."""

    def __init__(self) -> None:
        super().__init__(
            "You can only set aside someone else's objection. To withdraw your own, vote again."
        )


class Objection(Base):
    """A vote against by consent, in the open: it stands until it is withdrawn or set aside."""

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """That of the decision, where it has one."""
    user_id: Mapped[str] = mapped_column(String(32))
    """The elector whose vote it is."""
    raised_by: Mapped[str | None] = mapped_column(String(32))
    """Who said it, where that was a stand-in."""
    harm: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    set_aside_by: Mapped[str | None] = mapped_column(String(32))
    failed: Mapped[Failed | None] = mapped_column(stored_by_value(Failed))
    because: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def stands(self) -> bool:
        """Whether it still keeps the decision from passing."""
        return self.withdrawn_at is None and self.set_aside_at is None

    def say(self, form: ObjectionForm, by: str | None) -> None:
        """Say it otherwise."""
        self.harm, self.remedy, self.raised_by = form.harm, form.remedy, by
        self.version += 1

    def check_is_anothers(self, by: str) -> None:
        """Raise OwnObjection for who raised it, or for whom it was raised."""
        if by in (self.user_id, self.raised_by):
            raise OwnObjection

    def withdraw(self, at: datetime) -> None:
        """End it by who raised it, who has voted otherwise since."""
        self.withdrawn_at = at
        self.version += 1

    def set_aside(self, form: SetAsideForm, by: str, at: datetime) -> None:
        """End it by the tie-breaker. Raises OwnObjection."""
        self.check_is_anothers(by)
        self.set_aside_at, self.set_aside_by = at, by
        self.failed, self.because = form.failed, form.because
        self.version += 1
