"""Settling what holds in a portfolio: its basics, and how long decisions took before."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.keeping import Act, Kept
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_homes
from bot.workflows.seeing import everybodys_sight_changed
from models.calendar import MONTH_NAMES, WEEKDAYS, spell_day
from models.errors import FieldMistakes
from models.fields import folded
from models.money import format_amount
from models.people.role import Right
from models.portfolio.forms import BaselineForm
from models.portfolio.portfolio import Portfolio, check_unchanged, of_workspace
from models.portfolio.setup import LOCALES, Basics, Change

PORTFOLIOS = Kept(
    Portfolio,
    Right.SET_UP,
    "/portfolio settings",
    called=lambda portfolio: portfolio.name,
    portfolio_id=lambda session, portfolio: portfolio.id,
)


def portfolio_of(session: Session, workspace_id: int, portfolio_id: int) -> Portfolio:
    """The portfolio, as long as it is there. Raises UnknownPortfolio."""
    return of_workspace(session.get(Portfolio, portfolio_id), workspace_id)


def lock_portfolio(session: Session, workspace_id: int, portfolio_id: int) -> Portfolio:
    """The portfolio, which nobody else changes meanwhile. Raises UnknownPortfolio."""
    found = session.get(Portfolio, portfolio_id, with_for_update=True, populate_existing=True)
    return of_workspace(found, workspace_id)


def portfolio_to_change(
    session: Session, workspace_id: int, actor: str, portfolio_id: int, version: int
) -> Portfolio:
    """The portfolio, locked, for a change of what a form showed at that version.

    Its version is the next one then. Raises UnknownPortfolio, NotAllowed and ChangedSince.
    """
    portfolio = lock_portfolio(session, workspace_id, portfolio_id)
    check(session, actor, Right.SET_UP, Place.of_portfolio(portfolio))
    check_unchanged(portfolio, version)
    portfolio.version += 1
    return portfolio


def change_basics(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    basics: Basics,
    at: datetime,
) -> Sequence[Change]:
    """Have them hold in the portfolio; what is another now.

    Raises UnknownPortfolio, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    basics = basics.checked()
    others = select(Portfolio.name).where(
        Portfolio.workspace_id == workspace_id, Portfolio.id != portfolio.id
    )
    if folded(basics.name) in {folded(name) for name in session.scalars(others)}:
        raise FieldMistakes({"name": f"Another portfolio is called {basics.name}."})
    before = basics_of(portfolio)
    portfolio.name, portfolio.currency = basics.name, basics.currency
    portfolio.locale, portfolio.time_zone = basics.locale, basics.time_zone
    portfolio.fiscal_year_starts_in = basics.fiscal_year_starts_in
    portfolio.working_days = basics.working_days
    portfolio.holidays = [day.isoformat() for day in basics.holidays]
    portfolio.channel_id, portfolio.open_to_all = basics.channel_id, basics.open_to_all
    redraw_homes(session, workspace_id, at)
    if before.open_to_all != basics.open_to_all:
        everybodys_sight_changed(session, portfolio, at)
    return changes(before, basics)


def change_baseline(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    form: BaselineForm,
    at: datetime,
) -> Sequence[Change]:
    """Note how many working days a steering decision took before Tack, and the line set by hand.

    Raises UnknownPortfolio, NotAllowed and ChangedSince.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    before = (portfolio.decision_days_before, portfolio.line_days)
    portfolio.decision_days_before, portfolio.line_days = after = (
        form.decision_days_before,
        form.line_days,
    )
    session.flush()
    labels = ("A steering decision takes", "85 of 100 epics finish within")
    units = ("working day", "day")
    return [
        Change(label, spell_days(was, unit), spell_days(is_, unit))
        for label, unit, was, is_ in zip(labels, units, before, after, strict=True)
        if was != is_
    ]


def change_line(act: Act, portfolio_id: int, version: int, line: int) -> Sequence[Change]:
    """Have the council decide from that full cost on, in minor units.

    Raises UnknownPortfolio, NotAllowed and ChangedSince.
    """
    portfolio = portfolio_to_change(act.session, act.workspace_id, act.actor, portfolio_id, version)
    before, portfolio.council_line_minor = portfolio.council_line, line
    act.session.flush()
    if before == line:
        return []
    was, is_ = (format_amount(each, portfolio.currency) for each in (before, line))
    return [Change("The council decides from", was, is_)]


def basics_of(portfolio: Portfolio) -> Basics:
    """What holds in the portfolio now."""
    return Basics(
        name=portfolio.name,
        currency=portfolio.currency,
        time_zone=portfolio.time_zone,
        locale=portfolio.locale,
        fiscal_year_starts_in=portfolio.fiscal_year_starts_in,
        working_days=portfolio.working_days,
        holidays=tuple(date.fromisoformat(day) for day in portfolio.holidays),
        channel_id=portfolio.channel_id,
        open_to_all=portfolio.open_to_all,
    )


def changes(before: Basics, after: Basics) -> Sequence[Change]:
    """What is another in the second of two, in words."""
    pairs = zip(_labelled(before), _labelled(after), strict=True)
    return [Change(what, was, is_) for (what, was), (_, is_) in pairs if was != is_]


def _labelled(basics: Basics) -> Sequence[tuple[str, str | None]]:
    days = [name for name, worked in zip(WEEKDAYS, basics.working_days, strict=True) if int(worked)]
    return [
        ("Name", basics.name),
        ("Currency", basics.currency),
        ("Numbers are written as in", LOCALES.get(basics.locale, basics.locale)),
        ("Time zone", basics.time_zone),
        ("The fiscal year begins in", MONTH_NAMES[basics.fiscal_year_starts_in - 1]),
        ("Working days", ", ".join(days)),
        ("Holidays", ", ".join(spell_day(day) for day in basics.holidays) or None),
        ("Channel", basics.channel_id),
        ("Seen by", "everyone" if basics.open_to_all else "people with a role in it"),
    ]


def spell_days(days: int | None, unit: str = "working day") -> str | None:
    """ "1 working day", "31 working days"."""
    return None if days is None else f"{days:,} {unit}{'' if days == 1 else 's'}"
