"""Moving an epic to another state."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_epic, redraw_questions
from bot.workflows.seeing import may_see
from models.digest import QUIET_AFTER
from models.epic import Epic
from models.errors import AlreadyThere, Mistake, MovedMeanwhile
from models.portfolio import State
from models.role import Right

LOCKED = (
    select(Epic)
    .where(Epic.workspace_id == bindparam("workspace_id"), Epic.id == bindparam("epic_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
STATES = select(State).where(
    State.portfolio_id == bindparam("portfolio_id"),
    State.id.in_(bindparam("state_ids", expanding=True)),
)
"""Built once: to build a statement takes longer than to ask it, and moves are clicked often."""


class UnknownEpic(Mistake):
    """An epic that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That epic is not there any more.")


class UnknownState(Mistake):
    """A state that the epic's portfolio does not have."""

    def __init__(self) -> None:
        super().__init__("This portfolio has no such state any more. Choose another one.")


def move(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    to_state_id: int,
    version: int | None,
    reason: str | None,
    at: datetime,
) -> Epic:
    """Move the epic, and redraw wherever it is shown.

    `version` is what the person saw, None when they named the epic by its key. Raises
    AlreadyThere, MovedMeanwhile, NotAllowed, UnknownEpic, UnknownState.
    """
    epic = session.scalars(LOCKED, {"workspace_id": workspace_id, "epic_id": epic_id}).first()
    if epic is None or not may_see(session, actor, epic):
        raise UnknownEpic
    ids = {"portfolio_id": epic.portfolio_id, "state_ids": [epic.state_id, to_state_id]}
    states = {state.id: state for state in session.scalars(STATES, ids)}
    to = states.get(to_state_id)
    if to is None:
        raise UnknownState
    check(session, actor, Right.MOVE, Place.of_epic(epic))
    if to is epic.state:
        raise AlreadyThere(epic.key, to.label)
    if version is not None and version != epic.version:
        raise MovedMeanwhile(epic.key, epic.state.label)
    in_digests = not epic.state.committed or at - epic.state_entered_at >= QUIET_AFTER
    session.add(epic.move(to, actor, reason, at))
    redraw_questions(session, [epic], at, in_digests=in_digests)
    redraw_epic(session, epic, at)
    return epic
