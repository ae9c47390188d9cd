"""Shown when an epic goes to another value stream, or to another owner."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import open_button
from bot.views.notices import notice
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.message import MessageKind


@notice(MessageKind.STREAM_MOVE_DM, StreamMove)
def went(session: Session, move: StreamMove, now: datetime) -> Answer:
    """Where an epic went: in place of its card, and to the owners of both streams."""
    epic = session.get_one(Epic, move.epic_id)
    left, to = move.from_stream, move.to_stream
    said = words("epics/stream_move", "went", move=move, epic=epic, left=left, to=to)
    return Answer([section(said, open_button(epic))])


def given(move: StreamMove, epic: Epic, over: Sequence[str]) -> Answer:
    """For the person who gave it, with the limits it passes there."""
    said = words("epics/stream_move", "given", move=move, epic=epic, over=over)
    return Answer([section(said, open_button(epic))])


@notice(MessageKind.OWNER, Epic)
def received(session: Session, epic: Epic, now: datetime) -> Answer:
    """For the person who was given an epic that nobody owned."""
    return handed_over(epic, None)


def handed_over(epic: Epic, before: str | None) -> Answer:
    """For the person who made someone else the owner."""
    said = words("epics/stream_move", "handed_over", epic=epic, before=before)
    return Answer([section(said, open_button(epic))])
