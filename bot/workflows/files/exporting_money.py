"""Giving budgets back as they can come in again: each line by the import's own column names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.files.exporting_projects import AT_ONCE, Row
from models.budgets.allocation import Allocation
from models.budgets.ledger import AccountKind, Entry, EntryKind
from models.budgets.period import FundingPeriod
from models.budgets.shift import Shift
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


MONEY = {
    "day": "day",
    "period": "text",
    "month": "text",
    "kind": "text",
    "from_stream": "text",
    "to_stream": "text",
    "cost_centre_from": "text",
    "cost_centre_to": "text",
    "amount": "decimal",
    "currency": "text",
    "asked_by": "text",
    "approved_by": "text",
    "decision": "text",
    "reason": "text",
    "entry": "text",
}
"""The columns of what moved, and what each holds."""

MOVED = (EntryKind.FUNDING, EntryKind.SPEND, EntryKind.SHIFT, EntryKind.CARRY)
"""What changes who has the money; what is only set aside or committed stays where it is."""


def money_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """What moved, entry by entry, as finance books it: from where, to where, by whose yes.

    What was spent, or came back below 0, has no stream that it goes to. The amount is in whole
    currency, the month the one it is booked in.
    """
    streams = select(ValueStream.id, ValueStream.name).where(
        ValueStream.portfolio_id == portfolio.id
    )
    names = {id_: name for id_, name in session.execute(streams)}
    centres = _cost_centres(session, portfolio)
    zone = ZoneInfo(portfolio.time_zone)
    asked = (
        select(Entry, FundingPeriod.name, Shift, Actual)
        .join(FundingPeriod, FundingPeriod.id == Entry.period_id)
        .outerjoin(Shift, Shift.id == Entry.shift_id)
        .outerjoin(Actual, Actual.entry_id == Entry.id)
        .where(Entry.portfolio_id == portfolio.id, Entry.kind.in_(MOVED))
        .order_by(FundingPeriod.starts_on, Entry.number)
        .options(selectinload(Entry.transfers), selectinload(Shift.approvals))
        .options(selectinload(Shift.decision))
    )
    rows = session.execute(asked.execution_options(yield_per=AT_ONCE))
    for entry, period, shift, actual in rows:
        day = entry.at.astimezone(zone).date()
        month = actual.booked_month if actual is not None else day
        own = actual.cost_centre if actual is not None else None
        for (giver, taker), minor in _between(entry).items():
            yield {
                "day": day.isoformat(),
                "period": period,
                "month": f"{month:%Y-%m}",
                "kind": entry.kind.value,
                "from_stream": names.get(giver or 0),
                "to_stream": names.get(taker or 0),
                "cost_centre_from": own or centres.get((entry.period_id, giver)),
                "cost_centre_to": centres.get((entry.period_id, taker)),
                "amount": _amount(minor, portfolio),
                "currency": portfolio.currency,
                "asked_by": shift.asked_by if shift is not None else entry.by_user_id,
                "approved_by": "; ".join(shift.approved_by) if shift is not None else None,
                "decision": shift.decision.key if shift is not None and shift.decision else None,
                "reason": shift.reason if shift is not None else entry.reason,
                "entry": f"{period}-{entry.number:04}",
            }


def _between(entry: Entry) -> Mapping[tuple[int | None, int | None], int]:
    """What went from stream to stream, None standing for outside of them, in minor units."""
    sums: dict[tuple[int | None, int | None], int] = defaultdict(int)
    for each in entry.transfers:
        giver, taker = each.from_stream_id, each.to_stream_id
        if entry.kind is EntryKind.SPEND:
            came_back = each.from_kind is AccountKind.SPENT
            sums[giver, None] += -each.amount_minor if came_back else each.amount_minor
        elif giver != taker:
            sums[giver, taker] += each.amount_minor
    return sums


def _cost_centres(session: Session, portfolio: Portfolio) -> Mapping[tuple[int, int | None], str]:
    """Those of each stream in each period, by their ids."""
    named = (
        select(Allocation.period_id, Allocation.value_stream_id, Allocation.cost_centre)
        .where(Allocation.portfolio_id == portfolio.id, Allocation.cost_centre.is_not(None))
        .distinct()
        .order_by(Allocation.cost_centre)
    )
    found: dict[tuple[int, int | None], list[str]] = defaultdict(list)
    for period_id, stream_id, name in session.execute(named):
        found[period_id, stream_id].append(str(name))
    return {key: "; ".join(names) for key, names in found.items()}


def _amount(minor: int | None, portfolio: Portfolio) -> str | None:
    return None if minor is None else spell_minor(minor, portfolio.currency)
