"""Asking about a request to move money: in its thread, by name, until someone answers."""

from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.budgets.shifts import moving
from bot.workflows.keeping import Act
from bot.workflows.threads import Thread
from models.budgets.shift import Shift, ShiftQuestion
from models.message import SHIFT_QUESTION_KINDS, MessageKind


def askable(act: Act, shift_id: int, *, lock: bool = False) -> Shift:
    """An open request that the person sees. Raises Gone, AlreadyEnded and ClosedAt."""
    if lock:
        moving.locked(act.session, shift_id)
    shift = moving.seen_shift(act, shift_id)
    shift.check_is_open(act.at)
    return shift


QUESTIONS = Thread(
    question=ShiftQuestion,
    about="shift_id",
    command=COMMAND,
    kinds=SHIFT_QUESTION_KINDS,
    askable=askable,
    head=lambda shift: (MessageKind.SHIFT, shift.id),
    people=lambda act, shift: (shift.asked_by, act.actor),
    redraw=moving.redraw,
)
