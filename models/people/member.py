"""Members of a workspace, as Slack last told of them."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

WRITTEN_ANEW_AFTER = timedelta(days=1)
"""What is the same as before is written down again only after so long."""


class Member(Base):
    """Whether someone is a guest, which counts while Slack does not tell."""

    audited = False
    __tablename__ = "members"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    is_guest: Mapped[bool]
    known_at: Mapped[datetime]

    def learn(
        self, *, is_guest: bool, at: datetime, anew_after: timedelta = WRITTEN_ANEW_AFTER
    ) -> None:
        """Keep what Slack tells, where it is news."""
        if is_guest != self.is_guest or at - self.known_at > anew_after:
            self.is_guest, self.known_at = is_guest, at
