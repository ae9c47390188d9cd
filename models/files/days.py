"""Days and moments of a table as people write them.

3/5 may be in May or in March: what one cell leaves open, the others of its column decide.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from models.calendar import MONTHS
from models.errors import Mistake

ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ].*(?:Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
SPELLED = re.compile(r"(\d{1,2})[ .-]*([A-Za-z]{3})[a-z]*[ .,-]*(\d{4})")
MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}),? (\d{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS_MOST = 12


class NotADay(Mistake):
    """A cell that is not a day."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is not a day like 2026-05-18")


class DayOrMonth(Mistake):
    """A day of which nothing in its column says whether the day or the month comes first."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}”: does the day or the month come first? Write 2026-05-18")


class InTheFuture(Mistake):
    """A day yet to come of something that was."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is in the future")


@dataclass(frozen=True, slots=True)
class Today:
    """Which day it is by the clock of a portfolio; None for any day."""

    zone: tzinfo = UTC
    day: date | None = None

    @classmethod
    def of(cls, moment: datetime, time_zone: str) -> "Today":
        zone = ZoneInfo(time_zone)
        return cls(zone, moment.astimezone(zone).date())

    def check(self, when: date, text: str) -> None:
        """Raise InTheFuture where the day, or the moment, is one of a day to come."""
        day = when.astimezone(self.zone).date() if isinstance(when, datetime) else when
        if self.day is not None and day > self.day:
            raise InTheFuture(text)


ANY_DAY = Today()


@dataclass(frozen=True, slots=True)
class Days:
    """How a column writes its days: with the day first, else the month; None where it is open.

    An instant with a zone is on the day that it was on by the clock of `zone`.
    """

    day_first: bool | None
    zone: tzinfo = UTC

    @classmethod
    def of(cls, texts: Iterable[str], zone: tzinfo = UTC) -> "Days":
        """As the cells of the column say: a number above twelve is a day."""
        votes: Counter[bool] = Counter()
        for text in texts:
            found = SLASHED.fullmatch(text.strip())
            if found and max(int(found[1]), int(found[2])) > MONTHS_MOST:
                votes[int(found[1]) > MONTHS_MOST] += 1
        return cls(votes.most_common(1)[0][0] if votes else None, zone)

    def read(self, text: str) -> date:
        """The day. Raises NotADay and DayOrMonth."""
        try:
            day = self._day(text.strip())
        except ValueError as error:
            raise NotADay(text) from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise NotADay(text)
        return day

    def read_moment(self, text: str) -> datetime:
        """The moment, in UTC where it names no zone; a day alone is its beginning by the clock.

        Raises NotADay and DayOrMonth.
        """
        bare = text.strip()
        try:
            moment = datetime.fromisoformat(bare if "T" in bare or ":" in bare else "")
        except ValueError:
            moment = datetime.combine(self.read(text), time(), self.zone)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise NotADay(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _day(self, bare: str) -> date:
        if ZONED.fullmatch(bare):
            return datetime.fromisoformat(bare).astimezone(self.zone).date()
        if found := ISO_DAY.fullmatch(bare):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := DOTTED.fullmatch(bare):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := SPELLED.fullmatch(bare):
            return date(int(found[3]), _month(found[2]), int(found[1]))
        if found := MONTH_FIRST.fullmatch(bare):
            return date(int(found[3]), _month(found[1]), int(found[2]))
        if found := SLASHED.fullmatch(bare):
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            if self.day_first is None and first != second:
                raise DayOrMonth(bare)
            day, month = (first, second) if self.day_first else (second, first)
            return date(year, month, day)
        raise ValueError(bare)


def spell_moment(at: datetime) -> str:
    """ "2026-05-18T09:00:00+00:00", to the microsecond where it has such."""
    return at.astimezone(UTC).isoformat()


def _month(name: str) -> int:
    return MONTHS.index(name.capitalize()) + 1
