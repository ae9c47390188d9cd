"""Expecting: the year-end forecast of a value stream, given by its owner or finance."""

from collections.abc import Sequence

from bot.workflows.budgets import ledger
from bot.workflows.budgets.considering import period_with_money
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.permitting import Place, check, may
from bot.workflows.pointing import hold
from models.budgets.allocation import YearEndForecast
from models.budgets.forms import ForecastForm, open_stream
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream


def streams_to_expect(act: Act, portfolio: Portfolio) -> Sequence[tuple[str, int]]:
    """The streams in use of which the person may say what they expect, by name."""
    return [
        (stream.name, stream.id)
        for stream in portfolio.open_streams
        if may(act.session, act.actor, Right.FORECAST, Place.of_stream(stream))
    ]


def portfolio_to_expect_in(act: Act, portfolio_id: int | None) -> Portfolio:
    """A portfolio with a stream of which the person may. Raises Gone, NotAllowed and NoMoney."""
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    if not streams_to_expect(act, portfolio):
        check(act.session, act.actor, Right.FORECAST, Place.of_portfolio(portfolio))
    period_with_money(act, portfolio)
    return portfolio


def expect(act: Act, portfolio_id: int, form: ForecastForm) -> YearEndForecast:
    """Keep what the stream expects, beside what it expected before.

    Raises Gone, NotAllowed, NoMoney and FieldMistakes.
    """
    portfolio = portfolio_to_expect_in(act, portfolio_id)
    hold(act.session, ValueStream, [form.value_stream_id])
    stream = open_stream(portfolio, form.value_stream_id, "value_stream_id")
    check(act.session, act.actor, Right.FORECAST, Place.of_stream(stream))
    forecast = YearEndForecast(
        workspace_id=act.workspace_id,
        portfolio_id=portfolio.id,
        period_id=period_with_money(act, portfolio).id,
        value_stream_id=stream.id,
        amount_minor=form.amount_minor,
        given_at=act.at,
        given_by=act.actor,
    )
    act.session.add(forecast)
    act.session.flush()
    return forecast
