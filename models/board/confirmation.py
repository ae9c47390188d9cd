"""Still right: someone says that an epic stands as Tack shows it, when asked or unasked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.epics.epic import Epic
from models.errors import Mistake


class NotInFlight(Mistake):
    """A word about an epic that is not between commitment and done."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is now in {label}, so there is nothing to confirm.")


class UnknownQuestion(Mistake):
    """A question that was not asked of this person."""

    def __init__(self) -> None:
        super().__init__("That question was for someone else, or is out of date.")


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
