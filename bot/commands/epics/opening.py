"""Opening what is about one epic: the epic as the person may see it, and the form over it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.hearing import Call
from bot.workflows.epics import finding
from models.epics.epic import Epic
from models.epics.listing import found


def epic_of(session: Session, call: Call, epic_id: int) -> Epic:
    """The epic as the person may see it. Raises UnknownEpic."""
    return found(finding.epic_by_id(session, call.workspace_id, epic_id, call.actor))


def open_form(call: Call, view: Mapping[str, Any]) -> None:
    """Open the form and ack; where Slack opens none any more, say so."""
    try:
        call.open_form(view)
    except TriggerExpired:
        said = "Slack did not open it in time. Click or type it again, please."
        call.reply(answers.sentence(said))
        return
    call.ack()
