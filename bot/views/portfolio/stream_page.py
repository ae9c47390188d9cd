"""The value streams of a portfolio, and the form of one of them."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    modal,
    option,
    overflow,
    section,
)
from bot.slack.choosers import described
from bot.slack.mrkdwn import words
from bot.slack.values import SettingRef, StreamDo
from bot.views.portfolio.menu import portfolio_menu
from bot.views.portfolio.setting_fields import channel_field, choice_field, line_field, owner_field
from bot.workflows.portfolio.streams import StreamLine, StreamPage
from models.portfolio.portfolio import Portfolio, Stage
from models.portfolio.setup import LONGEST_NAME, StreamSetup

PAGE = "portfolio_streams"
FORM = "value_stream"
OPEN = "open_streams"
ADD = "add_stream"
SEVERAL = "add_several_streams"
MENU = "stream_menu"
TURN = "streams_page"
NAME, PREFIX, OWNER, CHANNEL, STAGE = "name", "key_prefix", "owner", "channel", "stage"

STAGES = {
    Stage.PROJECT_FUNDED: "Money is given to projects, one by one",
    Stage.HYBRID: "Some teams are funded as capacity, some work as projects",
    Stage.CAPACITY_FUNDED: "Money keeps its teams going, whatever they work on",
}


def stream_page(
    page: StreamPage,
    memory: SettingRef,
    portfolios: Sequence[Portfolio] = (),
    note: Block | None = None,
    *,
    may_add: bool = True,
) -> dict[str, Any]:
    """A page of the streams, each with what can be done to it."""
    here = memory.model_copy(update={"number": page.number, "version": page.portfolio.version})
    facts = {"portfolio": page.portfolio, "total": page.total}
    blocks: list[Block] = [section(words("portfolio/stream_page", "lead", **facts))]
    if note is not None:
        blocks.append(note)
    if len(portfolios) > 1 and not memory.over:
        blocks.append(portfolio_menu("streams", portfolios, page.portfolio))
    if may_add:
        add = button("Add a value stream", ADD, here.value, primary=True)
        several = button("Add several", SEVERAL, here.value)
        blocks.append(actions("add", [add, several]))
    blocks += [_line(line) for line in page.lines]
    if page.pages > 1:
        place = {"number": page.number, "pages": page.pages}
        blocks.append(context(words("portfolio/stream_page", "place", **facts, **place)))
        blocks.append(actions("turn", _turns(page, here)))
    if not may_add:
        blocks.append(context(words("portfolio/stream_page", "foot")))
    return modal(PAGE, "Value streams", blocks, close="Close", private_metadata=here.value)


def stream_form(
    stream: StreamSetup | None, memory: SettingRef, note: Block | None = None
) -> dict[str, Any]:
    """The form of a stream, filled with what holds; empty for a new one."""
    now = stream or StreamSetup(name="")
    blocks: list[Block] = [note] if note else []
    blocks += stream_fields(now)
    return modal(
        FORM,
        "A value stream",
        blocks,
        submit="Save" if stream else "Add it",
        private_metadata=memory.value,
    )


def stream_fields(now: StreamSetup) -> list[Block]:
    """What there is to say of a stream."""
    stages = [described(s.value.capitalize(), s.value, says) for s, says in STAGES.items()]
    return [
        line_field(
            NAME,
            "Name",
            initial=now.name,
            max_length=LONGEST_NAME,
            placeholder="Payments",
        ),
        line_field(
            PREFIX,
            "Its keys begin with",
            initial=now.key_prefix,
            max_length=10,
            placeholder="PAY",
            hint="Epics are called PAY-1, PAY-2 and so on; keys once given stay. "
            "Left empty, the name gives the letters.",
            optional=True,
        ),
        owner_field(OWNER, "Owner", now.owner_user_id, hint="Left empty, it is you for now."),
        channel_field(
            CHANNEL,
            "Channel",
            now.channel_id,
            placeholder="Where do its epics appear?",
            hint="Invite Tack there, so that it can show them.",
        ),
        choice_field(
            STAGE,
            "How is it funded?",
            stages,
            now.stage.value,
            hint="It sets what forms ask and which figures lead; it can change any day.",
        ),
    ]


def _line(line: StreamLine) -> Block:
    stream_id = line.stream.id
    options = [
        option("Edit", StreamDo(stream=stream_id, do="edit").value),
        option("Limits", StreamDo(stream=stream_id, do="limits").value),
        option("Merge into another", StreamDo(stream=stream_id, do="merge").value),
        option("Split", StreamDo(stream=stream_id, do="split").value),
    ]
    menu: Element = overflow(f"{MENU}_{line.stream.id}", options)
    return section(
        words("portfolio/stream_page", "stream_line", line=line, stream=line.stream), menu
    )


def _turns(page: StreamPage, here: SettingRef) -> list[Element]:
    turns = [("Previous page", page.number - 1)] if page.number > 1 else []
    turns += [("Next page", page.number + 1)] if page.number < page.pages else []
    return [
        button(text, f"{TURN}_{n}", here.model_copy(update={"number": n}).value)
        for text, n in turns
    ]
