"""Pictures of figures: each drawn and given to Slack once, whoever looks at the same figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

IN_TIME = timedelta(seconds=30)
"""Who waits longer for a picture is shown that there is none."""
KEPT = timedelta(days=1)
"""So long Slack keeps it, then it is taken back there: another day is another picture."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is to be drawn, as JSON, and what it shows in words."""

    content: str
    alt: str

    @property
    def digest(self) -> str:
        """The same for whoever sees the same."""
        return sha256(f"{self.content}\0{self.alt}".encode()).hexdigest()


class Picture(Base):
    """What is drawn, and how far it came: `file_id` is Slack's name of it, whole or on its way."""

    audited = False
    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("workspace_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text, deferred=True)
    alt: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    """When it was asked for, since it was last not to be had."""
    file_id: Mapped[str | None] = mapped_column(String(32))
    ready_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(80))
    """Why there is none."""

    @property
    def work_key(self) -> str:
        return f"picture:{self.id}"

    @property
    def is_ended(self) -> bool:
        """Whether Slack has it, or there will be none."""
        return self.ready_at is not None or self.problem is not None

    @property
    def old_at(self) -> datetime:
        """When it is to be taken back."""
        return (self.ready_at or self.asked_at) + KEPT

    def is_old(self, now: datetime) -> bool:
        return now >= self.old_at

    def is_late(self, now: datetime) -> bool:
        return now - self.asked_at > IN_TIME

    def begin_anew(self, at: datetime) -> None:
        self.problem, self.asked_at = None, at


class PictureWindow(Base):
    """A window in which a picture is to be shown, as it was drawn without."""

    audited = False
    __tablename__ = "picture_windows"
    __table_args__ = (UniqueConstraint("workspace_id", "view_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    picture_id: Mapped[int] = mapped_column(ForeignKey("pictures.id"), index=True)
    view_id: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(80))
    """Slack's name of what it shows; once it shows something else, it is left alone."""
    view: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]

    def is_late(self, now: datetime) -> bool:
        return now - self.asked_at > IN_TIME
