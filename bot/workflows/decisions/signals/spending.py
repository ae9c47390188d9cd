"""As much spent as the MVP was to cost."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.decisions.signals.asking import ask, settle, to_ask
from bot.workflows.keeping import LOCK
from models.budgets.period import FundingPeriod
from models.budgets.spend import Actual
from models.decisions.signal import Signal, SignalCheck, used_up
from models.epics.epic import Epic
from models.money import format_amount
from models.portfolio.portfolio import Phase, Portfolio

SPENT = (
    select(func.sum(Actual.amount_minor))
    .where(Actual.epic_id == Epic.id)
    .correlate(Epic)
    .scalar_subquery()
)
"""What was booked for an epic in all."""


def ask_about_spend(
    session: Session, portfolio: Portfolio, at: datetime, booked: Collection[int] | None = None
) -> None:
    """Ask the owners of epics that have spent what their MVP was to cost, once for each cost.

    Of all epics of the portfolio, or those with the ids for which something was booked now: what
    a credit note took back is asked about no longer. Who books has locked the ledger.
    """
    if portfolio.is_silent(at):
        return
    if booked is None:
        years = select(FundingPeriod.id).where(FundingPeriod.portfolio_id == portfolio.id)
        session.execute(years.order_by(FundingPeriod.starts_on).with_for_update(**LOCK)).all()
    rows = to_ask(portfolio, Signal.SPEND, at, SPENT).where(
        Epic.phase == Phase.TESTING, Epic.mvp_cost_minor > 0, Epic.mvp_cost_minor <= SPENT
    )
    if booked is not None:
        rows = rows.where(Epic.id.in_(booked))
        _settle(session, booked, at)
    for epic, spent in session.execute(rows).all():
        if (found := used_up(epic, int(spent))) is not None:
            ask(session, epic, found, at)


def _settle(session: Session, booked: Collection[int], at: datetime) -> None:
    waits = (
        select(Epic, SPENT)
        .join(SignalCheck, SignalCheck.epic_id == Epic.id)
        .where(
            Epic.id.in_(booked),
            SignalCheck.signal == Signal.SPEND,
            SignalCheck.answered_at.is_(None),
            Epic.mvp_cost_minor > SPENT,
        )
    )
    for epic, spent in session.execute(waits).all():
        amount = format_amount(int(spent), epic.portfolio.currency, short=True)
        settle(session, epic, Signal.SPEND, f"with a credit note, {amount} has been spent", at)
