"""Told to who can mend it: Slack would not let Tack show something."""

from bot.slack.answers import Answer
from bot.slack.blocks import button, section
from bot.slack.mrkdwn import words
from bot.slack.values import MessageRef
from models.epics.epic import Epic
from models.message import Message, MessageKind

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
        return Answer(said, [section(said)])
    said = words("board/refusal", "refused", **facts)
    short = what.replace("weekly ", "")
    again = button(
        "Try again",
        AGAIN,
        MessageRef(message=refused.id).value,
        accessibility_label=f"Try again to show {epic.key if epic else short}",
    )
    return Answer(said, [section(said, again)])
