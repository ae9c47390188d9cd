"""What a change did, in words on the page that shows it."""

from collections.abc import Sequence

from bot.slack.actions import Note
from bot.slack.mrkdwn import words
from models.portfolio.setup import Change


def saved(changes: Sequence[Change]) -> Note:
    """What is another now."""
    return done("saved", changes=changes)


def done(part: str, **facts: object) -> Note:
    """Something that was done, by the name of its words."""
    return Note(words("portfolio/change_notes", part, **facts))
