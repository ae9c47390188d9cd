"""Giving budgets back as they can come in again: each line by the import's own column names."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.workflows.files.exporting_projects import AT_ONCE, Row
from models.budgets.allocation import Allocation
from models.budgets.period import FundingPeriod
from models.budgets.spend import Actual
from models.epics.epic import Epic
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


def actual_rows(session: Session, portfolio: Portfolio, seen: ColumnElement[bool]) -> Iterator[Row]:
    """What was spent, in the order in which it was booked; an epic is named where it is seen."""
    keys = select(Epic.id, Epic.key).where(Epic.portfolio_id == portfolio.id, seen).subquery()
    asked = (
        select(Actual, ValueStream.name, keys.c.key)
        .join(ValueStream, ValueStream.id == Actual.value_stream_id)
        .outerjoin(keys, keys.c.id == Actual.epic_id)
        .where(Actual.portfolio_id == portfolio.id)
        .order_by(Actual.id)
    )
    for actual, stream, key in session.execute(asked.execution_options(yield_per=AT_ONCE)):
        yield {
            "month": f"{actual.month:%Y-%m}",
            "amount": _amount(actual.amount_minor, portfolio),
            "value_stream": stream,
            "epic": key,
            "cost_centre": actual.cost_centre,
            "reference": actual.reference,
        }


def _amount(minor: int | None, portfolio: Portfolio) -> str | None:
    return None if minor is None else spell_minor(minor, portfolio.currency)
