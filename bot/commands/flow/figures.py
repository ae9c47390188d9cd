"""`/flow metrics`, `forecast`, `aging` and `explain`: figures that someone looks at alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.commands import windows
from bot.commands.readiness import check_is_set_up
from bot.commands.routes import routes, show
from bot.slack.actions import Shown, Window, read_memory
from bot.slack.hearing import Call
from bot.views.flow.actions import (
    Counted,
    ExplainDigest,
    ExplainFlow,
    FlowAging,
    FlowForecast,
    FlowMetrics,
    FlowPage,
)
from bot.views.flow.explained import explained
from bot.views.flow.picture import sketch
from bot.views.flow.summary import aging_page, announced, forecast_page, metrics_page
from bot.workflows import seeing
from bot.workflows.flow import summary
from bot.workflows.flow.explaining.explained import (
    explain_chosen,
    explain_digest,
    place_of_channel,
    portfolio_of_digest,
)
from bot.workflows.flow.picturing import await_picture
from bot.workflows.flow.scope import check_seen, has_many, scope_of
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


P = TypeVar("P", bound=Counted)
Draw = Callable[[Call, Session, P], Shown]


def counted(title: str) -> Callable[[Draw[P]], Draw[P]]:
    """Draw the page one after the other; of many epics once it is open and acked."""

    def of(draw: Draw[P]) -> Draw[P]:
        @wraps(draw)
        def drawn(call: Call, session: Session, page: P) -> Shown:
            if not page.is_announced and _is_large(session, page):
                return replace(announced(title, page), follow=partial(_draw_now, call, page))
            with call.database.in_turn():
                return draw(call, session, page.but(is_announced=False))

        return drawn

    return of


def _is_large(session: Session, page: Counted) -> bool:
    if isinstance(page, ExplainDigest):
        portfolio_id = portfolio_of_digest(session, page.digest)
    else:
        portfolio_id = page.portfolio if isinstance(page, FlowPage) else None
    return portfolio_id is not None and has_many(session, portfolio_id)


def _draw_now(call: Call, page: Counted, window: Window) -> None:
    memory = read_memory(window.view["private_metadata"])
    stack = (*memory.stack[:-1], str(page.but(is_announced=True)))
    windows.redraw(call, memory.model_copy(update={"stack": stack}), [window.id])


@routes.page
@counted("Explain a number")
def draw_digest(call: Call, session: Session, page: ExplainDigest) -> Shown:
    """The figures of a digest."""
    return explained(explain_digest(session, *call.who, page.digest, page.number), page)


@routes.page
@counted("Explain a number")
def draw_explained(call: Call, session: Session, page: ExplainFlow) -> Shown:
    found = explain_chosen(call.act(session), page.portfolio, page.choice, page.number)
    return explained(found, page)


@routes.page
@counted("Metrics")
def draw_metrics(call: Call, session: Session, page: FlowMetrics) -> Shown:
    found = summary.summary(call.act(session), page.portfolio, page.choice, page.number)
    return metrics_page(found, page, seeing.portfolios(session, *call.who))


@routes.page
@counted("Forecast")
def draw_forecast(call: Call, session: Session, page: FlowForecast) -> Shown:
    found = summary.forecast(call.act(session), page.portfolio, page.choice)
    return forecast_page(found, page, seeing.portfolios(session, *call.who))


@routes.page
@counted("Ageing")
def draw_aging(call: Call, session: Session, page: FlowAging) -> Shown:
    """The list; on its first page the picture follows, when all is acked."""
    found = summary.aging(call.act(session), page.portfolio, page.choice, page.number)
    shown = aging_page(found, page, seeing.portfolios(session, *call.who))
    drawn = sketch(found) if found.number == 1 else None
    return replace(shown, follow=partial(_have_drawn, call, drawn)) if drawn else shown


def _have_drawn(call: Call, drawn: Sketch, window: Window) -> None:
    with call.write(again=True) as session:
        shown = window.id, window.hash, json.dumps(window.view)
        await_picture(session, call.workspace_id, drawn, shown, call.at)
