"""An outage: Slack, the token for it or the way to it is away, and what needs Slack waits."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

SHORTEST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(seconds=30)
"""So soon after Slack is well again all goes on."""

OVER_AFTER = timedelta(minutes=2)
"""Where nothing failed for so long after the last failure was to be tried again, it is over."""


class Outage(Base):
    """What one workspace's Slack does not do since when: nothing is asked of it before `next_at`.

    A call that goes well ends that wait for all; the outage itself ends with a call of the method
    that failed, so that one method that is away for long is asked for ever more rarely.
    """

    audited = False
    __tablename__ = "outages"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    since: Mapped[datetime]
    next_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(Text)

    def is_on(self, now: datetime) -> bool:
        """Whether it goes on; one far ahead was left by a clock that has been set back."""
        return abs(now - self.next_at) < OVER_AFTER

    def fail(self, method: str, error: str, now: datetime) -> None:
        """Wait once more: as long as it has been so far, within the limits."""
        if not self.is_on(now):
            self.since = now
        self.method, self.error = method, error
        self.next_at = now + min(max(now - self.since, SHORTEST_WAIT), LONGEST_WAIT)

    def is_ended_by(self, method: str, now: datetime) -> bool:
        return method == self.method or not self.is_on(now)
