"""What a change did, and what someone else changed meanwhile, in words on the page itself."""

from collections.abc import Sequence

from bot.slack.blocks import Block, section
from bot.slack.mrkdwn import words
from models.portfolio.setup import Change


def note_block(said: str) -> Block:
    """A line on a page; what people wrote in it must be escaped already."""
    return section(said)


def saved(changes: Sequence[Change]) -> Block:
    """What is another now."""
    return note_block(words("portfolio/told_changes", "saved", changes=changes))


def done(part: str, **facts: object) -> Block:
    """Something that was done, by the name of its words."""
    return note_block(words("portfolio/told_changes", part, **facts))


def changed_meanwhile(by: str | None, what: Sequence[str]) -> Block:
    """On a form that showed something older: who changed what, and what to do."""
    return note_block(words("portfolio/told_changes", "meanwhile", by=by, what=what))


def invite(channel_id: str, bot_user_id: str) -> Block:
    """A channel that Tack is not in yet."""
    return done("invite", channel_id=channel_id, bot_user_id=bot_user_id)


def both(first: Block, second: Block | None) -> Block:
    """Two notes as one."""
    if second is None:
        return first
    return note_block(f"{first['text']['text']}\n{second['text']['text']}")
