"""What a digest is drawn from: what it tells, and what needs someone now."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.workflows.needs import Waits
from models.board.content import Changes, Content, InFlight
from models.board.digest import WEEK, Subscription
from models.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestContent:
    """What a digest is drawn from."""

    portfolio: Portfolio
    subscription: Subscription
    digest_id: int | None = None
    """None of a preview, which is not stored."""
    first: bool
    at: datetime
    since: datetime
    until: datetime
    content: Content
    needs: Waits
    now: datetime

    @property
    def preview(self) -> bool:
        return self.digest_id is None

    @property
    def changes(self) -> Changes:
        """What became of epics in its time."""
        return self.content.changes

    @property
    def in_flight(self) -> InFlight:
        """What stood between commitment and done at its end."""
        return self.content.in_flight

    @property
    def in_flight_total(self) -> int:
        """How many epics that was."""
        return self.in_flight.whole.count

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the portfolio, by whose calendar answers are due."""
        return ZoneInfo(self.portfolio.time_zone)

    @property
    def frozen_zone(self) -> ZoneInfo:
        """The zone by whose calendar its days are meant."""
        return ZoneInfo(self.content.scope.time_zone)

    @property
    def first_day(self) -> date:
        return self.since.astimezone(self.frozen_zone).date()

    @property
    def last_day(self) -> date:
        """The last one: of a digest that ends at midnight, the day before."""
        return (self.until.astimezone(self.frozen_zone) - timedelta(microseconds=1)).date()

    @property
    def whole_weeks(self) -> bool:
        """Whether it tells of ISO weeks from their first day to their last."""
        zone = self.frozen_zone
        ends = (self.since.astimezone(zone), self.until.astimezone(zone))
        return all(end.weekday() == 0 and end.time() == time() for end in ends)

    @property
    def weeks(self) -> int:
        """How many weeks it tells of, at least one."""
        return max(1, round((self.until - self.since) / WEEK))

    @property
    def in_flight_before(self) -> int:
        """How many did at the beginning."""
        before = self.in_flight.before
        return self.in_flight_total - self.changes.net if before is None else before

    @property
    def from_other_streams(self) -> int:
        """How many more came from other streams in its time than went there."""
        if self.content.scope.stream_id is None:
            return 0
        return self.in_flight_total - self.in_flight_before - self.changes.net
