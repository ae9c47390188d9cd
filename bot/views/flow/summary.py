"""Figures that someone looks at alone: metrics, forecast and ageing, each a page with its menus."""

from collections.abc import Sequence
from datetime import timedelta

from bot.slack.actions import Shown
from bot.slack.blocks import Block, Element, actions, divider, section
from bot.slack.choosers import narrowing, narrowing_day
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import open_button_of
from bot.views.flow.actions import (
    Counted,
    ExplainFlow,
    FlowAging,
    FlowForecast,
    FlowMetrics,
    FlowPage,
)
from bot.views.flow.figures import lines
from bot.views.flow.governing import outcomes_line
from bot.views.flow.picture import on_its_way
from bot.views.portfolio.menu import stream_label
from bot.workflows.flow.scope import Look
from bot.workflows.flow.summary import Aging, Forecast, Summary
from models.epics.epic import EpicType
from models.flow.ageing import Aged
from models.flow.line import NEEDED, Line, whole
from models.flow.percentiles import Days
from models.portfolio.portfolio import Portfolio

TEMPLATE = "flow/summary"
PERCENTS = (50, 70, 85, 95)
SURE = (50, 85, 95)
"""Of a forecast, in per cent; nothing is ever said to be surer."""
IN_WEEKS = (4, 12, 26)
TO_FINISH = (5, 10, 20)
LINES_A_SECTION = 8
VIEWS: Sequence[tuple[str, type[FlowPage]]] = (
    ("Metrics", FlowMetrics),
    ("Forecast", FlowForecast),
    ("Ageing", FlowAging),
    ("Explain", ExplainFlow),
)


def announced(title: str, page: Counted) -> Shown:
    """What is shown until the figures are there."""
    return Shown(title, [section(words(TEMPLATE, "counting"))], page)


def metrics_page(found: Summary, page: FlowMetrics, portfolios: Sequence[Portfolio]) -> Shown:
    of_stream = found.look.scope.value_stream is not None
    shown = lines(found.figures.frozen, weeks=1, of_stream=of_stream)
    said = [outcomes] if (outcomes := outcomes_line(found.outcomes)) else []
    said += [words(TEMPLATE, "in_flight", found=found), words(TEMPLATE, "net_flow", net=found.net)]
    said += [*shown, flow_time_line(found.flow_times), age_line(found.ages)]
    said.append(words(TEMPLATE, "efficiency", n=found.efficient, ratio=found.efficiency))
    blocks = [*_head(found.look, found.restricted, page, portfolios), section("\n".join(said))]
    blocks.append(section(words(TEMPLATE, "governance", of=found.governance)))
    if found.streams:
        blocks.append(divider())
    for start in range(0, len(found.streams), LINES_A_SECTION):
        some = found.streams[start : start + LINES_A_SECTION]
        blocks.append(section(words(TEMPLATE, "stream_lines", streams=some)))
    here = page.but(portfolio=found.look.scope.portfolio.id, number=found.number)
    return Shown("Metrics", blocks, here, found.pages, f"{found.total:,} value streams")


def forecast_page(found: Forecast, page: FlowForecast, portfolios: Sequence[Portfolio]) -> Shown:
    pace, zone = found.pace, found.look.scope.portfolio.time_zone
    blocks = _head(found.look, found.restricted, page, portfolios)
    if (thin := pace.too_thin) is not None:
        blocks.append(section(words(TEMPLATE, "no_forecast", thin=thin)))
    else:
        counts = [(weeks, [(pace.at_least(weeks, p), p) for p in SURE]) for weeks in IN_WEEKS]
        spans = [(items, [(pace.weeks_for(items, p), p) for p in SURE]) for items in TO_FINISH]
        facts = {"moment": found.look.moment, "week": timedelta(weeks=1), "zone": zone}
        blocks += [
            section(words(TEMPLATE, "how_many", counts=counts)),
            section(words(TEMPLATE, "when", spans=spans, **facts)),
            section(words(TEMPLATE, "sample", pace=pace)),
        ]
    here = page.but(portfolio=found.look.scope.portfolio.id)
    return Shown("Forecast", blocks, here)


def aging_page(found: Aging, page: FlowAging, portfolios: Sequence[Portfolio]) -> Shown:
    blocks = _head(found.look, found.restricted, page, portfolios)
    line = found.line if isinstance(found.line, Line) else None
    blocks.append(section(words(TEMPLATE, "aging_lead", found=found, line=line)))
    if found.oldest and found.number == 1:
        blocks.append(on_its_way())
    for epic in found.epics:
        said = words(TEMPLATE, "aged_line", epic=epic)
        blocks.append(section(said, open_button_of(epic.id, epic.key, "Open")))
    here = page.but(portfolio=found.look.scope.portfolio.id, number=found.number)
    return Shown("Ageing", blocks, here, found.pages, f"{found.total:,} epics in flight")


def _head(
    look: Look, restricted: int, page: FlowPage, portfolios: Sequence[Portfolio]
) -> list[Block]:
    here = page.but(portfolio=look.scope.portfolio.id)
    others = [(text, view) for text, view in VIEWS if not isinstance(page, view)]
    return [
        section(words(TEMPLATE, "lead", look=look, restricted=restricted)),
        actions("narrow", _menus(look, here, portfolios)),
        actions("views", [view.of(here).button(text) for text, view in others]),
        divider(),
    ]


def _menus(look: Look, page: FlowPage, portfolios: Sequence[Portfolio]) -> list[Element]:
    streams = [(stream_label(each), each.id) for each in look.scope.portfolio.value_streams]
    types = [(each.value.capitalize(), each.value) for each in EpicType]
    menus = [
        narrowing("stream", "Value stream", [("Every value stream", None), *streams], page.stream),
        narrowing("type", "Type", [("Business and enabler", None), *types], page.type),
        narrowing_day("on", "As of a day", page.on),
    ]
    if len(portfolios) > 1:
        several = [(each.name, each.id) for each in portfolios]
        menus.append(narrowing("portfolio", "Portfolio", several, page.portfolio))
    return menus


def flow_time_line(days: Days) -> str:
    """In how many whole days each share finished, or that too few did."""
    enough = len(days) >= NEEDED
    within = {percent: whole(days, percent) for percent in PERCENTS} if enough else {}
    return words(TEMPLATE, "flow_times", days=days, within=within, needed=NEEDED)


def age_line(ages: Aged) -> str:
    """On which day half of what is in flight is, and the oldest."""
    return words(TEMPLATE, "aged", ages=ages)
