"""What Slack refused to show: kept with the message, and told once to who can mend it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people.workspaces import admin_ids
from bot.workflows.redrawing import post, redraw_message
from models.board.digest import Digest
from models.epics.epic import Epic
from models.message import Message, MessageKind


def note_refusal(session: Session, refused: Message, error: str, at: datetime) -> None:
    """Keep why the message is not shown; the first time, put a word to who can mend it.

    The next redraw tries again, so that inviting the bot is all there is to do.
    """
    first_time, refused.refusal = refused.refusal is None, error
    session.flush()
    if first_time:
        _notify(session, refused, at)
    else:
        _redraw_notice(session, refused, at)


def note_mended(session: Session, shown: Message, at: datetime) -> None:
    """Forget the refusal, and have what was told about it say that it is mended."""
    if shown.refusal is None:
        return
    shown.refusal = None
    session.flush()
    _redraw_notice(session, shown, at)


def _notify(session: Session, refused: Message, at: datetime) -> None:
    """Put one direct message; nothing is told about what is itself such a word."""
    person = _who_can_mend(session, refused)
    if person is None:
        return
    post(session, refused.workspace_id, MessageKind.REFUSAL, refused.id, person, at)


def _who_can_mend(session: Session, refused: Message) -> str | None:
    """The owner of the stream whose card it is, else who proposed the epic, else an admin.

    Of a digest it is who asked for it, of what is said of a portfolio or stream an admin.
    """
    if refused.kind in (MessageKind.LIVE, MessageKind.MERGED):
        return next(iter(admin_ids(session, refused.workspace_id)), None)
    if refused.kind is MessageKind.DIGEST:
        return session.get_one(Digest, refused.subject_id).subscription.subscribed_by
    if refused.kind is not MessageKind.EPIC_CARD:
        return None
    epic = session.get_one(Epic, refused.subject_id)
    admins = admin_ids(session, refused.workspace_id)
    return next(filter(None, (epic.value_stream.owner_user_id, epic.proposed_by, *admins)), None)


def _redraw_notice(session: Session, about: Message, at: datetime) -> None:
    for message in _notices(session, about)[-1:]:
        redraw_message(session, message, at)


def _notices(session: Session, about: Message) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(
            Message.workspace_id == about.workspace_id,
            Message.kind == MessageKind.REFUSAL,
            Message.subject_id == about.id,
        )
        .order_by(Message.id)
    ).all()
