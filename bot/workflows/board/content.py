"""What a digest is drawn from: what changed, what is in flight and what needs someone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.workflows.flow.figures import FlowFigures
from bot.workflows.needs import Waits
from models.board.digest import WEEK, Subscription
from models.decisions.decision import Decision
from models.epics.column import Column
from models.epics.epic import Epic
from models.flow.flow import Load
from models.portfolio.portfolio import Portfolio, ValueStream


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
    decided: Sequence[Decision] = ()
    """Those that closed and ended no epic: what was stopped is told as that."""

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
            or self.decided
        )

    @property
    def net(self) -> int:
        """How many more are in flight than before."""
        came = len(self.came_in) + len(self.reopened)
        return came - len(self.finished) - len(self.stopped) - len(self.back)


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
    digest_id: int | None = None
    """None of a preview, which is not stored."""
    first: bool
    preview: bool
    at: datetime
    since: datetime
    until: datetime
    changes: Changes
    in_flight: InFlight
    needs: Waits
    milestones: OnTheirDates
    flow: FlowFigures
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
        return not (self.changes.any or self.needs.count or self.first)
