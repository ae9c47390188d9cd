"""The form to stop an epic, and the thanks to who owns it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import field, modal, section, text_input
from bot.slack.mrkdwn import words
from bot.slack.values import EpicVersion
from bot.views.epics.buttons import open_button
from bot.views.notices import notice
from models.epics.epic import Epic, Transition
from models.message import MessageKind

CALLBACK = "stop_epic"
REASON = "reason"
LEARNED = "learned"
TEXT_LENGTH = 500


def stop_form(epic: Epic, channel_id: str | None) -> dict[str, Any]:
    """Says what a stop does, and asks why and what was learned."""
    why = text_input(REASON, max_length=TEXT_LENGTH, multiline=True)
    learned = text_input(LEARNED, max_length=TEXT_LENGTH, multiline=True)
    return modal(
        CALLBACK,
        f"Stop {epic.key}?",
        [
            section(words("epics/stop_form", "what_it_does", epic=epic)),
            field(REASON, "Why?", why, hint="Everybody can read it on the card."),
            field(LEARNED, "What was learned?", learned, optional=True),
        ],
        submit="Stop it",
        close="Keep it",
        private_metadata=EpicVersion(epic=epic.id, version=epic.version, channel=channel_id).value,
    )


def stopped(epic: Epic) -> Answer:
    said = words("epics/stop_form", "stopped", epic=epic)
    return Answer([section(said, open_button(epic))])


@notice(MessageKind.STOPPED, Transition)
def to_owner(session: Session, step: Transition, now: datetime) -> Answer:
    """Told to the owner, privately."""
    return thanks(step)


def thanks(step: Transition) -> Answer:
    """What the owner reads of it."""
    said = words("epics/stop_form", "thanks", epic=step.epic, step=step)
    return Answer([section(said, open_button(step.epic))])
