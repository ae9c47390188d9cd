"""Stopping an epic: why, what was learned, and thanks to who owns it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.epics.moving import ReasonMissing, carry_out, locked, redraw_moved, states_of
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_message
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.errors import FieldMistakes, Mistake
from models.message import Message, MessageKind
from models.people.role import Right
from models.portfolio.portfolio import StateKind

LONGEST = 500


class CannotStop(Mistake):
    """A stop of what has ended already."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            f"{epic.key} is in {epic.column_label} already, so nothing is to be stopped."
        )


class NoStop(Mistake):
    """A board without a state for what is stopped."""

    def __init__(self) -> None:
        super().__init__("This portfolio has no state for what is stopped.")


def check_may_stop(session: Session, actor: str, epic: Epic) -> None:
    """Raise CannotStop or NotAllowed where the person cannot stop it."""
    check(session, actor, Right.STOP, Place.of_epic(epic))
    if epic.state.kind in (StateKind.DONE, StateKind.STOPPED):
        raise CannotStop(epic)


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
    reason, learned = reason.strip(), (learned or "").strip()
    if not reason:
        raise ReasonMissing("Say in a sentence why it stops: it is what everybody reads.")
    if max(len(reason), len(learned)) > LONGEST:
        raise FieldMistakes({"reason": f"Up to {LONGEST} characters each, please."})
    carry_out_stop(session, epic, actor, reason, learned or None, at)
    return epic


def carry_out_stop(
    session: Session,
    epic: Epic,
    actor: str | None,
    reason: str,
    learned: str | None,
    at: datetime,
) -> None:
    """Have the epic end as stopped, and thank its owner; nothing is asked any more. Raises NoStop.

    Without an actor it was decided by vote.
    """
    states, _ = states_of(session, epic.portfolio_id)
    stopped = next((s for s in states.values() if s.kind is StateKind.STOPPED), None)
    if stopped is None:
        raise NoStop
    moved = carry_out(session, epic, Column(stopped), actor, reason, at)
    moved.transition.learned = learned
    thanks = _put_thanks(session, epic, moved.transition)
    redraw_moved(session, epic, moved, states, at)
    if thanks is not None:
        redraw_message(session, thanks, at)


def _put_thanks(session: Session, epic: Epic, step: Transition) -> Message | None:
    """The private word to the owner; None where they stopped it themselves."""
    owner = epic.owner_user_id
    if owner is None or owner == step.actor_user_id or epic.portfolio.is_silent(step.at):
        return None
    message = Message(
        workspace_id=epic.workspace_id,
        channel_id=owner,
        kind=MessageKind.STOPPED,
        subject_id=step.id,
    )
    session.add(message)
    session.flush()
    return message
