"""Restricting: who sees an epic, everybody or its circle."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.moving import locked, show_in_channel, states_of
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_about, redraw_cards, redraw_epic, redraw_questions
from bot.workflows.seeing import may_see
from models.board.digest import Digest, Subscription
from models.epics.belonging import StreamMove
from models.epics.epic import CircleMember, Epic
from models.message import DIGEST_KINDS, MessageKind
from models.people.role import Right

Heed = Callable[[Session, Epic, datetime], None]
"""Does what follows where who sees an epic has changed; a Mistake keeps it as it was."""

HEEDS: list[Heed] = []
"""What later rooms do about it, filled by `heeds`."""


def heeds(heed: Heed) -> Heed:
    """Have each change of who sees an epic heeded, in its transaction."""
    HEEDS.append(heed)
    return heed


def circle_of(session: Session, epic_id: int) -> Sequence[str]:
    """The people named to see the epic while it is restricted, in the order they were."""
    members = session.scalars(
        select(CircleMember)
        .where(CircleMember.epic_id == epic_id)
        .order_by(CircleMember.at, CircleMember.user_id)
    )
    return [member.user_id for member in members]


def restrict(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    named: Collection[str] | None,
    at: datetime,
    *,
    restricted: bool,
    version: int | None = None,
) -> Epic:
    """Have the epic seen by its circle with those named, or by everybody; redraw it everywhere.

    With None those named before stay. Who restricts it stays in its circle. Raises UnknownEpic,
    NotAllowed, MovedMeanwhile and what keeps it from being seen by so few.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.RESTRICT, Place.of_epic(epic))
    epic.check_seen(version)
    before = epic.restricted
    epic.restricted = restricted
    session.flush()
    if named is not None:
        _name(session, epic, named, actor, at)
    if not may_see(session, actor, epic):
        session.add(_member(epic, actor, actor, at))
    for heed in HEEDS:
        heed(session, epic, at)
    if before != restricted:
        epic.version += 1
        session.flush()
        show_in_channel(session, epic, at)
        redraw_questions(session, [epic], at)
        redraw_stream_moves(session, epic, at)
        if restricted:
            _redraw_all_digests(session, epic, at)
        redraw_who_waits(session, epic, at)
    redraw_epic(session, epic, at)
    return epic


def redraw_who_waits(session: Session, epic: Epic, at: datetime) -> None:
    """Put the drawing of the cards that may name it as the one whose place opens next."""
    states, limited = states_of(session, epic.portfolio_id)
    if not limited:
        return
    before = [s.id for s in states.values() if s.is_open and s.position <= epic.state.position]
    waits = select(Epic.id).where(
        Epic.portfolio_id == epic.portfolio_id, Epic.state_id.in_(before), Epic.id != epic.id
    )
    redraw_cards(session, epic.workspace_id, waits, at)


def redraw_stream_moves(session: Session, epic: Epic, at: datetime) -> None:
    """Put the drawing of the messages that say to which value stream the epic went."""
    moves = select(StreamMove.id).where(StreamMove.epic_id == epic.id)
    redraw_about(session, epic.workspace_id, [MessageKind.STREAM_MOVE], moves, at)


def _redraw_all_digests(session: Session, epic: Epic, at: datetime) -> None:
    """Put the drawing of every digest since the epic is there: also an old one may name it."""
    digests = (
        select(Digest.id)
        .join(Digest.subscription)
        .where(Subscription.portfolio_id == epic.portfolio_id, Digest.at >= epic.created_at)
    )
    redraw_about(session, epic.workspace_id, DIGEST_KINDS, digests, at)


def _name(session: Session, epic: Epic, named: Collection[str], actor: str, at: datetime) -> None:
    members = session.scalars(select(CircleMember).where(CircleMember.epic_id == epic.id)).all()
    for member in members:
        if member.user_id not in named:
            session.delete(member)
    known = {member.user_id for member in members}
    for user_id in dict.fromkeys(named):
        if user_id not in known:
            session.add(_member(epic, user_id, actor, at))
    session.flush()


def _member(epic: Epic, user_id: str, by: str, at: datetime) -> CircleMember:
    return CircleMember(
        workspace_id=epic.workspace_id, epic_id=epic.id, user_id=user_id, added_by=by, at=at
    )
