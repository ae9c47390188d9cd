"""What the figures of flow are drawn from, as a page: rule, scope, window, and items."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.slack.actions import Page, Shown
from bot.slack.blocks import Block, Element, actions, context, divider, section
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import BudgetShown, ShiftShown
from bot.views.decisions.actions import DecisionShown
from bot.views.epics.buttons import open_button_of
from bot.views.flow.figures import by_stream, lines, week_by_week
from bot.views.flow.governing import decisions_line, money_line, outcomes_line, projects_line
from bot.views.flow.summary import age_line, flow_time_line
from bot.views.projects.actions import ProjectShown
from bot.workflows.flow.explaining.behind import Figure, Item, Opens
from bot.workflows.flow.explaining.explained import Explained, Part
from models.board.governance import Governance
from models.flow.finishing import QUARTER_WEEKS
from models.flow.frozen import FrozenDecisions, FrozenMoney
from models.flow.line import NEEDED, Line
from models.money import format_amount

TITLES = {
    Figure.IN_FLIGHT: "In flight",
    Figure.FINISHED: "Finished",
    Figure.TIME: "Time to finish",
    Figure.AGEING: "Ageing",
    Figure.NET_FLOW: "Net flow",
    Figure.FLOW_TIME: "Flow time",
    Figure.EFFICIENCY: "Flow efficiency",
    Figure.OUTCOMES: "Outcomes",
    Figure.DECISIONS: "Decisions",
    Figure.MONEY: "Money",
    Figure.PROJECTS: "Projects",
}


def explained(found: Explained, page: Page) -> Shown:
    """Each figure as it was shown, its rule, and the epics behind it as history has them now."""
    here = page.but(number=found.number)
    blocks: list[Block] = [section(words("flow/explained", "lead", found=found, **_where(found)))]
    if elsewhere := _elsewhere(found, here):
        blocks.append(actions("figures", elsewhere))
    said = _said(found)
    for part in found.parts:
        blocks += [divider(), *_part(found, part, said)]
    return Shown("Explain a number", blocks, here, found.pages, f"{found.total:,} lines")


def _where(found: Explained) -> Mapping[str, object]:
    scope = found.scope
    return {
        "portfolio": scope.portfolio,
        "stream": scope.value_stream,
        "zone": scope.portfolio.time_zone,
    }


def _elsewhere(found: Explained, page: Page) -> list[Element]:
    """Leads to the figures that begin on another page."""
    return [
        {
            **page.but(number=number).button(f"{TITLES[figure]}, page {number:,}"),
            "action_id": f"{page.kind}_{figure}",
        }
        for figure, number in found.begins_on.items()
        if number != found.number
    ]


def _decided(counts: FrozenDecisions | Governance) -> str:
    if isinstance(counts, FrozenDecisions):
        return decisions_line(counts)
    return words("flow/summary", "decisions", of=counts)


def _moved(counts: FrozenMoney | Governance) -> str:
    if isinstance(counts, FrozenMoney):
        return money_line(counts)
    return words("flow/summary", "shifts", of=counts)


SAID: Mapping[Figure, Callable[[Any], str]] = {
    Figure.NET_FLOW: lambda net: words("flow/summary", "net_flow", net=net),
    Figure.FLOW_TIME: flow_time_line,
    Figure.EFFICIENCY: lambda of: words("flow/summary", "efficiency", n=of.n, ratio=of.ratio),
    Figure.OUTCOMES: outcomes_line,
    Figure.DECISIONS: _decided,
    Figure.MONEY: _moved,
    Figure.PROJECTS: projects_line,
}
"""Each as the digest, or the page of figures, says it; nothing where there is nothing to say."""


def _opens(found: Explained, item: Item) -> Element:
    """The button that opens it."""
    if item.opens is Opens.EPIC:
        return open_button_of(item.id, item.key, "Open")
    portfolio = found.scope.portfolio.id
    pages: Mapping[Opens, Page] = {
        Opens.DECISION: DecisionShown(decision=item.id),
        Opens.SHIFT: ShiftShown(shift=item.id),
        Opens.STREAM: BudgetShown(portfolio=portfolio, stream=item.id),
        Opens.PROJECT: ProjectShown(project=item.id),
    }
    return pages[item.opens].button("Open", aloud=f"Open {item.key or item.title}")


def _said(found: Explained) -> Mapping[Figure, str]:
    """The line of each figure as the digest shows it, where it does."""
    weeks = max(1, round((found.until - found.since).days / 7))
    of_stream = found.scope.value_stream is not None
    said = lines(found.flow, weeks=weeks, of_stream=of_stream)
    starts = {
        Figure.FINISHED: "*Finished",
        Figure.TIME: "*Time to finish",
        Figure.AGEING: "*Ageing",
    }
    return {
        figure: line for figure, start in starts.items() for line in said if line.startswith(start)
    }


def _part(found: Explained, part: Part, said: Mapping[Figure, str]) -> Iterator[Block]:
    facts = {"found": found, "n": part.n, "counts": part.counts, **_where(found), **_rule(found)}
    line = said.get(part.figure) or SAID.get(part.figure, lambda _: "")(part.counts)
    if part.begun:
        yield section(words("flow/explained", "continued", title=TITLES[part.figure], n=part.n))
    else:
        line = line or words("flow/explained", part.figure, **facts)
        yield section("\n".join([line, *_beside(found, part)]))
        yield context(words("flow/explained", f"{part.figure}_rule", **facts))
    for item in part.items:
        line = words("flow/explained", "item_line", item=item, figure=part.figure, **facts)
        yield section(line, _opens(found, item))


def _beside(found: Explained, part: Part) -> Iterator[str]:
    """What charts show of it, in words; and the ages of what is in flight, where no digest is."""
    lately = found.flow.finished.lately
    if part.figure is Figure.FINISHED and lately.total:
        yield week_by_week(lately)
    if part.figure is Figure.IN_FLIGHT:
        streams = {each.name: each.load for each in part.counts.told.streams}
        if streams and not found.scope.value_stream:
            yield by_stream(streams)
        if part.counts.ages is not None:
            yield age_line(part.counts.ages)


def _rule(found: Explained) -> Mapping[str, object]:
    line = found.figures.time.line
    currency = found.scope.portfolio.currency
    return {
        "amount": lambda fact: format_amount(fact.minor, currency),
        "line": line if isinstance(line, Line) else None,
        "needed": NEEDED,
        "quarter": QUARTER_WEEKS,
        "point": found.scope.portfolio.commitment_point.label,
        "first_day": found.figures.finished.before.mondays[0],
        "lately": len(found.figures.time.lately),
    }
