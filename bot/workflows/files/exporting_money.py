"""Giving budgets back as they can come in again: each line by the import's own column names."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.files.exporting_projects import AT_ONCE, Row
from models.budgets.allocation import Allocation
from models.budgets.period import FundingPeriod
from models.files.figures import spell_minor
from models.portfolio.portfolio import Portfolio, ValueStream


def budget_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """The lines of the portfolio's allocations, in the order in which they came."""
    asked = (
        select(Allocation, FundingPeriod.name, ValueStream.name)
        .join(FundingPeriod, FundingPeriod.id == Allocation.period_id)
        .join(ValueStream, ValueStream.id == Allocation.value_stream_id)
        .where(Allocation.portfolio_id == portfolio.id)
        .order_by(Allocation.id)
    )
    for line, period, stream in session.execute(asked.execution_options(yield_per=AT_ONCE)):
        yield {
            "period": period,
            "value_stream": stream,
            "amount": _amount(line.amount_minor, portfolio),
            "cost_centre": line.cost_centre,
            "forecast": _amount(line.forecast_minor, portfolio),
            "source": line.source,
            "source_id": line.source_id,
        }


def _amount(minor: int | None, portfolio: Portfolio) -> str | None:
    return None if minor is None else spell_minor(minor, portfolio.currency)
