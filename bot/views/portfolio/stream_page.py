"""The value streams of a portfolio."""

from collections.abc import Sequence

from bot.slack.actions import Shown
from bot.slack.blocks import Block, Element, actions, context, overflow, section
from bot.slack.mrkdwn import words
from bot.views.portfolio.actions import (
    AddStream,
    AddStreams,
    EditStream,
    LimitStream,
    MergeStream,
    SplitStream,
    StreamsList,
)
from bot.views.portfolio.menu import portfolio_menu
from bot.workflows.portfolio.streams import StreamLine, StreamPage
from models.portfolio.portfolio import Portfolio


def stream_page(
    found: StreamPage, page: StreamsList, portfolios: Sequence[Portfolio], *, may_add: bool
) -> Shown:
    here = page.but(portfolio=found.portfolio.id, number=found.number)
    facts = {"portfolio": found.portfolio, "total": found.total}
    blocks: list[Block] = [section(words("portfolio/stream_page", "lead", **facts))]
    buttons = portfolio_menu(here, portfolios)
    if may_add:
        add = AddStream(portfolio=found.portfolio.id)
        buttons.append(add.button("Add a value stream", primary=True))
        buttons.append(AddStreams(portfolio=found.portfolio.id).button("Add several"))
    if buttons:
        blocks.append(actions("add", buttons))
    blocks += [_line(line) for line in found.lines]
    if not may_add:
        blocks.append(context(words("portfolio/stream_page", "foot")))
    counted = f"{found.total:,} value streams"
    return Shown("Value streams", blocks, here, found.pages, counted)


def _line(line: StreamLine) -> Block:
    stream = line.stream
    menu: Element = overflow(
        f"stream_menu_{stream.id}",
        [
            EditStream.of(stream).option("Edit"),
            LimitStream.of(stream).option("Limits"),
            MergeStream.of(stream).option("Merge into another"),
            SplitStream.of(stream).option("Split"),
        ],
    )
    return section(words("portfolio/stream_page", "stream_line", line=line, stream=stream), menu)
