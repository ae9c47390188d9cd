"""The sample's money: a funded year, three shifts, and what some of its epics spent."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import booking, considering, expecting, funding, shifting
from bot.workflows.keeping import Act
from models.audit import audit
from models.audit.trail import acting
from models.budgets.forms import ForecastForm, FundingForm, ShiftForm
from models.budgets.period import fiscal_year
from models.budgets.shift import Shift
from models.budgets.spend import Fact
from models.calendar import WorkCalendar
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio

FUNDED = {
    "Onboarding": (160_000_000, "4310"),
    "Payments": (240_000_000, "4300"),
    "Platform": (90_000_000, "4380"),
}
"""In cents, and on which cost centre."""

EXPECTED = {"Onboarding": ("cleo", 146_000_000), "Payments": ("ben", 236_000_000)}
"""What will have been spent by the end of the year, and who says so."""

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

SPENT = {
    "One-click checkout": ((2, 4_600_000), (1, 5_200_000)),
    "Pay by bank transfer at checkout": ((2, 1_740_000), (1, 2_360_000)),
    "Show fees before paying": ((1, 730_000), (0, 460_000)),
    "Invoices straight into the ledger": ((2, 800_000), (1, 950_000), (0, 570_000)),
}
"""So many months ago how much, in cents: one MVP is near to what it was to cost, one past it."""

Request = tuple[str, str, str, int, str]


def deeds(
    session: Session,
    portfolio: Portfolio,
    people: Mapping[str, str],
    began: datetime,
    now: datetime,
) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """What is done with its money, and when: each year is funded, and in the working days before
    `now` and in the year of now money is moved and spent.
    """
    here, before = (session, portfolio, people), partial(_days_before, portfolio, now)
    for at in _years_begin(portfolio, began, now):
        yield at, partial(_fund_year, *here, at)
    yield before(10), partial(_expect, *here, before(10))
    yield before(6), partial(_ask, *here, before(6), DONE)
    for hours, name in ((2, "ben"), (5, "dana")):
        at = min(before(6) + timedelta(hours=hours), now)
        yield at, partial(_approve, *here, at, DONE, name)
    yield before(4), partial(_ask, *here, before(4), SILENT)
    yield before(2), partial(_spend, *here, before(2))
    yield before(1), partial(_ask, *here, before(1), OPEN)


def _years_begin(portfolio: Portfolio, began: datetime, now: datetime) -> list[datetime]:
    """When each year from then to now is funded: at once, and where a later one begins."""
    zone = ZoneInfo(portfolio.time_zone)
    on = _began_on(portfolio, now.astimezone(zone).date())
    at = datetime(on.year, on.month, on.day, 10, tzinfo=zone)
    return [began, min(at, now)] if began < at else [began]


def _fund_year(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime
) -> None:
    """Give each stream its money for the year of the moment."""
    dana = people["dana"]
    for name, (minor, cost_centre) in FUNDED.items():
        form = FundingForm(
            value_stream_id=_stream(portfolio, name),
            amount_minor=minor,
            reason=f"Budget {at.year}, decided by the board",
            cost_centre=cost_centre,
        )
        with acting(session, audit.Act(dana, "/budget fund", at)):
            funding.fund(Act(session, portfolio.workspace_id, dana, at), portfolio.id, form)


def _expect(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime
) -> None:
    for name, (who, minor) in EXPECTED.items():
        form = ForecastForm(value_stream_id=_stream(portfolio, name), amount_minor=minor)
        with acting(session, audit.Act(people[who], "/budget forecast", at)):
            act = Act(session, portfolio.workspace_id, people[who], at)
            expecting.expect(act, portfolio.id, form)


def _spend(session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime) -> None:
    """Book it month by month, in the year of now."""
    rows = select(Epic).where(Epic.portfolio_id == portfolio.id, Epic.title.in_(SPENT))
    facts = [
        Fact(_month(portfolio, at, ago), minor, epic.value_stream_id, epic.id)
        for epic in session.scalars(rows.order_by(Epic.id))
        for ago, minor in SPENT[epic.title]
    ]
    dana = people["dana"]
    with acting(session, audit.Act(dana, "/budget spend", at)):
        booking.book(session, portfolio, facts, dana, at)


def _month(portfolio: Portfolio, at: datetime, ago: int) -> date:
    """The first day of the month so many months before, or of the first one of the year."""
    day = portfolio.day_of(at).replace(day=1)
    for _ in range(ago):
        day = (day - timedelta(days=1)).replace(day=1)
    return max(day, _began_on(portfolio, portfolio.day_of(at)))


def _ask(
    session: Session,
    portfolio: Portfolio,
    people: Mapping[str, str],
    at: datetime,
    request: Request,
) -> None:
    who, source, to, minor, reason = request
    form = ShiftForm(
        from_stream_id=_stream(portfolio, source),
        to_stream_id=_stream(portfolio, to),
        amount_minor=minor,
        reason=reason,
    )
    with acting(session, audit.Act(people[who], "form ask_shift", at)):
        act = Act(session, portfolio.workspace_id, people[who], at)
        seen = considering.consider(act, portfolio, form).mark
        shifting.ask(act, portfolio.id, form, seen)


def _approve(
    session: Session,
    portfolio: Portfolio,
    people: Mapping[str, str],
    at: datetime,
    request: Request,
    name: str,
) -> None:
    reason = request[-1]
    asked = select(Shift.id).where(Shift.portfolio_id == portfolio.id, Shift.reason == reason)
    with acting(session, audit.Act(people[name], "button approve_shift", at)):
        act = Act(session, portfolio.workspace_id, people[name], at)
        shifting.approve(act, session.scalars(asked).one())


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
