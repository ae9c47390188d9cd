"""Handing an epic over by typing: to another value stream, or to another owner."""

import re

from bot.slack.hearing import Call
from bot.views.epics import stream_move
from bot.workflows.epics import editing, finding
from bot.workflows.epics import transferring as changing_streams
from models.epics.belonging import stream_and_reason
from models.errors import Mistake

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


class PersonMissing(Mistake):
    """Handing over without a member to hand to."""

    def __init__(self, key: str, typed: str) -> None:
        lead = f"“{typed[:60]}” is not a member here." if typed else "To whom?"
        super().__init__(f"{lead} Type for example /epic owner {key} @ben.")


def give(call: Call, key: str, words: str) -> None:
    """Move the epic to the value stream that was named."""
    with call.write() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        stream, reason = stream_and_reason(epic, words)
        move = changing_streams.give(
            session, call.workspace_id, call.actor, epic.id, stream.id, reason, call.at
        )
        over = changing_streams.over_limits(session, epic)
    call.reply(stream_move.given(move, epic, over))


def own(call: Call, key: str, words: str) -> None:
    """Make the member that was named the epic's owner."""
    found = PERSON.search(words)
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if found is None:
        raise PersonMissing(epic.key, words)
    if why := call.unfit([found[1]]):
        raise Mistake(why)
    with call.write() as session:
        epic, before = editing.hand_over(
            session, call.workspace_id, call.actor, epic.id, found[1], call.at
        )
    notified = before if before != call.actor else None
    call.reply(stream_move.handed_over(epic, notified))
