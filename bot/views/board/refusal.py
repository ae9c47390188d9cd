"""For the person who can mend it: Slack would not let Tack show something."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import button, section
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.views.notices import notice
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.message import Message, MessageKind


class MessageRef(Value):
    """A message that Slack refused."""

    message: Whole


AGAIN = "show_again"

MENDS = {
    "not_in_channel": "invite",
    "channel_not_found": "invite",
    "user_not_in_channel": "invite",
    "is_archived": "archived",
}


WHAT = {
    MessageKind.LIVE: "that the portfolio is live",
    MessageKind.MERGED: "where the value stream went",
}


@notice(MessageKind.REFUSAL, Message)
def to_mender(session: Session, refused: Message, now: datetime) -> Answer:
    """For the person who can mend it."""
    return refusal(refused, _epic(session, refused))


def refusal(refused: Message, epic: Epic | None) -> Answer:
    """What was not shown, why, and what mends it; mended, it says so.

    It is the card of the epic, or without one the digest or an announcement.
    """
    what = WHAT.get(refused.kind, "the weekly digest")
    facts = {
        "epic": epic,
        "shown": what,
        "channel_id": refused.channel_id,
        "why": (refused.refusal or "").removeprefix("unknown: "),
        "mend": MENDS.get(refused.refusal or "", "other"),
    }
    if refused.refusal is None:
        said = words("board/refusal", "mended", **facts)
        return Answer([section(said)])
    said = words("board/refusal", "refused", **facts)
    short = what.replace("weekly ", "")
    again = button(
        "Try again",
        AGAIN,
        MessageRef(message=refused.id).value,
        accessibility_label=f"Try again to show {epic.key if epic else short}",
    )
    return Answer([section(said, again)])


def _epic(session: Session, refused: Message) -> Epic | None:
    if refused.kind is MessageKind.EPIC_CARD:
        return session.get_one(Epic, refused.subject_id)
    if refused.kind is MessageKind.STREAM_MOVE:
        return session.get_one(Epic, session.get_one(StreamMove, refused.subject_id).epic_id)
    return None
