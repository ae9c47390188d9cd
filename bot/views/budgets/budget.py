"""What the value streams have: allocated, spent, committed, set aside and available."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, divider, section, select
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import (
    AskShift,
    BudgetHistory,
    BudgetShown,
    CommitCapacity,
    FundStream,
    GiveForecast,
    RollForward,
    ShiftShown,
)
from bot.views.epics.buttons import open_button
from bot.workflows.budgets.budgets import BudgetPage
from bot.workflows.budgets.commitments.listing import CommittedPage
from bot.workflows.budgets.surveying import StreamBudget
from models.budgets.rules import largest_free
from models.budgets.shift import Shift
from models.budgets.spend import Actual
from models.epics.epic import Epic
from models.money import format_amount
from models.portfolio.portfolio import Portfolio

MOST_OPTIONS = 100
"""So many Slack takes in a menu."""


def budget(found: BudgetPage, page: BudgetShown, portfolios: Sequence[Portfolio]) -> Shown:
    """A page of the streams, with what can be done, and the requests that wait."""
    money = partial(format_amount, currency=found.portfolio.currency)
    here = page.but(portfolio=found.portfolio.id, number=found.number)
    blocks: list[Block] = [section(words("budgets/budget", "lead", page=found, money=money))]
    if buttons := _buttons(found, page, portfolios):
        blocks.append(actions("budget", buttons))
    for shift in found.open_shifts:
        facts = {"shift": shift, "zone": found.portfolio.time_zone, "money": money}
        review = ShiftShown(shift=shift.id).button("Review the shift")
        blocks.append(section(words("budgets/budget", "open_shift", **facts), review))
    if not found.is_empty:
        blocks.append(divider())
        for each in found.streams:
            facts = {"each": each, "balance": each.balance, "page": found, "money": money}
            facts |= {
                "zone": found.portfolio.time_zone,
                "free": largest_free(each.position, found.rules),
            }
            line = words("budgets/budget", "stream_line", **facts)
            blocks.append(section(line, _committed_button(found, each)))
    total = f"{found.total} value streams"
    if found.committed is not None and not found.is_empty:
        blocks += _committed(found.committed, money)
        total = f"{found.committed.total:,} epics"
    return Shown("Budget", blocks, here, found.pages, total)


def _committed_button(found: BudgetPage, line: StreamBudget) -> Element | None:
    """Leads to what a stream's money is committed to, from the list of all."""
    if found.committed is not None or not line.balance.committed or found.period is None:
        return None
    period = found.period.id if found.is_over else None
    to = BudgetShown(portfolio=found.portfolio.id, period=period, stream=line.stream.id)
    return to.button("Committed to …", aloud=f"What {line.stream.name} is committed to")


def _committed(found: CommittedPage, money: Callable[[int], str]) -> list[Block]:
    """What the money of the one stream is committed to: its epics, and its capacity."""
    blocks: list[Block] = [divider(), section(words("budgets/budget", "committed", found=found))]
    for line in found.epics:
        said = words("budgets/budget", "committed_epic", line=line, money=money)
        blocks.append(section(said, open_button(line.epic)))
    if said := words("budgets/budget", "committed_besides", found=found, money=money):
        blocks.append(section(said))
    return blocks


def _buttons(
    found: BudgetPage, page: BudgetShown, portfolios: Sequence[Portfolio]
) -> list[Element]:
    buttons: list[Element] = []
    if len(portfolios) > 1:
        options = [BudgetShown(portfolio=each.id).option(each.name) for each in portfolios]
        chosen = BudgetShown(portfolio=found.portfolio.id).option(found.portfolio.name)
        buttons.append(select("portfolio", "Portfolio", options, chosen))
    if len(found.periods) > 1 and found.period is not None:
        years = [page.but(period=each.id, number=1).option(each.name) for each in found.periods]
        chosen = page.but(period=found.period.id, number=1).option(found.period.name)
        buttons.append(select("period", "Fiscal year", years[:MOST_OPTIONS], chosen))
    if found.stream is not None:
        buttons.append(page.but(stream=None, number=1).button("All value streams"))
    if found.is_over:
        return buttons
    if found.may_ask and not found.is_empty:
        buttons.append(AskShift(portfolio=found.portfolio.id).button("Shift money"))
    if found.may_fund:
        fund = FundStream(portfolio=found.portfolio.id)
        buttons.append(fund.button("Fund a stream", primary=found.is_empty))
    if found.may_roll:
        buttons.append(RollForward(portfolio=found.portfolio.id).button("Roll forward"))
    if found.may_commit and not found.is_empty:
        buttons.append(CommitCapacity(portfolio=found.portfolio.id).button("Commit capacity"))
    if found.may_forecast and not found.is_empty:
        buttons.append(GiveForecast(portfolio=found.portfolio.id).button("Give a forecast"))
    if not found.is_empty:
        of = found.stream.id if found.stream is not None else None
        buttons.append(BudgetHistory(portfolio=found.portfolio.id, of_stream=of).button("History"))
    return buttons


def funding_lead(portfolio: Portfolio, year: str) -> str:
    return words("budgets/budget", "funding", portfolio=portfolio, year=year)


def capacity_lead(portfolio: Portfolio, months: Sequence[date]) -> str:
    return words("budgets/budget", "capacity", portfolio=portfolio, months=months)


def covered(epic: Epic) -> Answer:
    return Answer([section(words("budgets/budget", "covered", epic=epic), open_button(epic))])


def undo_lead(shift: Shift, at: datetime) -> str:
    money = partial(format_amount, currency=shift.portfolio.currency)
    soon = shift.is_undone_soon(at)
    return words("budgets/budget", "undoing", shift=shift, money=money, is_soon=soon)


def spend_lead(epic: Epic) -> str:
    return words("budgets/budget", "spending", epic=epic, portfolio=epic.portfolio)


def close_lead(portfolio: Portfolio) -> str:
    return words("budgets/budget", "closing", portfolio=portfolio)


def booked(actual: Actual, session: Session) -> Answer:
    """What was booked, and into which month where its own was closed."""
    portfolio = session.get_one(Portfolio, actual.portfolio_id)
    epic = session.get_one(Epic, actual.epic_id)
    money = partial(format_amount, currency=portfolio.currency)
    said = words(
        "budgets/budget", "booked", actual=actual, epic=epic, portfolio=portfolio, money=money
    )
    return Answer([section(said)])


def forecast_lead(portfolio: Portfolio, year: str) -> str:
    return words("budgets/budget", "forecasting", portfolio=portfolio, year=year)


def decline_lead(shift: Shift) -> str:
    money = partial(format_amount, currency=shift.portfolio.currency)
    return words("budgets/budget", "declining", shift=shift, money=money)
