"""The form to say what blocks an epic, and the short answers to that."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import BlockEpic, open_button
from bot.views.notices import notice
from models.epics.blocking import BlockForm, Blocking
from models.epics.epic import Epic
from models.message import MessageKind


def block_form(epic: Epic) -> Open:
    lead = words("epics/block_form", "now", epic=epic)
    about = BlockEpic.of(epic)
    return Open(BlockForm, f"Blocked: {epic.key}", about, lead=lead, submit="Mark as blocked")


def blocked(epic: Epic) -> Answer:
    """For the person who said so."""
    said = words("epics/block_form", "blocked", epic=epic)
    return Answer([section(said, open_button(epic))])


@notice(MessageKind.BLOCKED, Blocking)
def blocked_by_others(session: Session, blocking: Blocking, now: datetime) -> Answer:
    """To the owner of the epic alone."""
    epic = session.get_one(Epic, blocking.epic_id)
    said = words("epics/block_form", "blocked_by_others", epic=epic, blocking=blocking)
    return Answer([section(said, open_button(epic))])


def unblocked(epic: Epic) -> Answer:
    """For the person who said that it can go on."""
    said = words("epics/block_form", "unblocked", epic=epic)
    return Answer([section(said, open_button(epic))])
