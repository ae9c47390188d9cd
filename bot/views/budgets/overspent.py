"""Telling who answers for a stream that it was overspent."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import BudgetShown
from bot.views.notices import notice
from bot.workflows.budgets import ledger
from models.budgets.period import FundingPeriod
from models.budgets.spend import Actual
from models.message import MessageKind
from models.money import format_amount
from models.portfolio.portfolio import Portfolio, ValueStream


@notice(MessageKind.OVERSPENT, Actual)
def overspent(session: Session, actual: Actual, now: datetime) -> Answer:
    """What took it there, and how it stands now."""
    portfolio = session.get_one(Portfolio, actual.portfolio_id)
    period = session.get_one(FundingPeriod, actual.period_id)
    stream = session.get_one(ValueStream, actual.value_stream_id)
    left = ledger.books_of(session, portfolio, period, now).balance(stream.id).available
    said = words(
        "budgets/budget",
        "overspent",
        actual=actual,
        stream=stream,
        period=period,
        left=left,
        money=partial(format_amount, currency=portfolio.currency),
    )
    page = BudgetShown(portfolio=portfolio.id, period=period.id, stream=stream.id)
    return Answer([section(said, page.button("Open its budget"))])
