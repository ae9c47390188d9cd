"""Still right: saying that an epic stands as it is shown."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.asking import asked_about
from bot.workflows.moving import UnknownEpic
from bot.workflows.redrawing import redraw_questions
from models.confirmation import Confirmation, FactCheck
from models.epic import Epic
from models.errors import Mistake


class NotInFlight(Mistake):
    """A word about an epic that is not between commitment and done."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            f"{epic.key} is in {epic.state.label} now, so there is nothing to confirm."
        )


class NotTheirs(Mistake):
    """A word about an epic by someone who answers for neither it nor its stream."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(f"Only who owns {epic.key} or its value stream can say that.")
        owners = (epic.owner_user_id, epic.value_stream.owner_user_id)
        self.ask = tuple(dict.fromkeys(owner for owner in owners if owner))


class UnknownQuestion(Mistake):
    """A question that was not asked of this person."""

    def __init__(self) -> None:
        super().__init__("That question was for someone else, or is from an earlier time.")


def confirm(session: Session, workspace_id: int, actor: str, epic_id: int, at: datetime) -> Epic:
    """Note that the epic still stands so. Raises UnknownEpic, NotInFlight and NotTheirs."""
    epic = session.scalars(
        select(Epic)
        .where(Epic.workspace_id == workspace_id, Epic.id == epic_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if epic is None:
        raise UnknownEpic
    if not epic.state.committed:
        raise NotInFlight(epic)
    if actor not in (epic.owner_user_id, epic.value_stream.owner_user_id):
        raise NotTheirs(epic)
    session.add(Confirmation(workspace_id=workspace_id, epic_id=epic.id, user_id=actor, at=at))
    redraw_questions(session, [epic], at)
    return epic


def confirm_all(
    session: Session, workspace_id: int, actor: str, check_id: int, at: datetime
) -> Sequence[Epic]:
    """Note it for every epic the person was asked about and has not answered for.

    Raises UnknownQuestion.
    """
    check = session.get(FactCheck, check_id)
    if check is None or (check.workspace_id, check.user_id) != (workspace_id, actor):
        raise UnknownQuestion
    asked, _ = asked_about(session, check)
    epics = [epic for epic, confirmed_at in asked if confirmed_at is None]
    for epic in epics:
        session.add(Confirmation(workspace_id=workspace_id, epic_id=epic.id, user_id=actor, at=at))
    redraw_questions(session, epics, at)
    return epics
