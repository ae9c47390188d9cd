"""Departing: someone leaves Slack, and the admins hear what they leave behind."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people.holdings import holdings
from bot.workflows.permitting import Place, holders, lock_roles
from bot.workflows.redrawing import post, redraw_homes, redraw_message
from models.decisions.decision import Decision
from models.decisions.votes import Elector
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.people.handover import Departure
from models.people.role import Role, RoleGrant

Follow = Callable[[Session, int, str, datetime], None]
"""Does what follows where someone has left or is back: of a workspace, who, and when."""

FOLLOWS: list[Follow] = []
"""What later rooms do about it, filled by `follows`."""


def follows(follow: Follow) -> Follow:
    """Have it done where someone has left, or is back, in the transaction that notes it."""
    FOLLOWS.append(follow)
    return follow


def depart(session: Session, workspace_id: int, user_id: str, at: datetime) -> Departure | None:
    """Note that someone has left, and tell the admins once what is theirs to be handed over.

    Of someone who has nothing here nothing is noted.
    """
    lock_roles(session, workspace_id)
    if _open(session, workspace_id, user_id) is not None:
        return None
    seen = holdings(session, workspace_id, user_id)
    if not seen.by_kind and not _has_part(session, workspace_id, user_id):
        return None
    departure = Departure(workspace_id=workspace_id, user_id=user_id, at=at)
    session.add(departure)
    session.flush()
    if seen.by_kind:
        _notify_admins(session, departure)
    for follow in FOLLOWS:
        follow(session, workspace_id, user_id, at)
    redraw_homes(session, workspace_id, at)
    return departure


def come_back(session: Session, workspace_id: int, user_id: str, at: datetime) -> None:
    """Note that someone who had left is there again."""
    departure = _open(session, workspace_id, user_id)
    if departure is None:
        return
    departure.returned_at = at
    session.flush()
    for follow in FOLLOWS:
        follow(session, workspace_id, user_id, at)
    redraw_notes(session, workspace_id, user_id, at)


def note(
    session: Session, workspace_id: int, user_id: str, at: datetime, *, has_left: bool
) -> None:
    """Note what Slack says of someone, where that is news."""
    if has_left:
        depart(session, workspace_id, user_id, at)
    else:
        come_back(session, workspace_id, user_id, at)


def is_away(session: Session, workspace_id: int, user_id: str) -> bool:
    """Whether the person is noted to have left."""
    return _open(session, workspace_id, user_id) is not None


def redraw_notes(session: Session, workspace_id: int, user_id: str, at: datetime) -> None:
    """Have what the admins were told about the person say how it is now."""
    departures = select(Departure.id).where(
        Departure.workspace_id == workspace_id, Departure.user_id == user_id
    )
    for message in _notes(session, workspace_id, session.scalars(departures).all()):
        redraw_message(session, message, at)


def _notify_admins(session: Session, departure: Departure) -> None:
    here = departure.workspace_id
    for admin in holders(session, [Role.ADMIN], Place(here)):
        post(session, here, MessageKind.DEPARTURE, departure.id, admin, departure.at)


def _notes(session: Session, workspace_id: int, departure_ids: Sequence[int]) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(
            Message.workspace_id == workspace_id,
            Message.kind == MessageKind.DEPARTURE,
            Message.subject_id.in_(departure_ids),
        )
        .order_by(Message.id)
    ).all()


def _open(session: Session, workspace_id: int, user_id: str) -> Departure | None:
    return session.scalars(
        select(Departure).where(
            Departure.workspace_id == workspace_id,
            Departure.user_id == user_id,
            Departure.returned_at.is_(None),
        )
    ).first()


def _has_part(session: Session, workspace_id: int, user_id: str) -> bool:
    """Whether they could be named as the one to ask, by an epic not all may see or a role; or a
    vote waits for them."""
    epics = select(Epic.id).where(Epic.workspace_id == workspace_id, Epic.owner_user_id == user_id)
    grants = select(RoleGrant.id).where(
        RoleGrant.workspace_id == workspace_id, RoleGrant.user_id == user_id
    )
    asked = (
        select(Elector.decision_id)
        .join(Decision, Decision.id == Elector.decision_id)
        .where(
            Elector.workspace_id == workspace_id,
            Elector.user_id == user_id,
            Decision.closed_at.is_(None),
        )
    )
    return any(session.scalar(rows.limit(1)) is not None for rows in (epics, grants, asked))
