"""The line: by which day 85 of 100 epics finish.

It is the 85th percentile of the flow times of what finished in the last 26
whole weeks where 8 or more did, first the stream's, then the portfolio's of 26, 52 and 104 weeks;
else a line that was set by hand.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np

from models.flow.days import whole_weeks
from models.flow.figures import Clocks
from models.flow.percentiles import Days, nearest_rank

PERCENT = 85
NEEDED = 8
"""Of fewer finished epics no figure is shown."""

STREAM_WEEKS = 26
PORTFOLIO_WEEKS = (26, 52, 104)
MOST_WEEKS = max(PORTFOLIO_WEEKS)


NO_DAYS: Days = np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Sample:
    """What finished somewhere within some weeks: the flow times in elapsed days."""

    of_stream: bool
    weeks: int
    days: Days


@dataclass(frozen=True, slots=True)
class Line:
    """85 of 100 finish within so many days, as the sample tells; with its scope, weeks and n."""

    day: int
    """In whole days, rounded up: the line as it is shown is the line that is held to."""
    half_day: int | None
    """Within which half of the sample finished, rounded up; None of a line set by hand."""
    sample: Sample
    by_hand: bool = False
    """Whether people set it, as too few have finished; then its sample is empty."""

    @property
    def days(self) -> float:
        """The same in elapsed days, not rounded."""
        if self.by_hand:
            return float(self.day)
        return nearest_rank(self.sample.days, PERCENT)

    @property
    def n(self) -> int:
        """How many epics it is drawn from."""
        return len(self.sample.days)

    @property
    def weeks(self) -> int:
        """Within how many weeks they finished."""
        return self.sample.weeks

    @property
    def of_stream(self) -> bool:
        """Whether it is the stream's own, not the portfolio's."""
        return self.sample.of_stream


@dataclass(frozen=True, slots=True)
class TooThin:
    """No line yet: too few finished."""

    there: int
    needed: int = NEEDED


def line_of(samples: Iterable[Sample], by_hand: int | None = None) -> Line | TooThin:
    """The line of the first sample that holds enough; else the one set by hand, in days.

    Else how many the widest holds.
    """
    there = 0
    for sample in samples:
        if len(sample.days) >= NEEDED:
            return Line(whole(sample.days, PERCENT), whole(sample.days, 50), sample)
        there = max(there, len(sample.days))
    if by_hand is not None:
        return Line(by_hand, None, Sample(of_stream=False, weeks=0, days=NO_DAYS), by_hand=True)
    return TooThin(there)


def whole(days: Days, percent: int) -> int:
    """The percentile in whole days: within so many, that share has finished."""
    return ceil(nearest_rank(days, percent))


def samples(
    portfolio: Clocks, stream: Clocks | None, moment: datetime, zone: ZoneInfo
) -> Iterator[Sample]:
    """Where a line is looked for, in that order: what finished in the last whole weeks."""
    ways = [] if stream is None else [(stream, STREAM_WEEKS)]
    for clocks, weeks in [*ways, *((portfolio, weeks) for weeks in PORTFOLIO_WEEKS)]:
        bounds = whole_weeks(moment, zone, weeks)
        chosen = clocks.timed_between(bounds[0], bounds[-1])
        yield Sample(clocks is stream, weeks, clocks.flow_days[chosen])
