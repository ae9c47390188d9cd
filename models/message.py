"""What Slack shows: messages and App Homes, each drawn from the present state."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value


class MessageKind(StrEnum):
    """Which view draws a message, and what its subject is."""

    EPIC_CARD = "epic_card"
    """Its subject is an epic."""
    REFUSAL = "refusal"
    """Tells who can mend it that Slack refused a message; its subject is that message."""
    DIGEST = "digest"
    """Its subject is a digest."""
    FACT_CHECK = "fact_check"
    """Asks one person whether their epics still stand so; its subject is a fact check."""


class Message(Base):
    """One message in Slack: where it is, what it shows, and how far its posting came.

    `post_started_at` without `ts` means that a post was begun and its answer is not known, so it
    is looked for before anything is posted again.
    """

    audited = False
    __tablename__ = "messages"
    __table_args__ = (Index(None, "workspace_id", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    channel_id: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[MessageKind] = mapped_column(stored_by_value(MessageKind, 32))
    subject_id: Mapped[int]
    ts: Mapped[str | None] = mapped_column(String(32))
    post_started_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(Text)
    drawn_at: Mapped[datetime | None]

    @property
    def work_key(self) -> str:
        """The key of the work that draws it."""
        return message_key(self.id)


class Home(Base):
    """One person's App Home: what they chose to see, and when they last looked."""

    audited = False
    __tablename__ = "homes"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    portfolio_id: Mapped[int | None] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    state_id: Mapped[int | None] = mapped_column(ForeignKey("states.id"))
    page: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def work_key(self) -> str:
        """The key of the work that draws it."""
        return home_key(self.id)


def message_key(message_id: int) -> str:
    """The key of the work that draws a message."""
    return f"message:{message_id}"


def home_key(home_id: int) -> str:
    """The key of the work that draws an App Home."""
    return f"home:{home_id}"
