"""Having Slack show the present state wherever it may show an older one."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.epic import Epic
from models.message import Home, Message, MessageKind
from models.work import put

LOOKED_AT_FOR = timedelta(minutes=5)
"""How long after a look an App Home is still kept up to date."""


def redraw_epic(session: Session, epic: Epic, at: datetime) -> None:
    """Put the drawing of every message of the epic, and of the Homes someone looks at.

    The last thing in a transaction: work rows are locked after domain rows, in one order.
    """
    session.flush()
    messages = session.scalars(
        select(Message)
        .where(
            Message.workspace_id == epic.workspace_id,
            Message.kind == MessageKind.EPIC_CARD,
            Message.subject_id == epic.id,
        )
        .order_by(Message.id)
    )
    homes = session.scalars(
        select(Home)
        .where(Home.workspace_id == epic.workspace_id, Home.opened_at >= at - LOOKED_AT_FOR)
        .order_by(Home.id)
    )
    for message in messages.all():
        redraw_message(session, message, at)
    for home in homes.all():
        put(session, home.workspace_id, home.work_key, at)


def redraw_message(session: Session, message: Message, at: datetime) -> None:
    """Put the drawing of one message, in the lane of its channel."""
    put(session, message.workspace_id, message.work_key, at, lane=message.channel_id)
