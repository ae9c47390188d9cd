"""The weekly digest: who asked for it, when it comes, and what one of them tells of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.board.content import Content
from models.calendar import WEEKDAYS, next_slot, week_of
from models.errors import Mistake
from models.message import Message
from models.portfolio.portfolio import STALE_AFTER_DAYS, Portfolio, State, ValueStream

USUAL_WEEKDAY, USUAL_MINUTE = 0, 9 * 60
"""Monday at nine, until someone chooses otherwise."""

COVERS_LAST_WEEK = 2
"""Up to Wednesday a digest tells of the week before, from Thursday on of the running one."""

WEEK = timedelta(days=7)
LATE_AFTER = timedelta(minutes=10)
STALE_AFTER = timedelta(days=STALE_AFTER_DAYS)
"""After so long without a word an epic in flight is asked about, where its state says no other."""

FIGURES_AFTER = 8
"""How many epics must have finished before figures of them mean anything."""


class NoDigest(Mistake):
    """A channel that nobody has asked a digest for."""

    def __init__(self) -> None:
        super().__init__(
            "This channel has no digest yet. Type /flow digest subscribe here to set one up."
        )


class NotLive(Mistake):
    """A digest of a portfolio that says nothing yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not live yet, so nothing is posted. /flow digest preview shows "
            "you what it would say; /portfolio setup is where an admin goes live."
        )


