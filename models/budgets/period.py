"""Funding periods: the fiscal year in which money is given and moved."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.errors import Mistake

MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3


class NoMoney(Mistake):
    """A shift in a period that has none."""

    def __init__(self, year: str) -> None:
        super().__init__(f"No value stream has money for {year} yet. /budget fund gives it.")


class NothingToRoll(Mistake):
    """Rolling a year forward where none can be."""

    def __init__(self, portfolio: str) -> None:
        super().__init__(
            f"{portfolio} has no year to roll forward: this year and the next already have a "
            f"budget, or the year before has none. /budget fund funds one value stream at a time."
        )


class NotAPeriod(Mistake):
    """Text that names no fiscal year of the portfolio."""

    def __init__(self, text: str, like: str) -> None:
        super().__init__(f"“{text[:40]}” is not a fiscal year. Write it like {like}.")


class FundingPeriod(Base):
    """A fiscal year of a portfolio. Its row is the lock of its ledger: one writes at a time."""

    unaudited_columns = frozenset({"next_number"})
    __tablename__ = "funding_periods"
    __table_args__ = (UniqueConstraint("portfolio_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """Its last day."""
    next_number: Mapped[int] = mapped_column(default=1)
    """Of its next ledger entry."""

    def quarter_began_at(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The beginning of the quarter of the period in which the moment lies."""
        today = at.astimezone(zone).date()
        months = _months(today) - _months(self.starts_on)
        first = _months(self.starts_on) + months // MONTHS_A_QUARTER * MONTHS_A_QUARTER
        return datetime.combine(_first_of(first), time(), zone)


def with_money(found: FundingPeriod | None, year: str) -> FundingPeriod:
    """The period of the year. Raises NoMoney where nothing was funded in it yet."""
    if found is None:
        raise NoMoney(year)
    return found


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year, called by the years it lies in: "2026", or "2026/27"."""

    name: str
    starts_on: date
    ends_on: date


def fiscal_year(day: date, starts_in: int) -> Year:
    """The fiscal year of a day; `starts_in` is its first month, 1 to 12."""
    year = day.year if day.month >= starts_in else day.year - 1
    starts_on = date(year, starts_in, 1)
    ends_on = date(year + 1, starts_in, 1) - timedelta(days=1)
    name = f"{year}" if starts_in == 1 else f"{year}/{ends_on.year % 100:02}"
    return Year(name, starts_on, ends_on)


NAMED = re.compile(r"(?:FY\s*)?(?P<year>\d{4})(?:\s*[/–-]\s*(?P<next>\d{4}|\d{2}))?", re.IGNORECASE)


def parse_year(text: str, starts_in: int) -> Year:
    """The fiscal year that "2026", "FY2026" or "2026/27" names, by the year it begins in.

    Raises NotAPeriod.
    """
    found = NAMED.fullmatch(text.strip())
    begins = int(found["year"]) if found and found["year"].isascii() else 0
    if found is None or not EARLIEST <= begins <= LATEST:
        raise NotAPeriod(text, fiscal_year(date(2026, starts_in, 1), starts_in).name)
    year = fiscal_year(date(begins, starts_in, 1), starts_in)
    ends = found["next"]
    if ends is not None and not (starts_in > 1 and str(begins + 1).endswith(ends)):
        raise NotAPeriod(text, year.name)
    return year


EARLIEST, LATEST = 1900, 2200


def _months(day: date) -> int:
    """The month, counted from the year 0."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def _first_of(month: int) -> date:
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)
