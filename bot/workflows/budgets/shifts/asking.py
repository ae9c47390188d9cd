"""Asking about a request to move money: in its thread, by name, until someone answers."""

from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.budgets.shifts import moving
from bot.workflows.decisions.beside import put_in_thread
from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import redraw_about
from models.budgets.shift import Shift, ShiftQuestion
from models.decisions.thread import AnswerForm, QuestionForm
from models.errors import check_as_seen, there
from models.message import SHIFT_QUESTION_KINDS, MessageKind


def askable(act: Act, shift_id: int) -> Shift:
    """An open request that the person sees. Raises Gone, AlreadyEnded and ClosedAt."""
    shift = moving.seen_shift(act, shift_id)
    shift.check_is_open(act.at)
    return shift


def ask(act: Act, shift_id: int, form: QuestionForm) -> ShiftQuestion:
    """Ask something about it. Raises Gone, AlreadyEnded and ClosedAt."""
    moving.locked(act.session, shift_id)
    shift = askable(act, shift_id)
    question = ShiftQuestion(
        workspace_id=act.workspace_id,
        shift_id=shift.id,
        asked_by=act.actor,
        words=form.words,
        asked_at=act.at,
        version=1,
    )
    act.session.add(question)
    act.session.flush()
    head, people = (MessageKind.SHIFT, shift.id), (shift.asked_by, act.actor)
    put_in_thread(
        act.session, act.workspace_id, head, SHIFT_QUESTION_KINDS, question.id, act.at, people
    )
    moving.redraw(act.session, shift, act.at)
    return question


def answerable(act: Act, question_id: int) -> ShiftQuestion:
    """One whose request the person sees and is open. Raises Gone, AlreadyEnded and ClosedAt."""
    question = there(act.session.get(ShiftQuestion, question_id), COMMAND)
    askable(act, question.shift_id)
    return question


def answer(act: Act, question_id: int, version: int, form: AnswerForm) -> ShiftQuestion:
    """Answer it, for all who read the request.

    Raises ChangedSince, Gone, AlreadyEnded and ClosedAt.
    """
    session = act.session
    asked = there(session.get(ShiftQuestion, question_id), COMMAND)
    moving.locked(session, asked.shift_id)
    shift = askable(act, asked.shift_id)
    question = session.get_one(
        ShiftQuestion, question_id, with_for_update=LOCK, populate_existing=True
    )
    check_as_seen("this question", version, question.version)
    question.give(form.answer, act.actor, act.at)
    session.flush()
    redraw_about(session, act.workspace_id, SHIFT_QUESTION_KINDS, [question.id], act.at)
    moving.redraw(session, shift, act.at)
    return question
