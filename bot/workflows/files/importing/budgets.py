"""Bringing budgets in: each line as it stands, each stream funded with their sum, none twice."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.files.importing.creating import ensure_streams
from bot.workflows.files.importing.parts import ROWS_AT_ONCE, Part, Parts
from bot.workflows.keeping import in_chunks, lock_books
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.audit.trail import note
from models.budgets.allocation import Allocation, YearEndForecast
from models.budgets.ledger import EntryKind, funding_moves
from models.budgets.period import FundingPeriod, Year
from models.fields import folded, tidy
from models.files.matching import GoodRow
from models.files.plans.budgets import (
    BudgetPlan,
    Known,
    Line,
    TooLittle,
    UnknownStream,
    lines_of,
    plan_of_budgets,
)
from models.portfolio.portfolio import Portfolio, ValueStream

USUAL_START = 1
"""The month in which the fiscal year of a new portfolio begins."""

ALLOCATIONS = Allocation.metadata.tables[Allocation.__tablename__]


@dataclass(frozen=True, slots=True)
class BudgetsCame:
    """What an import of budgets did."""

    plan: BudgetPlan
    funded: int
    """How many streams of a year were given money."""
    new_streams: Sequence[str]


Group = Sequence[GoodRow]
"""The rows of a stream's year, which come in together: it is funded with their sum."""


def parts_of(plan: BudgetPlan, rows: Sequence[GoodRow], most: int = ROWS_AT_ONCE) -> Parts[Group]:
    """The rows that the plan adds, in parts."""
    by_line = {row.line: row for row in rows}
    groups: dict[tuple[Year, str], list[GoodRow]] = defaultdict(list)
    for line in plan.lines:
        groups[line.year, line.stream].append(by_line[line.number])
    return Parts(list(groups.values()), "budget", most, len)


def import_budgets(
    session: Session,
    portfolio: Portfolio,
    part: Part[Group],
    at: datetime,
    file: str,
    about: Mapping[str, Any] = MappingProxyType({}),
    by: str | None = None,
) -> BudgetsCame:
    """Bring the part's rows in where nothing speaks against any; else the plan says what does.

    Whoever calls it gives the transaction up then. Two imports at once wait for each other.
    """
    lock_books(session, portfolio)
    plan = plan_budgets(session, portfolio, list(chain.from_iterable(part.items)), at)
    if plan.against:
        return BudgetsCame(plan, 0, ())
    before = {stream.id for stream in portfolio.value_streams}
    called = ensure_streams(session, portfolio, {line.stream for line in plan.lines}, at)
    new = [each.name for each in portfolio.value_streams if each.id not in before]
    periods = {year: ledger.begin_year(session, portfolio, year) for year in plan.years}
    entries = _fund(session, portfolio, plan, periods, called, at, file, by)
    if plan.lines:
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
    noted = {"allocations": len(plan.lines), **about, **part.noted}
    note(session, portfolio.workspace_id, "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    redraw_digests(session, portfolio.workspace_id, portfolio.id, at)
    redraw_homes(session, portfolio.workspace_id, at)
    return BudgetsCame(plan, len(entries), new)


def plan_budgets(
    session: Session,
    portfolio: Portfolio | None,
    rows: Sequence[GoodRow],
    at: datetime,
    *,
    may_found: bool = True,
) -> BudgetPlan:
    """Work out what the rows come to in the portfolio, by its streams' names; nothing is written.

    Where there is none, it is yet to be made.
    Streams that are not there are made by who may found them; of others they speak against a row.
    """
    streams = portfolio.value_streams if portfolio else ()
    there = {folded(stream.name): stream.successor for stream in streams}
    lines, against = lines_of(rows, portfolio.fiscal_year_starts_in if portfolio else USUAL_START)
    found = [
        replace(line, stream=there[folded(line.stream)].name)
        if folded(line.stream) in there
        else replace(line, stream=tidy(line.stream))
        for line in lines
    ]
    plan = plan_of_budgets(found, _known(session, portfolio, found) if portfolio else ())
    plan.against |= against
    if not may_found:
        names = [stream.name for stream in streams if stream.ended_at is None]
        unknown = (line for line in plan.lines if folded(line.stream) not in there)
        plan.against |= {
            line.number: UnknownStream(line.stream, names).sentence for line in unknown
        }
    for (year, stream), minor in plan.sums.items():
        if minor >= 0:
            continue
        has = _available(session, portfolio, year, there.get(folded(stream)), at)
        if minor + has < 0:
            plan.refuse_last(year, stream, TooLittle(stream, year.name))
    return plan


def _available(
    session: Session,
    portfolio: Portfolio | None,
    year: Year,
    stream: ValueStream | None,
    at: datetime,
) -> int:
    """What the stream has in the year now."""
    period = ledger.period_of(session, portfolio, year) if portfolio else None
    if portfolio is None or period is None or stream is None:
        return 0
    return ledger.books_of(session, portfolio, period, at).balance(stream.id).available


def _known(session: Session, portfolio: Portfolio, lines: Sequence[Line]) -> Sequence[Known]:
    """Lines of before that these may be: those of their streams, and those of their ids."""
    asked = (
        select(
            FundingPeriod.starts_on,
            ValueStream.name,
            Allocation.amount_minor,
            Allocation.forecast_minor,
            Allocation.cost_centre,
            Allocation.source,
            Allocation.source_id,
            Allocation.id,
        )
        .join(FundingPeriod, FundingPeriod.id == Allocation.period_id)
        .join(ValueStream, ValueStream.id == Allocation.value_stream_id)
        .where(Allocation.portfolio_id == portfolio.id, Allocation.file.is_not(None))
    )
    names = {line.stream for line in lines}
    streams = [each.id for each in portfolio.value_streams if each.successor.name in names]
    ids = {line.source_id for line in lines if line.source_id is not None}
    found = (
        *in_chunks(session, asked, Allocation.value_stream_id, streams),
        *in_chunks(session, asked, Allocation.source_id, ids),
    )
    return [Known(*row[:-1]) for row in {row.id: row for row in found}.values()]


def _fund(
    session: Session,
    portfolio: Portfolio,
    plan: BudgetPlan,
    periods: Mapping[Year, FundingPeriod],
    streams: Mapping[str, ValueStream],
    at: datetime,
    file: str,
    by: str | None,
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
        entry = ledger.append(
            session, portfolio, periods[year], EntryKind.FUNDING, moves, by, at, reason=reason
        )
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
