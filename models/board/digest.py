"""The weekly digest: who asked for it, when it comes, and what one of them tells of."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.calendar import WEEKDAYS, next_slot, week_of
from models.portfolio.portfolio import STALE_AFTER_DAYS, Portfolio, State, ValueStream

USUAL_WEEKDAY, USUAL_MINUTE = 0, 9 * 60
"""Monday at nine, until someone chooses otherwise."""

TELLS_OF_LAST_WEEK = 2
"""Up to Wednesday a digest tells of the week before, from Thursday on of the running one."""

WEEK = timedelta(days=7)
QUIET_AFTER = timedelta(days=STALE_AFTER_DAYS)
"""After so long without a word an epic in flight is asked about, where its state says no other."""

FIGURES_AFTER = 8
"""How many epics must have finished before figures of them mean anything."""


class Subscription(Base):
    """A channel's wish to be told once a week of a portfolio, or of one of its value streams.

    `next_at` is the slot that comes next; the one after is computed from it, never from now.
    """

    unaudited_columns = frozenset({"next_at"})
    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    channel_id: Mapped[str] = mapped_column(String(32))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    weekday: Mapped[int] = mapped_column(default=USUAL_WEEKDAY)
    minute_of_day: Mapped[int] = mapped_column(default=USUAL_MINUTE)
    time_zone: Mapped[str] = mapped_column(String(64))
    next_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(String(32))
    subscribed_by: Mapped[str] = mapped_column(String(32))
    subscribed_at: Mapped[datetime]

    portfolio: Mapped[Portfolio] = relationship()
    value_stream: Mapped[ValueStream | None] = relationship()

    @property
    def work_key(self) -> str:
        """The key of the work that makes its digests."""
        return f"digest:{self.id}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its weekday and time are meant in."""
        return ZoneInfo(self.time_zone)

    @property
    def told_when(self) -> str:
        """Its weekday, time and zone as people say them."""
        at = f"{self.minute_of_day // 60}:{self.minute_of_day % 60:02}"
        return f"{WEEKDAYS[self.weekday]} at {at} ({self.time_zone})"

    def slot_after(self, moment: datetime) -> datetime:
        """The first slot later than the moment."""
        return next_slot(moment, self.weekday, self.minute_of_day, self.zone)

    def latest_slot(self, now: datetime) -> datetime | None:
        """The newest slot that has come, from `next_at` on; None before it.

        After a downtime of weeks that is the only one to be made up for.
        """
        slot, latest = self.next_at, None
        while slot <= now:
            slot, latest = self.slot_after(slot), slot
        return latest

    def tells_until(self, slot: datetime) -> datetime:
        """The end of what a digest of the slot tells of: the last whole week's, or the slot."""
        local = slot.astimezone(self.zone)
        if local.weekday() > TELLS_OF_LAST_WEEK:
            return slot
        monday = local.date() - timedelta(days=local.weekday())
        return datetime.combine(monday, time(), self.zone)

    def week(self, slot: datetime) -> str:
        """The ISO week the slot is in, such as "2026-W21"; a channel gets one digest of each."""
        return week_of(slot.astimezone(self.zone).date())


class Digest(Base):
    """One digest of a channel, for one ISO week; what it tells is of `(since, until]`."""

    audited = False
    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    week: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    since: Mapped[datetime]
    until: Mapped[datetime]
    first: Mapped[bool]
    sent_by: Mapped[str | None] = mapped_column(String(32))

    subscription: Mapped[Subscription] = relationship()


def asked_if_silent_since(state: State, portfolio: Portfolio, now: datetime) -> datetime | None:
    """Without a word since then an epic there is asked about; None where none is asked about.

    Nothing is before the portfolio has been live for as long, and the last import has been there
    for as long: its clocks start then.
    """
    began = portfolio.clocks_began_at
    if state.stale_after_days is None or not state.committed or began is None:
        return None
    since = now - timedelta(days=state.stale_after_days)
    return since if began <= since else None
