"""What finished in the last 13 whole weeks beside the 13 before, and how long it took.

A count is compared with chance in mind, and how many
finished within the line is counted against the line as it was 13 weeks ago.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.flow.days import whole_weeks
from models.flow.figures import Clocks
from models.flow.line import NEEDED, Line, TooThin, line_of, samples, whole
from models.flow.noise import Compared, bursts, compare
from models.flow.percentiles import Days

QUARTER_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Quarter:
    """13 whole weeks by their Mondays, and how many finished in each."""

    mondays: Sequence[date]
    counts: Sequence[int]

    @property
    def total(self) -> int:
        """How many finished in all of them."""
        return sum(self.counts)

    @property
    def bursts(self) -> Sequence[tuple[date, int]]:
        """The weeks that hold half of it or more, by their Mondays, each with its count."""
        return [(self.mondays[n], self.counts[n]) for n in bursts(self.counts)]


@dataclass(frozen=True, slots=True)
class Finished:
    """How many finished in the last 13 whole weeks and in the 13 before."""

    lately: Quarter
    before: Quarter
    known_before: bool
    """Whether the records go back to the beginning of the 13 before; else nothing is compared."""

    @property
    def compared(self) -> Compared | None:
        """What is said of the two."""
        return compare(self.lately.counts, self.before.counts) if self.known_before else None


def finished(clocks: Clocks, moment: datetime, zone: ZoneInfo, known_since: datetime) -> Finished:
    """What finished in the 26 whole weeks by the moment."""
    bounds = whole_weeks(moment, zone, 2 * QUARTER_WEEKS)
    counts = clocks.throughput(bounds)
    mondays = [bound.date() for bound in bounds[:-1]]
    middle = QUARTER_WEEKS
    return Finished(
        Quarter(mondays[middle:], counts[middle:]),
        Quarter(mondays[:middle], counts[:middle]),
        known_before=known_since <= bounds[0],
    )


@dataclass(frozen=True, slots=True)
class TimeToFinish:
    """How long it took from commitment to done."""

    line: Line | TooThin
    held: Line | TooThin
    """The line as it was 13 weeks ago."""
    lately: Days
    """The flow times of what finished in the last 13 whole weeks."""
    before: Days
    """Of the 13 before."""

    @property
    def half_day(self) -> int | None:
        """Within so many days half finished: in the last 13 weeks, else in the line's sample."""
        if len(self.lately) >= NEEDED:
            return whole(self.lately, 50)
        return self.line.half_day if isinstance(self.line, Line) else None

    @property
    def half_day_before(self) -> int | None:
        """The same of the 13 weeks before, where both have enough to be compared."""
        if min(len(self.lately), len(self.before)) < NEEDED:
            return None
        return whole(self.before, 50)

    @property
    def within(self) -> int | None:
        """How many of the last 13 weeks held the line of then; None where there was none."""
        if isinstance(self.held, TooThin) or not len(self.lately):
            return None
        return int((self.lately <= self.held.day).sum())


def time_to_finish(
    portfolio: Clocks,
    stream: Clocks | None,
    moment: datetime,
    zone: ZoneInfo,
    by_hand: int | None = None,
) -> TimeToFinish:
    """Of the stream where one is given, else of the portfolio; with the line set by hand."""
    bounds = whole_weeks(moment, zone, 2 * QUARTER_WEEKS)
    first, middle, last = bounds[0], bounds[QUARTER_WEEKS], bounds[-1]
    clocks = portfolio if stream is None else stream
    days = clocks.flow_days
    return TimeToFinish(
        line_of(samples(portfolio, stream, moment, zone), by_hand),
        line_of(samples(portfolio, stream, middle, zone), by_hand),
        days[clocks.timed_between(middle, last)],
        days[clocks.timed_between(first, middle)],
    )
