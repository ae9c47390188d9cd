"""`/flow metrics`, `forecast`, `aging` and `explain`: figures that someone looks at alone."""

import json
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from bot.commands.readiness import check_is_set_up
from bot.commands.routes import routes, show
from bot.slack.actions import Shown, Window
from bot.slack.hearing import Call
from bot.views.flow.actions import (
    ExplainDigest,
    ExplainFlow,
    FlowAging,
    FlowForecast,
    FlowMetrics,
    FlowPage,
)
from bot.views.flow.explained import explained
from bot.views.flow.picture import sketch
from bot.views.flow.summary import aging_page, forecast_page, metrics_page
from bot.workflows import seeing
from bot.workflows.flow import summary
from bot.workflows.flow.explaining.explained import (
    explain_chosen,
    explain_digest,
    place_of_channel,
)
from bot.workflows.flow.picturing import await_picture
from bot.workflows.flow.scope import check_seen, scope_of
from models.flow.choice import read_choice
from models.flow.picture import Sketch

PAGES: dict[str, type[FlowPage]] = {
    "metrics": FlowMetrics,
    "forecast": FlowForecast,
    "aging": FlowAging,
    "ageing": FlowAging,
    "explain": ExplainFlow,
}
"""What each word after `/flow` shows."""


def hear(call: Call, word: str, rest: str) -> None:
    """Show it of what the words name, else of what the channel is told of."""
    check_is_set_up(call)
    portfolio_id = stream_id = None
    with call.database.read() as session:
        if call.channel_id is not None:
            place = place_of_channel(session, call.workspace_id, call.channel_id)
            portfolio_id, stream_id = place
        portfolio_id = check_seen(session, *call.who, portfolio_id)
        choice = read_choice(rest, scope_of(session, portfolio_id, None).portfolio)
    page = PAGES[word](
        portfolio=portfolio_id,
        stream=choice.stream_id or stream_id,
        type=choice.type.value if choice.type else None,
        on=choice.on,
    )
    show(call, page, f"/flow {word}")


@routes.page
def draw_digest(call: Call, session: Session, page: ExplainDigest) -> Shown:
    """The figures of a digest."""
    with call.database.in_turn():
        found = explain_digest(session, *call.who, page.digest, page.number)
    return explained(found, page)


@routes.page
def draw_explained(call: Call, session: Session, page: ExplainFlow) -> Shown:
    with call.database.in_turn():
        found = explain_chosen(call.act(session), page.portfolio, page.choice, page.number)
    return explained(found, page)


@routes.page
def draw_metrics(call: Call, session: Session, page: FlowMetrics) -> Shown:
    with call.database.in_turn():
        found = summary.summary(call.act(session), page.portfolio, page.choice, page.number)
    return metrics_page(found, page, seeing.portfolios(session, *call.who))


@routes.page
def draw_forecast(call: Call, session: Session, page: FlowForecast) -> Shown:
    with call.database.in_turn():
        found = summary.forecast(call.act(session), page.portfolio, page.choice)
    return forecast_page(found, page, seeing.portfolios(session, *call.who))


@routes.page
def draw_aging(call: Call, session: Session, page: FlowAging) -> Shown:
    """The list; on its first page the picture follows, when all is acked."""
    with call.database.in_turn():
        found = summary.aging(call.act(session), page.portfolio, page.choice, page.number)
    shown = aging_page(found, page, seeing.portfolios(session, *call.who))
    drawn = sketch(found) if found.number == 1 else None
    return replace(shown, follow=partial(_have_drawn, call, drawn)) if drawn else shown


def _have_drawn(call: Call, drawn: Sketch, window: Window) -> None:
    with call.write(again=True) as session:
        shown = window.id, window.hash, json.dumps(window.view)
        await_picture(session, call.workspace_id, drawn, shown, call.at)
