"""The replies in a digest's thread, four at most: what each names is gone when solved."""

from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, context, modal, section
from bot.slack.mrkdwn import Marked
from bot.views.board.needs import Surface, Where, lines_of, parts_of
from bot.views.notices import notice
from bot.workflows.board.digest import waits_in_thread
from bot.workflows.board.needs import (
    FORMER_REPLIES,
    MOST_IN_CHANNEL,
    MOST_UNOWNED,
    REPLIES,
    WAITS,
    Reply,
)
from bot.workflows.epics.waiting import UNOWNED
from bot.workflows.needs import Waits
from bot.workflows.paging import Top
from models.board.digest import Digest
from models.epics.epic import Epic


def in_thread(shown: Reply, session: Session, digest: Digest, now: datetime) -> Answer:
    """The reply beneath a digest that was sent, as it stands now."""
    aged = digest.content.flow.ageing if digest.content else None
    waits = waits_in_thread(session, digest, shown.needs, now)
    return reply(shown, waits, now, line_day=aged.day if aged else None)


for _reply in (*REPLIES, *FORMER_REPLIES):
    notice(_reply.kind, Digest)(partial(in_thread, _reply))


def reply(
    shown: Reply,
    waits: Waits,
    now: datetime,
    most: int = MOST_IN_CHANNEL,
    line_day: int | None = None,
) -> Answer:
    """What of it needs someone now, the first ten by name; solved, it says so."""
    on = Surface(Where.THREAD, now, line_day=line_day)
    parts = parts_of(shown, waits, on)
    blocks: list[Block] = [section(on.says("reply_lead", named=shown.title, parts=parts))]
    every = (line for need in shown.needs for line in lines_of(need, waits.of(need).some, on))
    lines = list(islice(every, most))
    blocks += [section(line.said, line.button) for line in lines]
    if more := waits.count - len(lines):
        where = Marked(on.says("elsewhere", needs=[need.name for need in shown.needs]))
        blocks.append(context(on.says("not_named", count=more, where=where)))
    return Answer(blocks)


def without_owners(epics: Top[Epic], now: datetime) -> dict[str, Any]:
    """The epics without an owner as a form to read, from which each is opened."""
    unowned = Reply(WAITS.kind, "Without an owner", (UNOWNED,))
    blocks = reply(unowned, Waits({UNOWNED: epics}), now, MOST_UNOWNED).blocks
    return modal("note", "Without an owner", blocks, close="Close")
