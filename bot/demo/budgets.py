"""The sample's money: a funded year, a shift that moved silently, one approved and one open."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.workflows.budgets import considering, funding, shifting
from bot.workflows.keeping import Act
from models.audit import audit
from models.audit.trail import acting
from models.budgets.forms import FundingForm, ShiftForm
from models.budgets.period import fiscal_year
from models.calendar import WorkCalendar
from models.portfolio.portfolio import Portfolio

FUNDED = {"Onboarding": 160_000_000, "Payments": 240_000_000, "Platform": 90_000_000}
"""In cents."""

SILENT = ("cleo", "Onboarding", "Payments", 1_800_000, "Two interviewers for the checkout study")
DONE = ("eli", "Payments", "Platform", 6_000_000, "The log's storage doubles with the new checkout")
OPEN = (
    "eli",
    "Onboarding",
    "Platform",
    8_000_000,
    "A second test environment; three epics wait for the first one",
)
"""Who asks, from where, to where, how much and why."""

Told = tuple[str, str, str, int, str]


def keep_budgets(
    session: Session,
    portfolio: Portfolio,
    people: Mapping[str, str],
    channel_id: str,
    now: datetime,
) -> None:
    """Write it as it came, in the working days before `now` and in the year of now."""
    portfolio.channel_id = portfolio.channel_id or channel_id
    session.flush()
    at = _days_before(portfolio, now, 12)
    for name, minor in FUNDED.items():
        reason = f"Budget {at.year}, decided by the board"
        form = FundingForm(
            value_stream_id=_stream(portfolio, name), amount_minor=minor, reason=reason
        )
        with acting(session, audit.Act(people["dana"], "/budget fund", at)):
            act = Act(session, portfolio.workspace_id, people["dana"], at)
            funding.fund(act, portfolio.id, form)
    _ask(session, portfolio, people, SILENT, _days_before(portfolio, now, 8))
    done_at = _days_before(portfolio, now, 6)
    done = _ask(session, portfolio, people, DONE, done_at)
    for hours, name in ((2, "ben"), (5, "dana")):
        at = min(done_at + timedelta(hours=hours), now)
        with acting(session, audit.Act(people[name], "button approve_shift", at)):
            shifting.approve(Act(session, portfolio.workspace_id, people[name], at), done)
    _ask(session, portfolio, people, OPEN, _days_before(portfolio, now, 1))


def _ask(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], told: Told, at: datetime
) -> int:
    who, source, to, minor, reason = told
    form = ShiftForm(
        from_stream_id=_stream(portfolio, source),
        to_stream_id=_stream(portfolio, to),
        amount_minor=minor,
        reason=reason,
    )
    with acting(session, audit.Act(people[who], "form ask_shift", at)):
        act = Act(session, portfolio.workspace_id, people[who], at)
        seen = considering.consider(act, portfolio, form).mark
        return shifting.ask(act, portfolio.id, form, seen).id


def _days_before(portfolio: Portfolio, now: datetime, days: int) -> datetime:
    """Ten o'clock so many working days before, in the fiscal year of now."""
    zone, calendar = ZoneInfo(portfolio.time_zone), WorkCalendar()
    today = now.astimezone(zone).date()
    day = today
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_worked(day)
    day = max(day, _began_on(portfolio, today))
    return min(datetime(day.year, day.month, day.day, 10, tzinfo=zone), now)


def _began_on(portfolio: Portfolio, today: date) -> date:
    return fiscal_year(today, portfolio.fiscal_year_starts_in).starts_on


def _stream(portfolio: Portfolio, name: str) -> int:
    return next(stream.id for stream in portfolio.value_streams if stream.name == name)
