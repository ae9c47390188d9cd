"""What waits for someone in their Home, each with its one button."""

from datetime import datetime

from bot.slack.blocks import Block, context, header, section
from bot.views.board.needs import Surface, Where, beyond, lines_of
from bot.workflows.board.needs import NEEDS
from bot.workflows.needs import Waits

MOST = 9
"""How many things are named; the others are counted by their kind."""

OF_A_KIND = 3


def waits(found: Waits, now: datetime) -> list[Block]:
    """What waits, the most pressing first; one line where nothing does."""
    on = Surface(Where.HOME, now)
    if not found.count:
        return [section(on.says("nothing"))]
    shown: list[Block] = []
    others: list[str] = []
    for need in NEEDS:
        top = found.of(need)
        some = top.some[: min(OF_A_KIND, MOST - len(shown))]
        shown += [section(line.said, line.button) for line in lines_of(need, some, on)]
        if top.count > len(some):
            others.append(beyond(need, top.count - len(some), on))
    more = [context(f"And {', '.join(others)}.")] if others else []
    return [header("What waits for you"), *shown, *more]