class SentAlready(Mistake):
    """A second digest for the same channel and week."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            f"This week's digest was posted on {at:%A}, {at.day} {at:%B} at {at:%-H:%M}, and a "
            f"channel gets one a week. /flow digest preview shows you how things stand now."
        )


class OnItsWay(Mistake):
    """A second digest for the same channel and week, while Slack has not taken the first."""

    def __init__(self) -> None:
        super().__init__(
            "This week's digest is on its way: it appears as soon as Slack accepts it. /flow "
            "digest preview shows you how things stand now."
        )


class NotOver(Mistake):
    """A digest of a week that goes on, or is still to come."""

    def __init__(self, week: str) -> None:
        super().__init__(f"{week} is not over yet. /flow digest preview shows how things stand.")


class UnknownScope(Mistake):
    """A portfolio or stream that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That is not there any more. Choose the portfolio or the stream again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a channel wants to be told of, and when."""

    portfolio_id: int
    value_stream_id: int | None
    weekday: int
    minute_of_day: int
    time_zone: str

    @classmethod
    def usual(cls, portfolio: Portfolio) -> "Wish":
        """All of the portfolio, on Monday at nine by its clock."""
        return cls(
            portfolio_id=portfolio.id,
            value_stream_id=None,
            weekday=USUAL_WEEKDAY,
            minute_of_day=USUAL_MINUTE,
            time_zone=portfolio.time_zone,
        )

    def scope(
        self, found: Portfolio | None, workspace_id: int
    ) -> tuple[Portfolio, ValueStream | None]:
        """The portfolio, and the open stream of it where one is meant. Raises UnknownScope."""
        if found is None or found.workspace_id != workspace_id:
            raise UnknownScope
        streams = {stream.id: stream for stream in found.open_streams}
        if self.value_stream_id not in {None, *streams}:
            raise UnknownScope
        return found, streams.get(self.value_stream_id or 0)


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

    @classmethod
    def there(cls, found: "Subscription | None") -> "Subscription":
        """The one that was looked for. Raises NoDigest."""
        if found is None:
            raise NoDigest
        return found

    def keep(self, wish: Wish, by: str, at: datetime) -> None:
        """Come as it is wished, from the next slot on."""
        self.portfolio_id, self.value_stream_id = wish.portfolio_id, wish.value_stream_id
        self.weekday, self.minute_of_day = wish.weekday, wish.minute_of_day
        self.time_zone, self.subscribed_by = wish.time_zone, by
        self.resume(at)

    def pause(self, by: str, at: datetime) -> None:
        """Stay away until it is resumed; who paused it first is remembered."""
        if self.paused_at is None:
            self.paused_at, self.paused_by = at, by

    def resume(self, at: datetime) -> None:
        """Come at its next slot."""
        self.paused_at = self.paused_by = None
        self.next_at = self.slot_after(at)

    def check_is_live(self, at: datetime) -> None:
        """Raise NotLive where its portfolio says nothing yet."""
        if self.portfolio.is_silent(at):
            raise NotLive(self.portfolio.name)

    def check_was_refused(self, message: Message) -> None:
        """Raise SentAlready, or OnItsWay, unless Slack refused the digest of the week."""
        if message.posted_at is not None:
            raise SentAlready(message.posted_at.astimezone(self.zone))
        if message.refusal is None:
            raise OnItsWay

    def use_slot_of_week(self, at: datetime) -> None:
        """Wait for the week after where the next slot is in the week of the moment."""
        if self.week(self.next_at) == self.week(at):
            self.next_at = self.slot_after(self.next_at)

    @property
    def work_key(self) -> str:
        """The key of the work that makes its digests."""
        return f"digest:{self.id}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its weekday and time are meant in."""
        return ZoneInfo(self.time_zone)

    @property
    def when_spelled(self) -> str:
        """Its weekday, time and zone as people say them."""
        at = f"{self.minute_of_day // 60}:{self.minute_of_day % 60:02}"
        return f"{WEEKDAYS[self.weekday]} at {at} ({self.time_zone})"

    def slot_after(self, moment: datetime) -> datetime:
        """The first slot later than the moment; one on a holiday comes on the next working day.

        Where its week has none any more, it is left out.
        """
        usual = next_slot(moment - WEEK, self.weekday, self.minute_of_day, self.zone)
        while True:
            slot = self._on_a_working_day(usual)
            if slot is not None and slot > moment:
                return slot
            usual = next_slot(usual, self.weekday, self.minute_of_day, self.zone)

    def _on_a_working_day(self, usual: datetime) -> datetime | None:
        """The slot, or the same time of the next working day in its week; None where none is."""
        calendar, day = self.portfolio.calendar, usual.astimezone(self.zone).date()
        if day not in calendar.holidays:
            return usual
        for later in range(1, 7 - day.weekday()):
            other = day + timedelta(days=later)
            if calendar.is_worked(other):
                midnight = datetime.combine(other, time(), self.zone) - timedelta(seconds=1)
                return next_slot(midnight, other.weekday(), self.minute_of_day, self.zone)
        return None

    def avoid_holidays(self) -> None:
        """Wait for another slot where the day of the next one has become a holiday."""
        if self.next_at.astimezone(self.zone).date() in self.portfolio.calendar.holidays:
            self.next_at = self.slot_after(self.next_at - timedelta(seconds=1))

    def latest_slot(self, now: datetime) -> datetime | None:
        """The newest slot that has come, from `next_at` on; None before it.

        After a downtime of weeks that is the only one to be made up for.
        """
        slot, latest = self.next_at, None
        while slot <= now:
            slot, latest = self.slot_after(slot), slot
        return latest

    def covers_until(self, slot: datetime) -> datetime:
        """The end of what a digest of the slot tells of: the last whole week's, or the slot."""
        local = slot.astimezone(self.zone)
        if local.weekday() > COVERS_LAST_WEEK:
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
    frozen_content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it showed; None of one that was sent before that was kept."""

    subscription: Mapped[Subscription] = relationship()

    @classmethod
    def unsent(
        cls, portfolio: Portfolio, stream_id: int | None, week: str, now: datetime
    ) -> "Digest":
        """The one that would have come of a week such as "2026-W21". Raises NotOver."""
        monday, zone = date.fromisoformat(f"{week}-1"), ZoneInfo(portfolio.time_zone)
        since, until = (
            datetime.combine(day, time(), zone).astimezone(UTC) for day in (monday, monday + WEEK)
        )
        if until > now:
            raise NotOver(week)
        usual = Subscription(
            portfolio_id=portfolio.id,
            value_stream_id=stream_id,
            weekday=USUAL_WEEKDAY,
            minute_of_day=USUAL_MINUTE,
            time_zone=portfolio.time_zone,
            subscribed_by="",
        )
        return cls(subscription=usual, at=until, since=since, until=until, first=False)

    @property
    def content(self) -> Content | None:
        """What it showed when it was sent, where that was kept."""
        kept = self.frozen_content
        return None if kept is None else Content.model_validate(kept)

    def is_late(self, came_at: datetime) -> bool:
        """Whether Slack took it so long after it was sent that this is worth a word."""
        return came_at - self.at >= LATE_AFTER

    @property
    def place(self) -> tuple[int, int | None]:
        """The portfolio it tells of, and the value stream where it is one."""
        if (content := self.content) is not None:
            return content.scope.portfolio_id, content.scope.stream_id
        return self.subscription.portfolio_id, self.subscription.value_stream_id


def stale_since(state: State, portfolio: Portfolio, now: datetime) -> datetime | None:
    """An epic there is stale if it was not updated since then; None where none goes stale.

    None does before the portfolio has been live for as long: its clocks start then. Of what was
    imported, the import is its first update.
    """
    began = portfolio.live_at
    if state.stale_after_days is None or not state.committed or began is None:
        return None
    since = now - timedelta(days=state.stale_after_days)
    return since if began <= since else None
