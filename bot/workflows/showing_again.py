"""Showing a message once more that Slack refused."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.redrawing import redraw_message
from models.errors import Mistake
from models.message import Message


class NothingToShow(Mistake):
    """A message that is shown already, or is not there any more."""

    def __init__(self) -> None:
        super().__init__("There is nothing left to mend: it is shown.")


def show_again(session: Session, workspace_id: int, message_id: int, at: datetime) -> None:
    """Have it drawn anew, posted even if it may have been before. Raises NothingToShow."""
    message = session.scalars(
        select(Message)
        .where(Message.workspace_id == workspace_id, Message.id == message_id)
        .with_for_update()
    ).first()
    if message is None or message.refusal is None:
        raise NothingToShow
    if message.ts is None:
        message.post_started_at = None
    session.flush()
    redraw_message(session, message, at)
