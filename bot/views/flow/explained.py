"""What the figures of flow are drawn from, as a page: rule, scope, window, and the epics."""

from collections.abc import Iterator, Mapping

from bot.slack.actions import Page, Shown
from bot.slack.blocks import Block, Element, actions, context, divider, section
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import open_button_of
from bot.views.flow.figures import lines
from bot.workflows.flow.explaining import Explained, Figure, Part
from models.flow.finishing import QUARTER_WEEKS
from models.flow.line import NEEDED, Line

TITLES = {
    Figure.IN_FLIGHT: "In flight",
    Figure.FINISHED: "Finished",
    Figure.TIME: "Time to finish",
    Figure.AGEING: "Ageing",
}


def explained(found: Explained, page: Page) -> Shown:
    """Each figure as it was told, its rule, and the epics behind it as the history has them now."""
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


def _said(found: Explained) -> Mapping[Figure, str]:
    """The line of each figure as the digest tells it, where it does."""
    weeks = max(1, round((found.until - found.since).days / 7))
    of_stream = found.scope.value_stream is not None
    told = lines(found.told, weeks=weeks, of_stream=of_stream)
    starts = {
        Figure.FINISHED: "*Finished",
        Figure.TIME: "*Time to finish",
        Figure.AGEING: "*Ageing",
    }
    return {
        figure: line for figure, start in starts.items() for line in told if line.startswith(start)
    }


def _part(found: Explained, part: Part, said: Mapping[Figure, str]) -> Iterator[Block]:
    facts = {"found": found, "n": part.n, **_where(found), **_rule(found)}
    if part.begun:
        yield section(words("flow/explained", "continued", title=TITLES[part.figure], n=part.n))
    else:
        yield section(said.get(part.figure) or words("flow/explained", part.figure, **facts))
        yield context(words("flow/explained", f"{part.figure}_rule", **facts))
    for item in part.items:
        line = words("flow/explained", "item_line", item=item, figure=part.figure, **facts)
        yield section(line, open_button_of(item.fact.epic, item.key, "Open"))


def _rule(found: Explained) -> Mapping[str, object]:
    line = found.figures.time.line
    return {
        "line": line if isinstance(line, Line) else None,
        "needed": NEEDED,
        "quarter": QUARTER_WEEKS,
        "point": found.scope.portfolio.commitment_point.label,
        "first_day": found.figures.finished.before.mondays[0],
        "lately": len(found.figures.time.lately),
    }
