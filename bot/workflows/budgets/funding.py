"""Funding: money for a value stream in the present funding period."""

from collections.abc import Sequence

from bot.workflows.budgets import ledger
from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.permitting import Place, check, may
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.budgets.allocation import Allocation
from models.budgets.forms import FundingForm, open_stream
from models.budgets.ledger import Entry, EntryKind, funding_moves
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream


def portfolio_to_fund(act: Act, portfolio_id: int) -> Portfolio:
    """One whose streams the person may fund. Raises Gone and NotAllowed."""
    portfolio = seen_portfolio(act, portfolio_id, COMMAND)
    check(act.session, act.actor, Right.FUND, Place.of_portfolio(portfolio))
    return portfolio


def may_fund(act: Act, portfolio: Portfolio) -> bool:
    """Whether the person may give its streams money."""
    return may(act.session, act.actor, Right.FUND, Place.of_portfolio(portfolio))


def streams_to_fund(portfolio: Portfolio) -> Sequence[tuple[str, int]]:
    """Those in use, by name."""
    return [(stream.name, stream.id) for stream in portfolio.open_streams]


def fund(act: Act, portfolio_id: int, form: FundingForm) -> Entry:
    """Give a stream money for the present period. Raises Gone, NotAllowed and FieldMistakes."""
    portfolio = portfolio_to_fund(act, portfolio_id)
    hold(act.session, ValueStream, [form.value_stream_id])
    stream = open_stream(portfolio, form.value_stream_id, "value_stream_id")
    period = ledger.begin_period(act.session, portfolio, act.at)
    ledger.lock(act.session, period)
    books = ledger.books_of(act.session, portfolio, period, act.at)
    form.check_fits(stream, books.position(stream.id).funded, books.balance(stream.id).available)
    moves = funding_moves(stream.id, form.amount_minor)
    entry = ledger.append(
        act.session,
        portfolio,
        period,
        EntryKind.FUNDING,
        moves,
        act.actor,
        act.at,
        reason=form.reason,
    )
    act.session.add(
        Allocation(
            workspace_id=act.workspace_id,
            portfolio_id=portfolio.id,
            period_id=period.id,
            value_stream_id=stream.id,
            entry_id=entry.id,
            amount_minor=form.amount_minor,
            cost_centre=form.cost_centre,
            at=act.at,
        )
    )
    redraw_digests(act.session, act.workspace_id, portfolio.id, act.at)
    redraw_homes(act.session, act.workspace_id, act.at)
    return entry
