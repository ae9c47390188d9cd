"""Stopping an epic: why, what was learned, and thanks to who owns it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.epics.moving import (
    locked,
    may_be_in_digests,
    notify_owner,
    redraw_moved,
    states_of,
    store_move,
)
from bot.workflows.permitting import Place, check
from models.epics.epic import Epic, Transition
from models.epics.stop import Stop, stopped_state
from models.message import MessageKind
from models.people.role import Right

Recorded = Callable[[Session, Epic, Stop, str, datetime], Callable[[Transition], None]]
RECORDS: list[Recorded] = []
"""What keeps it as a decision of who stopped an epic, filled by `records_stops`."""


def records_stops(record: Recorded) -> Recorded:
    """Have each stop by a person told to a later room: before it, and with its step after it."""
    RECORDS.append(record)
    return record


def check_may_stop(session: Session, actor: str, epic: Epic) -> None:
    """Raise CannotStop or NotAllowed where the person cannot stop it."""
    check(session, actor, Right.STOP, Place.of_epic(epic))
    epic.check_can_stop()


def stop(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    version: int | None,
    reason: str,
    learned: str | None,
    at: datetime,
) -> Epic:
    """Stop the epic; its owner hears it privately, with thanks.

    Raises CannotStop, FieldMistakes, MovedMeanwhile, NoStop, NotAllowed, UnknownEpic.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check_may_stop(session, actor, epic)
    epic.check_seen(version)
    why = Stop.read({"reason": reason, "learned": learned})
    records = [record(session, epic, why, actor, at) for record in RECORDS]  # with the case before
    step = apply_stop(session, epic, why, actor, at)
    for end in records:
        end(step)
    return epic


def apply_stop(
    session: Session,
    epic: Epic,
    why: Stop,
    actor: str | None,
    at: datetime,
    *,
    notified: str | None = None,
) -> Transition:
    """Have the epic end as stopped, by someone or by vote, and thank its owner. Raises NoStop.

    Who was `told` before is not told again.
    """
    states, _ = states_of(session, epic.portfolio_id)
    to = stopped_state(states.values())
    in_digests = may_be_in_digests(epic, to, at)
    transition = epic.stop(to, why, actor, at)
    moved = store_move(session, epic, transition, in_digests=in_digests)
    if notified is None or notified != epic.owner_user_id:
        notify_owner(session, epic, MessageKind.STOPPED, transition.id, actor, at)
    redraw_moved(session, epic, moved, states, at)
    return transition
