"""Still right: someone says that an epic stands as Tack shows it, when asked or unasked."""

from datetime import datetime, timedelta
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.epics.epic import Epic
from models.errors import Mistake
from models.form import Form, Several

LEFT_OUT_FOR = timedelta(weeks=8)
"""After so long an epic is asked about again, whether or not it changed."""


class NotInFlight(Mistake):
    """A word about an epic that is not between commitment and done."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is now in {label}, so there is nothing to confirm.")


class UnknownQuestion(Mistake):
    """A question that was not asked of this person."""

    def __init__(self) -> None:
        super().__init__(
            "Only the person who was asked can answer that question, and only while it is open."
        )


class NothingLeftOut(Mistake):
    """Taking back what nobody left out."""

    def __init__(self) -> None:
        super().__init__("You are already asked about all of your epics.")


class Confirmation(Base):
    """One such word about an epic; appended, never changed."""

    __tablename__ = "confirmations"
    __table_args__ = (Index(None, "epic_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]

    @classmethod
    def of(cls, epic: Epic, by: str, at: datetime) -> "Confirmation":
        """That the epic is still right. Raises NotInFlight."""
        if not epic.state.committed:
            raise NotInFlight(epic.key, epic.state.label)
        return cls(workspace_id=epic.workspace_id, epic_id=epic.id, user_id=by, at=at)


class LeftOut(Base):
    """An epic that one person is not asked about on Thursdays, until it changes or that moment."""

    __tablename__ = "left_out_epics"
    __table_args__ = (UniqueConstraint("user_id", "epic_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    at: Mapped[datetime]
    until: Mapped[datetime]

    epic: Mapped[Epic] = relationship()

    @classmethod
    def of(cls, epic: Epic, by: str, at: datetime) -> "LeftOut":
        """For eight weeks from then on."""
        until = at + LEFT_OUT_FOR
        return cls(workspace_id=epic.workspace_id, epic_id=epic.id, user_id=by, at=at, until=until)


class NotTheseForm(Form):
    """Which epics one is not to be asked about."""

    epic_ids: Annotated[
        tuple[int, ...],
        Several(
            label="Which ones?",
            options="epics",
            missing="Choose the epics that you need not be asked about.",
            wrong="Choose among the epics that you are asked about.",
        ),
    ]
    said = (
        "You are asked about them again once they move, are blocked or unblocked, or their figure "
        "is read; otherwise in eight weeks."
    )


class FactCheck(Base):
    """Once an ISO week one person is asked, all at once, whether their epics are still right."""

    audited = False
    __tablename__ = "fact_checks"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    week: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]


def asked(question: FactCheck | None, workspace_id: int, user_id: str) -> FactCheck:
    """The question, where it was asked of the person. Raises UnknownQuestion."""
    if question is None or (question.workspace_id, question.user_id) != (workspace_id, user_id):
        raise UnknownQuestion
    return question
