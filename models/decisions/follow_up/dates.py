"""When what follows a decision is due, and by which keys that waits."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from models.decisions.days import end_of
from models.portfolio.portfolio import Portfolio

OWNER_FIRST_FOR = timedelta(minutes=30)
"""So long the owner of an epic alone knows that it ends."""

EXTENDED_DAYS = 2
"""Without a quorum a vote goes on for so many working days, once."""

A_MOMENT = timedelta(minutes=1)


def remind_key(decision_id: int) -> str:
    return f"remind:{decision_id}"


def announcing_key(decision_id: int) -> str:
    return f"tell:{decision_id}"


def remind_at(closes_at: datetime, portfolio: Portfolio) -> datetime:
    """One working day before the close, at its hour."""
    local = closes_at.astimezone(ZoneInfo(portfolio.time_zone))
    day = portfolio.calendar.days_before(local.date(), 1)
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def extended_to(closes_at: datetime, now: datetime, portfolio: Portfolio) -> datetime:
    """When a vote closes that too few have voted in: people have two working days from now."""
    day = portfolio.day_of(max(closes_at, now))
    last = portfolio.calendar.days_after(day, EXTENDED_DAYS)
    return end_of(last, portfolio)


def shown_to_all_at(closed_at: datetime, now: datetime) -> datetime:
    """When everybody sees a result that an owner hears first: half an hour after the close.

    Where it was closed late, the owner has as long all the same.
    """
    return max(closed_at, now - A_MOMENT) + OWNER_FIRST_FOR
