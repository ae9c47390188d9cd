"""Showing a message once more that Slack refused."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.redrawing import redraw_message
from models.message import Message, NothingToShow


def show_again(session: Session, workspace_id: int, message_id: int, at: datetime) -> None:
    """Have it redrawn, posted even if it may have been before. Raises NothingToShow."""
    message = session.scalars(
        select(Message)
        .where(Message.workspace_id == workspace_id, Message.id == message_id)
        .with_for_update()
    ).first()
    if message is None:
        raise NothingToShow
    message.show_again()
    session.flush()
    redraw_message(session, message, at)
