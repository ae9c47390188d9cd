"""What rolling a fiscal year forward would give, and what it gave."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.forms import Check
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import BudgetShown, RollForward
from bot.workflows.budgets.rolling import Rolling
from models.budgets.ledger import Entry
from models.budgets.period import FundingPeriod
from models.money import format_amount
from models.portfolio.portfolio import Portfolio

STREAMS_A_BLOCK, MOST_BLOCKS = 10, 40
"""So many to a section; of more the first are shown, and all are counted."""


def rolling_lead(portfolio: Portfolio) -> str:
    return words("budgets/rolling", "lead", portfolio=portfolio)


def rolling_look(rolling: Rolling, about: RollForward) -> Check:
    """Each stream with its sum, what lasts, and its cost centres."""
    money = partial(format_amount, currency=rolling.portfolio.currency)
    said = partial(words, "budgets/rolling", rolling=rolling, money=money)
    shown = rolling.carried[: STREAMS_A_BLOCK * MOST_BLOCKS]
    parts = [shown[n : n + STREAMS_A_BLOCK] for n in range(0, len(shown), STREAMS_A_BLOCK)]
    blocks = [section(said("what", more=len(rolling.carried) - len(shown)))]
    blocks += [section(said("streams", part=part)) for part in parts]
    if rolling.left_out:
        blocks.append(section(said("left_out")))
    seen = about.but(seen=rolling.mark)
    submit = f"Fund {money(rolling.total)}" if rolling.total else None
    return Check(seen, "Check before funding", blocks, submit, "Fund the streams")


def rolled(session: Session, portfolio_id: int, entries: Sequence[Entry]) -> Answer:
    """How many streams were funded, and for which year."""
    portfolio = session.get_one(Portfolio, portfolio_id)
    period = session.get_one(FundingPeriod, entries[0].period_id) if entries else None
    said = words("budgets/rolling", "done", count=len(entries), period=period, portfolio=portfolio)
    to = BudgetShown(portfolio=portfolio_id, period=period.id if period else None)
    return Answer([section(said, to.button("What each stream has"))])
