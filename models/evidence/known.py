"""What is known of an epic's effect as of a moment: what its card shows, and a ballot freezes."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from models.evidence.items import Observation, Reading, Stance
from models.portfolio.policy import FRESH_DAYS

MOST_READ = 12
"""So many readings a sparkline shows."""

MOST_SAID = 5
"""So many observations a ballot quotes."""

BARS = "▁▂▃▄▅▆▇█"


class Point(BaseModel):
    """A reading as it is kept with a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on: date
    value: Decimal
    by: str | None = None


class Said(BaseModel):
    """An observation as it is kept with a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on: date
    words: str
    stance: Stance
    link: str | None = None
    by: str | None = None


class Evidence(BaseModel):
    """What was read, seen and spent of one epic by a moment, without what was struck out.

    It is kept with a case, so what is not in an older one is not known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    today: date
    """By which days it is counted what is old."""
    readings: tuple[Point, ...] = ()
    """The last MOST_READ, the oldest first."""
    speaks_for: int = 0
    speaks_against: int = 0
    old: int = 0
    """How many observations are older than FRESH_DAYS days."""
    newest_on: date | None = None
    """The day of the newest item of either kind."""
    said: tuple[Said, ...] = ()
    """The last MOST_SAID observations, the newest first."""
    tested_on: date | None = None
    """The first day its MVP was tested."""
    spent_minor: int | None = None
    """What was booked for it in all, in minor units; None where nothing was."""

    def __bool__(self) -> bool:
        """Whether anything was read or seen."""
        return self.newest_on is not None

    @property
    def last(self) -> Point | None:
        return self.readings[-1] if self.readings else None

    @property
    def sparkline(self) -> str:
        """The readings as bars from the lowest to the highest of them; empty below two."""
        return sparkline([each.value for each in self.readings])

    @property
    def newest_days(self) -> int | None:
        """How many days ago the newest item was seen."""
        return None if self.newest_on is None else (self.today - self.newest_on).days

    def is_old(self, day: date) -> bool:
        """Whether an item of the day is old."""
        return is_old(day, self.today)


def is_old(day: date, today: date) -> bool:
    return day < today - timedelta(days=FRESH_DAYS)


def point_of(reading: Reading) -> Point:
    return Point(on=reading.observed_on, value=reading.value, by=reading.by_user_id)


def said_of(observation: Observation) -> Said:
    return Said(
        on=observation.observed_on,
        words=observation.words,
        stance=observation.stance,
        link=observation.link,
        by=observation.by_user_id,
    )


def sparkline(values: list[Decimal]) -> str:
    """A bar for each, from the lowest to the highest of them; empty for fewer than two."""
    if len(values) <= 1:
        return ""
    low, high = min(values), max(values)
    if low == high:
        return BARS[3] * len(values)
    top = len(BARS) - 1
    return "".join(BARS[int((value - low) * top / (high - low))] for value in values)


def way_percent(baseline: Decimal | None, target: Decimal | None, value: Decimal) -> int | None:
    """Which part of the way from the baseline to the target it has come, rounded half up.

    Below 0 it went the other way; None where the way is not known.
    """
    if baseline is None or target is None or baseline == target:
        return None
    part = (value - baseline) * 100 / (target - baseline)
    return int(part.quantize(Decimal(1), ROUND_HALF_UP))


class Behind(NamedTuple):
    """How much of the way is covered after how much of the time, in percent."""

    way: int
    time: int


def off_target(
    known: Evidence, baseline: Decimal | None, target: Decimal | None, target_on: date | None
) -> Behind | None:
    """How far it is behind where it is off target; None where it is not, or nothing is known.

    It is off target where the way covered, by the last reading, is less than half of what a
    straight line from the first day of testing to the target's day would be today.
    """
    way = way_percent(baseline, target, known.last.value) if known.last else None
    if way is None or known.last is None or known.tested_on is None or target_on is None:
        return None
    assert baseline is not None, "the way is known"
    assert target is not None, "the way is known"
    days = (target_on - known.tested_on).days
    if days <= 0:
        return None
    time = Fraction(min((known.today - known.tested_on).days, days), days)
    covered = Fraction(known.last.value - baseline) / Fraction(target - baseline)
    return Behind(way, round(time * 100)) if 2 * covered < time else None


def is_reached(baseline: Decimal | None, target: Decimal | None, value: Decimal) -> bool | None:
    """Whether it is at the target or past it; None where its direction is not known."""
    if baseline is None or target is None or baseline == target:
        return None
    return value >= target if target > baseline else value <= target
