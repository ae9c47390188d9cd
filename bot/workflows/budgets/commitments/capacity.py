"""Committing a stream's capacity by the month, and releasing what is left as books close."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.funding import portfolio_to_fund
from bot.workflows.keeping import Act
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.budgets.commitments.capacity import (
    CapacityForm,
    Month,
    NoCapacity,
    capacity_moves,
    months_left,
    streams_of_capacity,
    taken_by,
)
from models.budgets.commitments.commitment import release_moves
from models.budgets.forms import open_stream
from models.budgets.ledger import AccountKind, Entry, EntryKind, Transfer, committed
from models.budgets.period import FundingPeriod, with_money
from models.errors import FieldMistakes
from models.money import format_amount
from models.portfolio.portfolio import Portfolio, ValueStream


def portfolio_to_commit_in(act: Act, portfolio_id: int) -> Portfolio:
    """One with streams whose capacity the person may commit.

    Raises Gone, NotAllowed, NoCapacity and NoMoney.
    """
    portfolio = portfolio_to_fund(act, portfolio_id)
    if not streams_of_capacity(portfolio):
        raise NoCapacity(portfolio.name)
    period_to_commit_in(act, portfolio)
    return portfolio


def period_to_commit_in(act: Act, portfolio: Portfolio) -> FundingPeriod:
    """The funding period of now. Raises NoMoney."""
    found = ledger.period_at(act.session, portfolio, act.at)
    return with_money(found, ledger.year_of(portfolio, act.at))


def commit_capacity(act: Act, portfolio_id: int, form: CapacityForm) -> None:
    """Have the figure committed for each month that is left, in place of an earlier one.

    Raises Gone, NotAllowed, NoCapacity, NoMoney and FieldMistakes.
    """
    session = act.session
    portfolio = portfolio_to_commit_in(act, portfolio_id)
    hold(session, ValueStream, [form.value_stream_id])
    stream = open_stream(portfolio, form.value_stream_id, "value_stream_id")
    if stream not in streams_of_capacity(portfolio):
        raise FieldMistakes({"value_stream_id": f"{stream.name} is not capacity-funded."})
    period = period_to_commit_in(act, portfolio)
    ledger.lock(session, period)
    months = _months(session, stream, period, months_left(portfolio.day_of(act.at), period.ends_on))
    moves = capacity_moves(stream.id, form.monthly_minor, months)
    available = ledger.books_of(session, portfolio, period, act.at).balance(stream.id).available
    if (short := taken_by(moves) - available) > 0 and taken_by(moves) > 0:
        said, has = (format_amount(each, portfolio.currency) for each in (short, available))
        lacks = f"{said} short for {len(months)} months: {stream.name} has {has} available."
        raise FieldMistakes({"monthly_minor": lacks})
    for kind, source in (
        (EntryKind.RELEASE, AccountKind.COMMITTED),
        (EntryKind.COMMIT, AccountKind.FREE),
    ):
        if part := [move for move in moves if move.source.kind == source]:
            ledger.append(session, portfolio, period, kind, part, act.actor, act.at)
    redraw_digests(session, act.workspace_id, portfolio.id, act.at)
    redraw_homes(session, act.workspace_id, act.at)


def release_closed(
    session: Session, portfolio: Portfolio, closed_to: date, by: str, at: datetime
) -> None:
    """Give back what is left of the capacity of the months whose books are closed."""
    for period in ledger.periods_of(session, portfolio):
        if period.starts_on > closed_to:
            continue
        ledger.lock(session, period)
        here = (Entry.period_id == period.id, Transfer.month <= closed_to)
        found = ledger.commitments_of(session, *here)
        moves = release_moves({(account, its): n for (_, account, its), n in found.items()})
        if moves:
            ledger.append(session, portfolio, period, EntryKind.RELEASE, moves, by, at)


def _months(
    session: Session, stream: ValueStream, period: FundingPeriod, months: Sequence[date]
) -> Sequence[Month]:
    here = committed(stream.id)
    found = ledger.commitments_of(session, Entry.period_id == period.id)
    left = {its.month: n for (_, account, its), n in found.items() if account == here}
    spent = (
        select(Transfer.month, func.sum(Transfer.amount_minor))
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(
            Entry.period_id == period.id,
            Transfer.month.is_not(None),
            Transfer.from_stream_id == stream.id,
            Transfer.to_kind == AccountKind.SPENT,
        )
        .group_by(Transfer.month)
    )
    used = Counter({month: int(minor) for month, minor in session.execute(spent)})
    return [Month(each, left.get(each, 0), used[each]) for each in months]
