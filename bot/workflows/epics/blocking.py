"""Blocking: saying that an epic cannot go on, and that it can again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.epics.moving import locked, notify_owner
from bot.workflows.needs import Need, Rows, not_named_apart
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_facts
from models.epics.blocking import Blocking
from models.epics.column import ENDED
from models.epics.epic import Epic
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import State

BLOCKED = Need(
    "blocked",
    Rows(
        noun=Epic,
        rows=select(Epic)
        .join(Epic.state)
        .join(Blocking, Blocking.epic_id == Epic.id)
        .where(Blocking.ended_at.is_(None), State.kind.not_in(ENDED)),
        order=(Blocking.at, Epic.id),
        since=Blocking.at,
        when=not_named_apart,
        theirs=lambda user_id: Epic.owner_user_id == user_id,
        loads=(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking)),
    ),
)
"""Open epics that cannot go on, the longest first; each waits for its owner."""


def check_may_block(session: Session, actor: str, epic: Epic) -> None:
    """Raise AlreadyBlocked, AlreadyEnded or NotAllowed where the person cannot say it."""
    check(session, actor, Right.BLOCK, Place.of_epic(epic))
    epic.check_can_be_blocked()


def block(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Epic:
    """Note why the epic cannot go on; its owner hears it from others.

    Raises AlreadyBlocked, AlreadyEnded, FieldMistakes, MovedMeanwhile, NotAllowed and UnknownEpic.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.BLOCK, Place.of_epic(epic))
    epic.check_seen(version)
    session.add(blocking := epic.block(reason, actor, at))
    redraw_facts(session, epic, at)
    notify_owner(session, epic, MessageKind.BLOCKED, blocking.id, actor, at)
    return epic


def unblock(session: Session, workspace_id: int, actor: str, epic_id: int, at: datetime) -> Epic:
    """Note that it can go on. Raises NotAllowed, NotBlocked and UnknownEpic."""
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.BLOCK, Place.of_epic(epic))
    epic.unblock(actor, at)
    redraw_facts(session, epic, at)
    return epic
