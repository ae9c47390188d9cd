"""Blocking: saying that an epic cannot go on, and that it can again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.epics.moving import locked
from bot.workflows.needs import Need, Rows
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_facts
from models.calendar import spell_day
from models.epics.column import ENDED
from models.epics.epic import Blocking, Epic
from models.errors import FieldMistakes, Mistake
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import State

LONGEST = 500

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
        theirs=lambda user_id: Epic.owner_user_id == user_id,
        loads=(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking)),
    ),
    thread=MessageKind.DIGEST_BLOCKED,
)
"""Open epics that cannot go on, the longest first; each waits for its owner."""


class AlreadyBlocked(Mistake):
    """A second reason while the first one still holds."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(
            f"{key} is blocked already: {reason[:200]}. Say that it is unblocked first."
        )


class NotBlocked(Mistake):
    """An end to what is not."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Nothing blocks {key}: it can go on.")


class AlreadyEnded(Mistake):
    """Something about an epic that is done or stopped."""

    def __init__(self, epic: Epic) -> None:
        zone = ZoneInfo(epic.portfolio.time_zone)
        when = spell_day(epic.state_entered_at.astimezone(zone).date())
        where = f"has been in {epic.column_label} since {when}"
        super().__init__(f"{epic.key} {where}: nothing can block it any more.")


def check_may_block(session: Session, actor: str, epic: Epic) -> None:
    """Raise AlreadyBlocked, AlreadyEnded or NotAllowed where the person cannot say it."""
    check(session, actor, Right.BLOCK, Place.of_epic(epic))
    if epic.state.kind in ENDED:
        raise AlreadyEnded(epic)
    if epic.blocking is not None:
        raise AlreadyBlocked(epic.key, epic.blocking.reason)


def block(
    session: Session, workspace_id: int, actor: str, epic_id: int, reason: str, at: datetime
) -> Epic:
    """Note why the epic cannot go on.

    Raises AlreadyBlocked, AlreadyEnded, FieldMistakes, NotAllowed and UnknownEpic.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check_may_block(session, actor, epic)
    reason = reason.strip()
    if not reason:
        raise FieldMistakes({"reason": "Say what it waits for, so that someone can help."})
    if len(reason) > LONGEST:
        said = f"Up to {LONGEST} characters, please; this has {len(reason):,}."
        raise FieldMistakes({"reason": said})
    session.add(
        Blocking(workspace_id=workspace_id, epic_id=epic.id, reason=reason, by_user_id=actor, at=at)
    )
    _redraw(session, epic, at)
    return epic


def unblock(session: Session, workspace_id: int, actor: str, epic_id: int, at: datetime) -> Epic:
    """Note that it can go on. Raises NotAllowed, NotBlocked and UnknownEpic."""
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.BLOCK, Place.of_epic(epic))
    if epic.blocking is None:
        raise NotBlocked(epic.key)
    epic.blocking.ended_at, epic.blocking.ended_by = at, actor
    _redraw(session, epic, at)
    return epic


def _redraw(session: Session, epic: Epic, at: datetime) -> None:
    session.flush()
    session.expire(epic, ["blocking"])
    redraw_facts(session, epic, at)
