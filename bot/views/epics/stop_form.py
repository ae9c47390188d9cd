"""The form to stop an epic, and the thanks to who owns it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import StopEpic, open_button
from bot.views.notices import notice
from models.epics.epic import Epic, Transition
from models.epics.stop import Stop
from models.message import MessageKind


def stop_form(epic: Epic) -> Open:
    """Says what a stop does, and asks why and what was learned."""
    return Open(
        Stop,
        f"Stop {epic.key}?",
        StopEpic.of(epic),
        above=[section(words("epics/stop_form", "what_it_does", epic=epic))],
        submit="Stop it",
        close="Keep it",
    )


def stopped(epic: Epic) -> Answer:
    said = words("epics/stop_form", "stopped", epic=epic)
    return Answer([section(said, open_button(epic))])


@notice(MessageKind.STOPPED, Transition)
def to_owner(session: Session, step: Transition, now: datetime) -> Answer:
    """For the owner, privately."""
    return thanks(step)


def thanks(step: Transition) -> Answer:
    """What the owner reads of it."""
    said = words("epics/stop_form", "thanks", epic=step.epic, step=step)
    return Answer([section(said, open_button(step.epic))])
