"""Told when an epic goes to another value stream, or to another owner."""

from collections.abc import Sequence

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import open_button
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.portfolio.portfolio import ValueStream


def went(move: StreamMove, epic: Epic, left: ValueStream, to: ValueStream) -> Answer:
    """Where an epic went: in place of its card, and to the owners of both streams."""
    said = words("epics/stream_move", "went", move=move, epic=epic, left=left, to=to)
    return Answer(said, [section(said, open_button(epic))])


def given(move: StreamMove, epic: Epic, over: Sequence[str]) -> Answer:
    """Told to who gave it, with the limits it passes there."""
    said = words("epics/stream_move", "given", move=move, epic=epic, over=over)
    return Answer(said, [section(said, open_button(epic))])


def handed_over(epic: Epic, before: str | None) -> Answer:
    """Told to who made someone else the owner."""
    said = words("epics/stream_move", "handed_over", epic=epic, before=before)
    return Answer(said, [section(said, open_button(epic))])
