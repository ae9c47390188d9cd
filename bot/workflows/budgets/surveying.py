"""Surveying a funding period: what each value stream has in it, of what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from models.budgets.allocation import Allocation, Lines, YearEndForecast
from models.budgets.books import Balance, Books
from models.budgets.period import FundingPeriod
from models.budgets.rules import Position
from models.portfolio.portfolio import Portfolio, ValueStream

NO_LINES = Lines()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamBudget:
    """A value stream in a period: what it has, of how many known lines, and what it expects."""

    stream: ValueStream
    balance: Balance
    position: Position
    is_known: bool = True
    """Whether anything is: without, what it has is unknown and not 0."""
    lines: Lines = NO_LINES
    forecast: YearEndForecast | None = None

    @property
    def funded(self) -> int:
        """What funding entries gave it, in minor units."""
        return self.position.funded

    @property
    def over(self) -> int | None:
        """By how much the forecast is above its budget, below 0 where under; None where unknown."""
        if self.forecast is None or not self.is_known:
            return None
        return self.forecast.amount_minor - self.balance.allocated


def survey(
    session: Session, portfolio: Portfolio, period: FundingPeriod | None, at: datetime
) -> Sequence[StreamBudget]:
    """The streams in the period: those that it says something of, and if it is not over all open.

    Without a period, nothing is known of any.
    """
    books = ledger.books_of(session, portfolio, period, at) if period else Books()
    lines = _lines(session, period) if period else {}
    forecasts = forecasts_of(session, period) if period else {}
    is_over = period is not None and ledger.is_over(portfolio, period, at)
    touched = books.stream_ids
    return [
        StreamBudget(
            stream=stream,
            balance=books.balance(stream.id),
            position=books.position(stream.id),
            is_known=stream.id in touched or lines.get(stream.id, NO_LINES).amounts > 0,
            lines=lines.get(stream.id, NO_LINES),
            forecast=forecasts.get(stream.id),
        )
        for stream in portfolio.value_streams
        if stream.id in touched
        or stream.id in lines
        or stream.id in forecasts
        or (stream.ended_at is None and not is_over)
    ]


def sum_of(streams: Sequence[StreamBudget]) -> Balance:
    """What they have together, of those whose budget is known."""
    return reduce(Balance.__add__, (each.balance for each in streams), Balance())


def forecasts_of(session: Session, period: FundingPeriod) -> Mapping[int, YearEndForecast]:
    """The newest forecast of each stream that has one, by the stream."""
    newest = (
        select(func.max(YearEndForecast.id))
        .where(YearEndForecast.period_id == period.id)
        .group_by(YearEndForecast.value_stream_id)
    )
    rows = session.scalars(select(YearEndForecast).where(YearEndForecast.id.in_(newest)))
    return {each.value_stream_id: each for each in rows}


def _lines(session: Session, period: FundingPeriod) -> Mapping[int, Lines]:
    stream = Allocation.value_stream_id
    here = Allocation.period_id == period.id
    counted = select(
        stream,
        func.count(),
        func.count(Allocation.amount_minor),
        func.count(Allocation.forecast_minor),
    )
    named = select(stream, Allocation.cost_centre).where(here, Allocation.cost_centre.is_not(None))
    centres: dict[int, list[str]] = {}
    for stream_id, name in session.execute(named.distinct().order_by(Allocation.cost_centre)):
        centres.setdefault(stream_id, []).append(str(name))
    return {
        stream_id: Lines(count, amounts, forecasts, tuple(centres.get(stream_id, ())))
        for stream_id, count, amounts, forecasts in session.execute(
            counted.where(here).group_by(stream)
        )
    }
