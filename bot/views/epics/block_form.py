"""The form to say what blocks an epic, and the short answers to that."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import context, field, modal, section, text_input
from bot.slack.mrkdwn import words
from bot.slack.values import EpicVersion
from bot.views.epics.buttons import open_button
from bot.views.notices import notice
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.message import MessageKind

CALLBACK = "block_epic"
REASON = "reason"
REASON_LENGTH = 500


def block_form(epic: Epic, channel_id: str | None) -> dict[str, Any]:
    element = text_input(
        REASON,
        max_length=REASON_LENGTH,
        multiline=True,
        placeholder="Waits for the contract with the bank",
    )
    return modal(
        CALLBACK,
        f"Blocked: {epic.key}",
        [
            context(words("epics/block_form", "now", epic=epic)),
            field(
                REASON,
                "What does it wait for?",
                element,
                hint="It is on the card, so that someone can help.",
            ),
        ],
        submit="Mark as blocked",
        private_metadata=EpicVersion(epic=epic.id, version=epic.version, channel=channel_id).value,
    )


def blocked(epic: Epic) -> Answer:
    """Told to who said so."""
    said = words("epics/block_form", "blocked", epic=epic)
    return Answer([section(said, open_button(epic))])


@notice(MessageKind.BLOCKED, Blocking)
def blocked_by_others(session: Session, blocking: Blocking, now: datetime) -> Answer:
    """To the owner of the epic alone."""
    epic = session.get_one(Epic, blocking.epic_id)
    said = words("epics/block_form", "blocked_by_others", epic=epic, blocking=blocking)
    return Answer([section(said, open_button(epic))])


def unblocked(epic: Epic) -> Answer:
    """Told to who said that it can go on."""
    said = words("epics/block_form", "unblocked", epic=epic)
    return Answer([section(said, open_button(epic))])
