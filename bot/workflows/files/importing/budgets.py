"""Bringing budgets in: each line as it stands, each stream funded with their sum, none twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.files.importing.creating import ensure_streams
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.audit.trail import note
from models.budgets.allocation import Allocation, YearEndForecast
from models.budgets.books import Overdrawn
from models.budgets.ledger import EntryKind, funding_moves
from models.budgets.period import FundingPeriod, Year
from models.files.matching import GoodRow
from models.files.plans.budgets import BudgetPlan, Known, lines_of, plan_of_budgets
from models.portfolio.portfolio import Portfolio, ValueStream

ALLOCATIONS = Allocation.metadata.tables[Allocation.__tablename__]
TOO_LITTLE = "{stream} would have less than nothing for {year}: what came in adds up to below 0"


@dataclass(frozen=True, slots=True)
class BudgetsCame:
    """What an import of budgets did."""

    plan: BudgetPlan
    funded: int
    """How many streams of a year were given money."""
    new_streams: Sequence[str]


def import_budgets(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[GoodRow],
    at: datetime,
    file: str,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> BudgetsCame:
    """Bring the rows in where nothing speaks against any; else the plan says what does.

    Whoever calls it gives the transaction up then. Two imports at once wait for each other.
    """
    session.scalar(select(Portfolio.id).where(Portfolio.id == portfolio.id).with_for_update())
    lines, against = lines_of(rows, portfolio.fiscal_year_starts_in)
    before = {stream.id for stream in portfolio.value_streams}
    streams = ensure_streams(session, portfolio, {line.stream for line in lines}, at)
    called = {stream.name: stream for stream in streams.values()}
    found = [replace(line, stream=streams[line.stream].name) for line in lines]
    plan = plan_of_budgets(found, _known(session, portfolio))
    plan.against |= against
    new = [each.name for each in portfolio.value_streams if each.id not in before]
    if plan.against:
        return BudgetsCame(plan, 0, new)
    periods = {year: ledger.begin_year(session, portfolio, year) for year in plan.years}
    entries = _fund(session, portfolio, plan, periods, called, at, file)
    if plan.lines and not plan.against:
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        session.execute(
            insert(ALLOCATIONS),
            [
                {
                    **here,
                    "period_id": periods[line.year].id,
                    "value_stream_id": called[line.stream].id,
                    "entry_id": entries.get((line.year, line.stream)),
                    "amount_minor": line.amount,
                    "forecast_minor": line.forecast,
                    "cost_centre": line.cost_centre,
                    "source": line.source,
                    "source_id": line.source_id,
                    "file": file[:200],
                    "at": at,
                }
                for line in plan.lines
            ],
        )
        _forecast(session, portfolio, plan, periods, called, at, file)
    told = {"allocations": len(plan.lines), **about}
    note(session, portfolio.workspace_id, "imports", portfolio.id, told, portfolio_id=portfolio.id)
    redraw_digests(session, portfolio.workspace_id, portfolio.id, at)
    redraw_homes(session, portfolio.workspace_id, at)
    return BudgetsCame(plan, len(entries), new)


def _known(session: Session, portfolio: Portfolio) -> Sequence[Known]:
    asked = (
        select(
            FundingPeriod.starts_on,
            ValueStream.name,
            Allocation.amount_minor,
            Allocation.forecast_minor,
            Allocation.cost_centre,
            Allocation.source,
            Allocation.source_id,
        )
        .join(FundingPeriod, FundingPeriod.id == Allocation.period_id)
        .join(ValueStream, ValueStream.id == Allocation.value_stream_id)
        .where(Allocation.portfolio_id == portfolio.id, Allocation.file.is_not(None))
    )
    return [Known(*row) for row in session.execute(asked)]


def _fund(
    session: Session,
    portfolio: Portfolio,
    plan: BudgetPlan,
    periods: Mapping[Year, FundingPeriod],
    streams: Mapping[str, ValueStream],
    at: datetime,
    file: str,
) -> Mapping[tuple[Year, str], int]:
    """The funding entries, by year and stream; a sum of 0 has none."""
    for year in plan.years:
        ledger.lock(session, periods[year])
    entries: dict[tuple[Year, str], int] = {}
    for (year, stream), minor in plan.sums.items():
        if minor == 0:
            continue
        moves = funding_moves(streams[stream].id, minor)
        reason = f"Imported from {file}"
        try:
            entry = ledger.append(
                session,
                portfolio,
                periods[year],
                EntryKind.FUNDING,
                moves,
                None,
                at,
                reason=reason,
            )
        except Overdrawn:
            last = max(n.number for n in plan.lines if (n.year, n.stream) == (year, stream))
            plan.against[last] = TOO_LITTLE.format(stream=stream, year=year.name)
            continue
        entries[year, stream] = entry.id
    return entries


def _forecast(
    session: Session,
    portfolio: Portfolio,
    plan: BudgetPlan,
    periods: Mapping[Year, FundingPeriod],
    streams: Mapping[str, ValueStream],
    at: datetime,
    file: str,
) -> None:
    """The year-end forecast of each stream whose lines give one: all of them together."""
    given = {(line.year, line.stream) for line in plan.lines if line.forecast is not None}
    period, stream = Allocation.period_id, Allocation.value_stream_id
    summed = session.execute(
        select(period, stream, func.sum(Allocation.forecast_minor))
        .where(Allocation.portfolio_id == portfolio.id, Allocation.forecast_minor.is_not(None))
        .group_by(period, stream)
    )
    sums = {(period_id, stream_id): int(minor or 0) for period_id, stream_id, minor in summed}
    for year, name in sorted(given, key=lambda each: (each[0].starts_on, each[1])):
        period_id, stream_id = periods[year].id, streams[name].id
        session.add(
            YearEndForecast(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                period_id=period_id,
                value_stream_id=stream_id,
                amount_minor=sums[period_id, stream_id],
                given_at=at,
                file=file[:200],
            )
        )
    session.flush()
