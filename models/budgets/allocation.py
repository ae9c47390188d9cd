"""Allocations as they were written, line by line, and the year-end forecasts of value streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Allocation(Base):
    """What a stream is to have in a period, as a form or a line of a file says it.

    An amount that is None is not known; 0 is known, and moves nothing.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        UniqueConstraint("period_id", "source", "source_id"),
        Index(None, "portfolio_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))
    """The funding that it went into; several lines of a stream go into one."""
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    forecast_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the line expects to be spent by the end of the period."""
    cost_centre: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(String(200))
    file: Mapped[str | None] = mapped_column(String(200))
    """The name of the file it came in; None where it was given by form."""
    at: Mapped[datetime]


class YearEndForecast(Base):
    """What a stream expects to have spent at the end of a period; the newest one holds."""

    __tablename__ = "year_end_forecasts"
    __table_args__ = (Index(None, "period_id", "value_stream_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    given_at: Mapped[datetime]
    given_by: Mapped[str | None] = mapped_column(String(32))
    file: Mapped[str | None] = mapped_column(String(200))
    """The name of the file it came in, where no person gave it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a stream's allocation in a period: how many, and of how many the figures."""

    count: int = 0
    amounts: int = 0
    forecasts: int = 0
    cost_centres: Sequence[str] = ()

    @property
    def said(self) -> str:
        """ "12 of 14 known"; nothing where all are."""
        return _of(self.amounts, self.count)

    @property
    def forecasts_said(self) -> str:
        """The same of the forecasts, where a file gave some."""
        return _of(self.forecasts, self.count) if self.forecasts else ""


def _of(known: int, count: int) -> str:
    return f"{known:,} of {count:,} known" if known < count else ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a stream is to have in the period after: what it was funded with, and what lasts.

    All in minor units of the currency.
    """

    stream_id: int
    funded: int
    """What funding entries gave it, and those that it goes on from."""
    lasting: int
    """What shifts that were to last brought in, less what they took."""
    centres: Mapping[str | None, int]
    """What was allocated to it by cost centre; None for no cost centre."""

    @property
    def minor(self) -> int:
        """At least 0: a stream that gave more for good than it was funded with is given nothing."""
        return max(0, self.funded + self.lasting)

    def lines(self) -> Sequence[tuple[str | None, int]]:
        """The same by cost centre; what lasts changes the largest first, and none is below 0."""
        sums = {name: minor for name, minor in self.centres.items() if minor > 0}
        largest = sorted(sums, key=lambda name: (-sums[name], name or ""))
        change = self.minor - sum(sums.values())
        if change > 0:
            first = largest[0] if largest else None
            sums[first] = sums.get(first, 0) + change
        for name in largest if change < 0 else ():
            taken = min(sums[name], -change)
            sums[name], change = sums[name] - taken, change + taken
        return [(name, minor) for name, minor in sums.items() if minor > 0]
