"""Having Slack show the present state wherever it may show an older one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.confirmation import FactCheck
from models.digest import WEEK, Digest, Subscription
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
        put(session, home.workspace_id, home.work_key, at, lane=home.work_key)


def redraw_questions(
    session: Session, epics: Sequence[Epic], at: datetime, *, in_digests: bool = True
) -> None:
    """Put the drawing of the questions about the epics: what is answered is no longer asked.

    Those are this week's bundles to their owners, and the newest digest of each channel.
    """
    session.flush()
    owners = {epic.owner_user_id for epic in epics}
    portfolios = {epic.portfolio_id for epic in epics}
    asked = select(FactCheck.id).where(FactCheck.user_id.in_(owners), FactCheck.at > at - WEEK)
    told = (
        select(func.max(Digest.id))
        .join(Digest.subscription)
        .where(Subscription.portfolio_id.in_(portfolios), Digest.at > at - WEEK)
        .group_by(Digest.channel_id)
    )
    questions = [and_(Message.kind == MessageKind.FACT_CHECK, Message.subject_id.in_(asked))]
    if in_digests:
        questions.append(and_(Message.kind == MessageKind.DIGEST, Message.subject_id.in_(told)))
    workspaces = {epic.workspace_id for epic in epics}
    messages = session.scalars(
        select(Message)
        .where(Message.workspace_id.in_(workspaces), or_(*questions))
        .order_by(Message.id)
    )
    for message in messages.all():
        redraw_message(session, message, at)


def redraw_message(session: Session, message: Message, at: datetime) -> None:
    """Put the drawing of one message, in the lane of its channel."""
    put(session, message.workspace_id, message.work_key, at, lane=message.channel_id)
