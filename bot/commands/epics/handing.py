"""Handing an epic over by typing: to another value stream, or to another owner."""

import re

from bot.slack.hearing import Call
from bot.views.epics import stream_move
from bot.workflows.epics import editing, finding
from bot.workflows.epics import transferring as changing_streams
from models.epics.epic import Epic
from models.errors import Mistake
from models.fields import UNSTORABLE
from models.portfolio.portfolio import ValueStream

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
LONGEST_REASON = 500


class UnknownStreamName(Mistake):
    """A word that names no other open value stream of the epic's portfolio."""

    def __init__(self, epic: Epic, typed: str) -> None:
        others = [s for s in epic.portfolio.open_streams if s.id != epic.value_stream_id]
        named = ", ".join(f"{stream.name} ({stream.key_prefix})" for stream in others[:20])
        lead = f"There is no value stream “{typed[:60]}” here." if typed else "To which one?"
        rest = f"The others are {named}." if others else "There is no other one here."
        super().__init__(f"{lead} {rest}")


class PersonMissing(Mistake):
    """Handing over without a member to hand to."""

    def __init__(self, key: str, typed: str) -> None:
        lead = f"“{typed[:60]}” is no member I know." if typed else "To whom?"
        super().__init__(f"{lead} Type it like /epic owner {key} @ben, with a member's name.")


def give(call: Call, key: str, words: str) -> None:
    """Move the epic to the value stream that was named."""
    with call.write() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        stream, reason = _stream_and_reason(epic, UNSTORABLE.sub("", words))
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
    told = before if before != call.actor else None
    call.reply(stream_move.handed_over(epic, told))


def _stream_and_reason(epic: Epic, words: str) -> tuple[ValueStream, str | None]:
    """The stream named first, and what follows it; a name may be of several words."""
    told = words.casefold()
    names = [(n.casefold(), s) for s in epic.portfolio.open_streams for n in (s.name, s.key_prefix)]
    for name, stream in sorted(names, key=lambda named: -len(named[0])):
        if told == name or told.startswith(f"{name} "):
            return stream, words[len(name) :].strip()[:LONGEST_REASON] or None
    raise UnknownStreamName(epic, words)
