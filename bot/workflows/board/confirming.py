"""Still right: saying that an epic stands as it is shown."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.board.fact_check import asked_about
from bot.workflows.epics.moving import locked
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_epic, redraw_facts, redraw_questions
from models.board.confirmation import Confirmation, FactCheck, asked
from models.epics.epic import Epic
from models.people.role import Right


def confirm(session: Session, workspace_id: int, actor: str, epic_id: int, at: datetime) -> Epic:
    """Note that the epic is still right. Raises UnknownEpic, NotInFlight and NotAllowed."""
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.CONFIRM, Place.of_epic(epic))
    session.add(Confirmation.of(epic, actor, at))
    redraw_facts(session, epic, at)
    return epic


def question_of(session: Session, workspace_id: int, actor: str, check_id: int) -> FactCheck:
    """What the person was asked. Raises UnknownQuestion."""
    return asked(session.get(FactCheck, check_id), workspace_id, actor)


def confirm_all(
    session: Session, workspace_id: int, actor: str, check_id: int, at: datetime
) -> Sequence[Epic]:
    """Note it for every epic the person was asked about and has not answered for.

    Raises UnknownQuestion.
    """
    question = question_of(session, workspace_id, actor, check_id)
    asked = asked_about(session, question)
    epics = [epic for epic, confirmed_at in asked.some if confirmed_at is None]
    session.add_all(Confirmation.of(epic, actor, at) for epic in epics)
    redraw_questions(session, epics, at)
    if epics:
        redraw_epic(session, epics[0], at, [epic.id for epic in epics])
    return epics
