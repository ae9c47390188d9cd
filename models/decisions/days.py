"""The days on which what is open can close, and their hour."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from models.calendar import DAY_ENDS_AT
from models.decisions.decision import USUAL_DAYS
from models.decisions.form import MOST_DAYS
from models.portfolio.portfolio import Portfolio


def usual_close(portfolio: Portfolio, at: datetime) -> date:
    """The day a decision that is opened at the moment closes, where nobody says otherwise."""
    return portfolio.calendar.days_after(portfolio.day_of(at), USUAL_DAYS)


def usual_close_at(portfolio: Portfolio, at: datetime) -> datetime:
    """The hour of that day."""
    return end_of(usual_close(portfolio, at), portfolio)


def last_close(portfolio: Portfolio, at: datetime) -> date:
    """The last day on which a decision that is opened at the moment can close."""
    return portfolio.calendar.days_after(portfolio.day_of(at), MOST_DAYS)


def end_of(day: date, portfolio: Portfolio) -> datetime:
    """The hour of that day when what is open closes."""
    return datetime.combine(day, DAY_ENDS_AT, ZoneInfo(portfolio.time_zone)).astimezone(UTC)
