"""Still right: saying that an epic stands as it is shown."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.board.fact_check import asked_about, epics_of, left_out
from bot.workflows.epics.moving import locked
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_about, redraw_epic, redraw_facts, redraw_questions
from models.board.confirmation import (
    Confirmation,
    FactCheck,
    LeftOut,
    NothingLeftOut,
    NotTheseForm,
    asked,
)
from models.epics.epic import Epic
from models.message import MessageKind
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
    epics = [each.epic for each in asked.some if each.confirmed_at is None]
    session.add_all(Confirmation.of(epic, actor, at) for epic in epics)
    redraw_questions(session, epics, at)
    if epics:
        redraw_epic(session, epics[0], at, [epic.id for epic in epics])
    return epics


def leave_out(act: Act, check_id: int, form: NotTheseForm) -> None:
    """Have the person not asked about those of the question's epics for a while.

    What is not among them any more is passed over. Raises UnknownQuestion.
    """
    session = act.session
    question = question_of(session, act.workspace_id, act.actor, check_id)
    chosen = [epic for epic in epics_of(session, question) if epic.id in form.epic_ids]
    before = select(LeftOut).where(
        LeftOut.user_id == act.actor, LeftOut.epic_id.in_([epic.id for epic in chosen])
    )
    for each in session.scalars(before):
        session.delete(each)
    session.flush()
    session.add_all(LeftOut.of(epic, act.actor, act.at) for epic in chosen)
    _redraw_question(act, question)


def ask_again(act: Act, check_id: int) -> None:
    """Have the person asked about all their epics again. Raises NothingLeftOut, UnknownQuestion."""
    question = question_of(act.session, act.workspace_id, act.actor, check_id)
    found = left_out(act.session, question)
    if not found:
        raise NothingLeftOut
    for each in found:
        act.session.delete(each)
    _redraw_question(act, question)


def _redraw_question(act: Act, question: FactCheck) -> None:
    kinds = [MessageKind.FACT_CHECK]
    redraw_about(act.session, act.workspace_id, kinds, [question.id], act.at)
