"""Still right: saying that an epic stands as it is shown."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.board.fact_check import asked_about
from bot.workflows.epics.moving import UnknownEpic
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_epic, redraw_facts, redraw_questions
from bot.workflows.seeing import may_see
from models.board.confirmation import Confirmation, FactCheck
from models.epics.epic import Epic
from models.errors import Mistake
from models.people.role import Right


class NotInFlight(Mistake):
    """A word about an epic that is not between commitment and done."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            f"{epic.key} is in {epic.state.label} now, so there is nothing to confirm."
        )


class UnknownQuestion(Mistake):
    """A question that was not asked of this person."""

    def __init__(self) -> None:
        super().__init__("That question was for someone else, or is from an earlier time.")


def confirm(session: Session, workspace_id: int, actor: str, epic_id: int, at: datetime) -> Epic:
    """Note that the epic still stands so. Raises UnknownEpic, NotInFlight and NotAllowed."""
    epic = session.scalars(
        select(Epic)
        .where(Epic.workspace_id == workspace_id, Epic.id == epic_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if epic is None or not may_see(session, actor, epic):
        raise UnknownEpic
    check(session, actor, Right.CONFIRM, Place.of_epic(epic))
    if not epic.state.committed:
        raise NotInFlight(epic)
    session.add(Confirmation(workspace_id=workspace_id, epic_id=epic.id, user_id=actor, at=at))
    redraw_facts(session, epic, at)
    return epic


def question_of(session: Session, workspace_id: int, actor: str, check_id: int) -> FactCheck:
    """What the person was asked. Raises UnknownQuestion."""
    question = session.get(FactCheck, check_id)
    if question is None or (question.workspace_id, question.user_id) != (workspace_id, actor):
        raise UnknownQuestion
    return question


def confirm_all(
    session: Session, workspace_id: int, actor: str, check_id: int, at: datetime
) -> Sequence[Epic]:
    """Note it for every epic the person was asked about and has not answered for.

    Raises UnknownQuestion.
    """
    question = question_of(session, workspace_id, actor, check_id)
    asked = asked_about(session, question)
    epics = [epic for epic, confirmed_at in asked.some if confirmed_at is None]
    for epic in epics:
        session.add(Confirmation(workspace_id=workspace_id, epic_id=epic.id, user_id=actor, at=at))
    redraw_questions(session, epics, at)
    if epics:
        redraw_epic(session, epics[0], at, [epic.id for epic in epics])
    return epics
