"""Moving the money of a shift: set aside, moved, given back, each told and drawn where it stands.

A shift locks its own row first and its period's after, so that no two wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.considering import people_of
from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import post, redraw_about, redraw_digests, redraw_facts, redraw_homes
from bot.workflows.seeing import portfolio_visible_to
from models.budgets.commitments.commitment import Commitment
from models.budgets.ledger import Account, EntryKind, Move, free, set_aside
from models.budgets.seats import People
from models.budgets.shift import Outcome, Shift, ShiftQuestion
from models.decisions.decision import Decision
from models.epics.epic import Epic
from models.errors import Gone
from models.message import SHIFT_QUESTION_KINDS, MessageKind
from models.portfolio.portfolio import Portfolio
from models.work import cancel, put


def locked(session: Session, shift_id: int) -> Shift | None:
    """A request that nobody else changes meanwhile.

    The council's decision is held before it, as where that one closes.
    """
    decision_id = session.scalar(select(Shift.decision_id).where(Shift.id == shift_id))
    if decision_id is not None:
        session.get(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    return session.get(Shift, shift_id, with_for_update=LOCK, populate_existing=True)


def seen_shift(act: Act, shift_id: int) -> Shift:
    """A shift of a portfolio the person sees. Raises Gone."""
    shift = act.session.get(Shift, shift_id)
    if shift is None or not is_seen(act, shift):
        raise Gone(ledger.COMMAND)
    return shift


def is_seen(act: Act, shift: Shift) -> bool:
    """Whether the person sees its portfolio."""
    seen = select(Portfolio.id).where(
        Portfolio.id == shift.portfolio_id,
        Portfolio.workspace_id == act.workspace_id,
        portfolio_visible_to(act.actor),
    )
    return act.session.scalar(seen) is not None


def people_now(session: Session, shift: Shift) -> People:
    """Who decides on it as roles are now."""
    return people_of(session, shift.from_stream, shift.to_stream, shift.asked_by)


def set_money_aside(session: Session, shift: Shift, by: str, at: datetime) -> None:
    """Hold the money until the request ends. Raises Overdrawn."""
    source, to = free(shift.from_stream_id), set_aside(shift.from_stream_id)
    _append(session, shift, EntryKind.HOLD, source, to, by, at)
    put(session, shift.workspace_id, shift.work_key, shift.lapses_at)
    if shift.stand_ins_at is not None:
        put(session, shift.workspace_id, shift.stand_ins_key, shift.stand_ins_at)


def move_at_once(session: Session, shift: Shift, by: str, at: datetime) -> None:
    """Move what asks nobody. Raises Overdrawn."""
    source, to = free(shift.from_stream_id), free(shift.to_stream_id)
    _append(session, shift, EntryKind.SHIFT, source, to, by, at)


def settle(session: Session, shift: Shift, by: str | None, at: datetime) -> None:
    """Have the ledger follow a request that has ended, once, and tell who asked."""
    assert shift.outcome is not None
    session.flush()
    ledger.lock(session, shift.period)
    held = set_aside(shift.from_stream_id)
    if shift.outcome is Outcome.MOVED:
        _append(session, shift, EntryKind.SHIFT, held, free(shift.to_stream_id), by, at)
    else:
        _append(session, shift, EntryKind.RELEASE, held, free(shift.from_stream_id), by, at)
    cancel(session, shift.workspace_id, shift.stand_ins_key)
    if shift.outcome is not Outcome.LAPSED:  # that work ends itself
        cancel(session, shift.workspace_id, shift.work_key)
    if shift.asked_by != by:
        notify(session, shift, [shift.asked_by], at)


def notify(session: Session, shift: Shift, people: Sequence[str], at: datetime) -> None:
    """Put the request, as it stands, into the direct messages of each."""
    for user_id in dict.fromkeys(people):
        post(session, shift.workspace_id, MessageKind.SHIFT, shift.id, user_id, at)


def redraw(session: Session, shift: Shift, at: datetime) -> None:
    """Put the drawing of all that shows it."""
    redraw_about(session, shift.workspace_id, [MessageKind.SHIFT], [shift.id], at)
    if shift.outcome is not None:  # nobody answers what is still asked
        asked = select(ShiftQuestion.id).where(
            ShiftQuestion.shift_id == shift.id, ShiftQuestion.answered_at.is_(None)
        )
        redraw_about(session, shift.workspace_id, SHIFT_QUESTION_KINDS, asked, at)
    covers = select(Epic).join(Commitment, Commitment.epic_id == Epic.id)
    for epic in session.scalars(covers.where(Commitment.asked_shift_id == shift.id)):
        redraw_facts(session, epic, at)
    redraw_digests(session, shift.workspace_id, shift.portfolio_id, at)
    redraw_homes(session, shift.workspace_id, at)


def _append(
    session: Session,
    shift: Shift,
    kind: EntryKind,
    source: Account,
    to: Account,
    by: str | None,
    at: datetime,
) -> None:
    moves = [Move(source, to, shift.amount_minor)]
    ledger.append(session, shift.portfolio, shift.period, kind, moves, by, at, shift=shift)
