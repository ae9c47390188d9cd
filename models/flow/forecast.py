"""Forecasts from what finished: how many, when so many, and when this one; exact, not sampled.

The future is taken to be weeks like the past ones, drawn with replacement, each as likely as any
other. The distribution of the sum of n such weeks is the n-th power of the polynomial whose
coefficient at x^c is how many of the weeks had c finished. Packed into one whole number, a power
of the polynomial is a power of that number, so nothing is rounded and nothing is drawn by lot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.flow.line import NEEDED, PERCENT, Line
from models.flow.percentiles import nearest_rank

MOST_WEEKS = 1_000
"""No forecast reaches further: what would take longer is not said to finish."""
BACK_WEEKS, BACK_PERCENTS, SAMPLE_WEEKS = (4, 12), (50, 85), 26
"""For how many weeks a past forecast is looked at, how sure it was, and what it is drawn from."""
WEEK = timedelta(weeks=1)
WEEKS_NEEDED = 5
"""In so many weeks something must have finished before people are shown a forecast."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many finished in each of the last whole weeks."""

    counts: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def weeks_with_one(self) -> int:
        """In how many weeks something finished."""
        return sum(1 for count in self.counts if count)

    @property
    def too_thin(self) -> str | None:
        """Why people are shown no forecast, as the end of a sentence; None where they are."""
        if self.total < NEEDED:
            weeks = len(self.counts)
            return f"needs {NEEDED} finished epics in {weeks} weeks, there are {self.total}"
        if self.weeks_with_one < WEEKS_NEEDED:
            return (
                f"needs {WEEKS_NEEDED} weeks in which an epic finished, "
                f"there are {self.weeks_with_one} of {len(self.counts)}"
            )
        return None

    def at_least(self, weeks: int, percent: int) -> int:
        """So many or more finish in so many weeks with that confidence: the largest such number."""
        ways = self._ways(weeks, weeks * max(self.counts, default=0) + 1)
        whole = len(self.counts) ** weeks
        reached = 0
        for count in range(len(ways) - 1, 0, -1):
            reached += ways[count]
            if 100 * reached >= percent * whole:
                return count
        return 0

    def weeks_for(self, items: int, percent: int) -> int | None:
        """In so many weeks so many are finished with that confidence; None beyond MOST_WEEKS.

        More weeks never finish less, so the smallest number is found by halving.
        """
        few, enough = 0, 1
        while not self._is_enough(enough, items, percent):
            if enough >= MOST_WEEKS or not self.total:
                return None
            few, enough = enough, min(2 * enough, MOST_WEEKS)
        while enough - few > 1:
            middle = (few + enough) // 2
            if self._is_enough(middle, items, percent):
                enough = middle
            else:
                few = middle
        return enough

    def mean(self, weeks: int) -> float:
        """How many finish in so many weeks on average."""
        return weeks * self.total / len(self.counts)

    def _is_enough(self, weeks: int, items: int, percent: int) -> bool:
        """Whether so many or more in so many weeks is as likely as the percentage says."""
        short, whole = sum(self._ways(weeks, items)), len(self.counts) ** weeks
        return bool(100 * (whole - short) >= percent * whole)

    def _ways(self, weeks: int, sums: int) -> Sequence[int]:
        """In how many ways so many weeks come to 0, to 1 and so on, for so many sums."""
        width = 8 * (weeks * len(self.counts).bit_length() // 8 + 1)
        mask = (1 << width * sums) - 1
        power, square = 1, sum(1 << width * count for count in self.counts) & mask
        while weeks:
            if weeks & 1:
                power = power * square & mask
            weeks >>= 1
            square = square * square & mask if weeks else square
        size = width // 8
        content = power.to_bytes(size * sums, "little")
        places = range(0, len(content), size)
        return [int.from_bytes(content[place : place + size], "little") for place in places]


@dataclass(frozen=True, slots=True)
class FinishForecast:
    """When an epic in flight is finished, as those of the line's sample tell that took longer.

    So it is never earlier than the line.
    """

    half_days: float
    """Half of those finished within so many elapsed days since commitment."""
    most_days: float
    """85 of 100 of them did."""
    n: int
    """How many took longer than it has taken so far."""
    of: int
    """How many the line's sample holds."""
    half_at: datetime
    most_at: datetime


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Too few took longer than it has taken so far."""

    n: int
    of: int
    needed: int = NEEDED

    @property
    def why(self) -> str:
        """The end of "none: ..."."""
        if not self.of:
            return "the line was set by hand"
        return f"{self.n:,} of the {self.of:,} took longer than it has"


def finish_of(committed_at: datetime, moment: datetime, line: Line) -> FinishForecast | NoForecast:
    """When an epic that is in flight at the moment is finished."""
    days, age = line.sample.days, (moment - committed_at) / timedelta(days=1)
    longer = days[days > age]
    if len(longer) < NEEDED:
        return NoForecast(len(longer), len(days))
    half, most = nearest_rank(longer, 50), nearest_rank(longer, PERCENT)
    return FinishForecast(
        half,
        most,
        len(longer),
        len(days),
        committed_at + timedelta(days=half),
        committed_at + timedelta(days=most),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """A month's end: what was forecast for so many weeks at so many per cent, and what came."""

    on: date
    thin: str | None
    """Why nothing was forecast."""
    forecast: Mapping[tuple[int, int], int]
    """By weeks and per cent."""
    came: Mapping[int, int]
    """By weeks; of those that are not over yet nothing."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Each past month's trial, the oldest first.

    A statement such as "3 or more in 4 weeks, at 85 %" holds where so many finished in those
    weeks. One that is right about its own sureness holds in 85 of 100 cases or more. "0 or more"
    says nothing and is not counted.
    """

    trials: Sequence[Trial]

    def held(self, weeks: int, percent: int) -> tuple[int, int]:
        """How many statements of that kind held, and how many there were."""
        asked = weeks, percent
        said = [
            (trial.forecast[asked], trial.came[weeks])
            for trial in self.trials
            if trial.forecast.get(asked) and weeks in trial.came
        ]
        return sum(came >= count for count, came in said), len(said)


def backtest(mondays: Sequence[date], counts: Sequence[int]) -> Backtest:
    """Of the whole weeks that begin on these days, with how many finished in each."""
    if not mondays:
        return Backtest([])
    trials, month = [], mondays[0]
    while (month := _next_month(month)) <= mondays[-1] + WEEK:
        past = sum(monday + WEEK <= month for monday in mondays)
        if past >= SAMPLE_WEEKS and past + min(BACK_WEEKS) <= len(counts):
            trials.append(_trial(month - timedelta(days=1), counts[:past], counts[past:]))
    return Backtest(trials)


def _trial(on: date, before: Sequence[int], after: Sequence[int]) -> Trial:
    pace = Pace(before[-SAMPLE_WEEKS:])
    came = {weeks: sum(after[:weeks]) for weeks in BACK_WEEKS if len(after) >= weeks}
    if pace.too_thin is not None:
        return Trial(on, pace.too_thin, {}, came)
    asked = [(weeks, percent) for weeks in BACK_WEEKS for percent in BACK_PERCENTS]
    return Trial(on, None, {each: pace.at_least(*each) for each in asked}, came)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
