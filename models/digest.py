"""The weekly digest: who asked for it, when it comes, and what one of them tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.calendar import WEEKDAYS, next_slot, week_of
from models.column import Column
from models.epic import Epic, Override
from models.flow import Load
from models.page import NONE, Pile, Slip
from models.portfolio import STALE_AFTER_DAYS, Portfolio, State, ValueStream

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


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of epics between two moments.

    `in_flight_before + came_in + reopened - finished - stopped - back = in_flight_now`, where an
    epic that came in and finished within the time is in both.
    """

    new_ideas: int
    came_in: Sequence[Epic]
    reopened: Sequence[Epic]
    finished: Sequence[Epic]
    stopped: Sequence[tuple[Epic, str | None]]
    back: Sequence[Epic]
    declined: Sequence[Epic]

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(
            self.new_ideas
            or self.came_in
            or self.reopened
            or self.finished
            or self.stopped
            or self.back
            or self.declined
        )

    @property
    def net(self) -> int:
        """How many more are in flight than before."""
        came = len(self.came_in) + len(self.reopened)
        return came - len(self.finished) - len(self.stopped) - len(self.back)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ideas that wait for their first answer: some of the longest, and the counts."""

    longest: Sequence[Epic]
    count: int
    late: int


NOBODY_WAITS = Waiting((), 0, 0)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A value stream over its limit: by how much, since when, and what is in flight the longest."""

    value_stream: ValueStream
    load: Load
    since: datetime
    oldest: Epic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What needs someone: some of each kind, and how many there are."""

    answers: Waiting = NOBODY_WAITS
    blocked: Pile[Epic] = NONE
    quiet: Pile[tuple[Epic, datetime]] = NONE
    """Epics in flight of which nothing was heard for long, with their last news."""
    overrides: Pile[Override] = NONE
    """Within the time told of."""
    unowned: Pile[Epic] = NONE
    slips: Pile[Slip] = NONE
    crowds: Sequence[Crowd] = ()

    @property
    def any(self) -> bool:
        """Whether anything does."""
        piles = (self.answers, self.blocked, self.quiet, self.overrides, self.unowned, self.slips)
        return bool(self.crowds or any(pile.count for pile in piles))


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """What stood between commitment and done at a moment, against today's limits."""

    whole: Load
    columns: Mapping[Column, Load]
    """Each column between commitment and done, also where nothing stands."""
    streams: Mapping[str, Load]
    """Those with something in flight or with a limit, by their names."""
    themes: Sequence[tuple[str, int]] = ()
    """The most first; without those that serve none."""
    without_theme: int = 0

    @property
    def over(self) -> Sequence[tuple[str, Load]]:
        """The streams over their limits, the most crowded first."""
        found = [(name, load) for name, load in self.streams.items() if load.over]
        return sorted(found, key=lambda each: (-each[1].over, each[0]))


@dataclass(frozen=True, slots=True)
class OnTheirDates:
    """Of the milestones that were agreed, how many came or are to come when they were."""

    on_date: int = 0
    agreed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a digest is drawn from."""

    portfolio: Portfolio
    value_stream: ValueStream | None
    subscription: Subscription
    first: bool
    preview: bool
    at: datetime
    since: datetime
    until: datetime
    changes: Changes
    in_flight: InFlight
    needs: Needs
    milestones: OnTheirDates
    finished_13_weeks: int
    finished_13_weeks_before: int
    open_total: int
    """How many epics were neither done nor stopped."""
    finished_since_live: int
    now: datetime

    @property
    def in_flight_total(self) -> int:
        """How many epics stood between commitment and done."""
        return self.in_flight.whole.count

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the portfolio, by whose calendar answers are due."""
        return ZoneInfo(self.portfolio.time_zone)

    @property
    def first_day(self) -> date:
        """The first day it tells of."""
        return self.since.astimezone(self.subscription.zone).date()

    @property
    def last_day(self) -> date:
        """The last one: of a digest that ends at midnight, the day before."""
        return (self.until.astimezone(self.subscription.zone) - timedelta(microseconds=1)).date()

    @property
    def whole_weeks(self) -> bool:
        """Whether it tells of ISO weeks from their first day to their last."""
        zone = self.subscription.zone
        ends = (self.since.astimezone(zone), self.until.astimezone(zone))
        return all(end.weekday() == 0 and end.time() == time() for end in ends)

    @property
    def weeks(self) -> int:
        """How many weeks it tells of, at least one."""
        return max(1, round((self.until - self.since) / WEEK))

    @property
    def in_flight_before(self) -> int:
        """How many did at the beginning."""
        return self.in_flight_total - self.changes.net

    @property
    def is_beginning(self) -> bool:
        """Whether it is the first one of a portfolio that begins: nothing is late in it yet."""
        return self.first and not self.portfolio.calls_late(self.at)

    @property
    def is_quiet(self) -> bool:
        """Whether one line says it all: nothing changed and nothing waits."""
        return not (self.changes.any or self.needs.any or self.first)


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
