"""The replies in a digest's thread: one for each kind of thing it asks for, gone when solved."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, context, modal, section
from bot.views.board.needs import Surface, Where, lines_of
from bot.views.notices import notice
from bot.workflows.board.digest import waits_in_thread
from bot.workflows.board.needs import THREADS
from bot.workflows.epics.waiting import UNOWNED
from bot.workflows.needs import Need, T
from bot.workflows.paging import Top
from models.board.digest import Digest
from models.epics.epic import Epic


def in_thread(need: Need[Any], session: Session, digest: Digest, now: datetime) -> Answer:
    """The reply beneath a digest that was sent, as it stands now."""
    return reply(need, waits_in_thread(session, digest, need, now), now)


for _kind, _need in THREADS.items():
    notice(_kind, Digest)(partial(in_thread, _need))


def reply(need: Need[T], pile: Top[T], now: datetime) -> Answer:
    """What of this kind needs someone now; solved, it says so."""
    on = Surface(Where.THREAD, now)
    lead = on.says(f"{need.name}_lead", count=pile.count, late=pile.late)
    lines = lines_of(need, pile.some, on)
    blocks: list[Block] = [section(lead), *(section(each.said, each.button) for each in lines)]
    if more := pile.count - len(lines):
        blocks.append(context(on.says("not_named", count=more)))
    return Answer(blocks)


def without_owners(epics: Top[Epic], now: datetime) -> dict[str, Any]:
    """The epics without an owner as a form to read, from which each is opened."""
    blocks = reply(UNOWNED, epics, now).blocks
    return modal("note", "Without an owner", blocks, close="Close")
