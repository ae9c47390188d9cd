"""What blocks an epic, and since when."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.errors import Mistake
from models.form import Form, Paragraph

LONGEST = 500
MISSING = "Say what it waits for, so that someone can help."


class BlockForm(Form):
    """What an epic waits for."""

    reason: Annotated[
        str,
        Paragraph(
            label="What does it wait for?",
            hint="It is on the card, so that someone can help.",
            example="Waits for the contract with the bank",
            missing=MISSING,
            longest=LONGEST,
        ),
    ]


class AlreadyBlocked(Mistake):
    """A second reason while the first one still holds."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} is already blocked: {reason[:200]}. Unblock it first.")


class NotBlocked(Mistake):
    """An end to what is not."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not blocked.")


class AlreadyEnded(Mistake):
    """Something to wait for where an epic is done or stopped."""

    def __init__(self, key: str, label: str, since: str) -> None:
        super().__init__(
            f"{key} has been in {label} since {since}, so it can no longer be blocked."
        )


class Blocking(Base):
    """An epic cannot go on for a reason, until someone says that it can."""

    __tablename__ = "blockings"
    __table_args__ = (Index(None, "epic_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    reason: Mapped[str] = mapped_column(Text)
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))

    def end(self, by: str | None, at: datetime) -> None:
        self.ended_at, self.ended_by = at, by
