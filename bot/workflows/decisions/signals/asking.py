"""Asking an epic's owner first whether to decide on it; after three days everybody sees it."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    case,
    cast,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload

from bot.workflows.decisions.signals.raising import NOT_AGAIN_FOR, asked_since, raise_decision
from bot.workflows.epics.moving import locked
from bot.workflows.keeping import LOCK, Act
from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.permitting import Place, check, lock_roles
from bot.workflows.redrawing import post, redraw_about, redraw_facts
from bot.workflows.seeing import visible_to
from models.decisions.decision import Decision
from models.decisions.question import Question, Subject
from models.decisions.signal import Measured, NotYetForm, Signal, SignalCheck
from models.epics.epic import Epic
from models.errors import check_as_seen, there
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream

COMMAND = "/epic list mine"
MORNING = time(9)

MARKS: dict[Signal, SQLColumnExpression[str]] = {
    Signal.TARGET: cast(Epic.target_on, String),
    Signal.SPEND: cast(Epic.mvp_cost_minor, String),
    Signal.LINE: literal(""),
}
"""What each is asked once for, as the epic has it now."""

_STREAMS_OF = aliased(ValueStream)


def _theirs(user_id: str) -> ColumnElement[bool]:
    """Its owner's; without one its value stream's."""
    of_stream = exists().where(
        _STREAMS_OF.id == Epic.value_stream_id, _STREAMS_OF.owner_user_id == user_id
    )
    return or_(Epic.owner_user_id == user_id, Epic.owner_user_id.is_(None) & of_stream)


def _is_needed(asked: Asked) -> ColumnElement[bool]:
    return SignalCheck.needed_on <= asked.portfolio.day_of(asked.at)


_DECIDED_SINCE = exists().where(
    Decision.subject == Subject.EPIC,
    Decision.subject_id == SignalCheck.epic_id,
    Decision.question == Question.MVP,
    Decision.opened_at >= SignalCheck.asked_at,
)

SIGNALLED = Need(
    "signals",
    Rows(
        noun=SignalCheck,
        rows=select(SignalCheck)
        .join(Epic, Epic.id == SignalCheck.epic_id)
        .where(
            SignalCheck.answered_at.is_(None),
            SignalCheck.mark == case(MARKS, value=SignalCheck.signal),
            Epic.phase.is_not(None),
            ~_DECIDED_SINCE,
        ),
        when=_is_needed,
        order=(SignalCheck.asked_at, SignalCheck.id),
        theirs=_theirs,
        loads=(joinedload(SignalCheck.epic).joinedload(Epic.value_stream),),
    ),
)
"""Epics of which nobody has said for three working days whether to decide, though something
measured speaks for it; each waits for its owner."""


def to_ask(portfolio: Portfolio, signal: Signal, at: datetime, *beside: Any) -> Select[Any]:
    """The epics that a signal can ask about: not twice for the same, nor lately for another."""
    before = exists().where(
        SignalCheck.epic_id == Epic.id,
        SignalCheck.signal == signal,
        SignalCheck.mark == MARKS[signal],
    )
    return (
        select(Epic, *beside)
        .where(
            Epic.portfolio_id == portfolio.id,
            Epic.phase.is_not(None),
            ~before,
            ~asked_since(at - NOT_AGAIN_FOR),
        )
        .order_by(Epic.id)
    )


def ask(session: Session, epic: Epic, found: Measured, at: datetime) -> None:
    """Ask its owner, or who owns its value stream, from nine in the morning on."""
    asked = SignalCheck.of(epic, found, at)
    session.add(asked)
    session.flush()
    owner = epic.owner_user_id or epic.value_stream.owner_user_id
    if owner is not None:
        due_at, here = _morning(epic, at), epic.workspace_id
        post(session, here, MessageKind.SIGNAL, asked.id, owner, due_at)


def _morning(epic: Epic, at: datetime) -> datetime:
    """Nine o'clock of the day, or of the next one that is worked."""
    zone, calendar = ZoneInfo(epic.portfolio.time_zone), epic.portfolio.calendar
    day = epic.portfolio.day_of(at)
    if not calendar.is_worked(day):
        day = calendar.days_after(day, 1)
    return max(at, datetime.combine(day, MORNING, zone))


def look(act: Act, check_id: int) -> SignalCheck:
    """One that the person may answer. Raises AnsweredAlready, Gone and NotAllowed."""
    rows = (
        select(SignalCheck)
        .join(Epic, Epic.id == SignalCheck.epic_id)
        .where(
            SignalCheck.id == check_id,
            SignalCheck.workspace_id == act.workspace_id,
            visible_to(act.actor),
        )
    )
    asked = there(act.session.scalars(rows).first(), COMMAND)
    check(act.session, act.actor, Right.DECIDE, Place.of_epic(asked.epic))
    asked.check_is_open()
    return asked


def not_yet(act: Act, check_id: int, version: int, form: NotYetForm) -> SignalCheck:
    """Wait, for a reason. Raises AnsweredAlready, ChangedSince, Gone and NotAllowed."""
    asked = _taken(act, check_id)
    check_as_seen(asked.epic.key, version, asked.version)
    asked.answer(form.because, act.actor, act.at)
    _redraw(act.session, asked, act.at)
    return asked


def open_it(act: Act, check_id: int) -> tuple[SignalCheck, Decision | None]:
    """Put it to a decision; None where one was asked for meanwhile.

    Raises AnsweredAlready, Gone, NotAllowed, and what `raise_decision` does.
    """
    lock_roles(act.session, act.workspace_id)
    asked = _taken(act, check_id)
    decision = raise_decision(act, asked.epic, asked.says)
    asked.answer(None, act.actor, act.at)
    _redraw(act.session, asked, act.at)
    return asked, decision


def settle(session: Session, epic: Epic, signal: Signal, because: str, at: datetime) -> None:
    """End what the owner was asked: what was measured since has answered it."""
    open_ones = select(SignalCheck).where(
        SignalCheck.epic_id == epic.id,
        SignalCheck.signal == signal,
        SignalCheck.answered_at.is_(None),
    )
    for asked in session.scalars(open_ones.with_for_update(**LOCK)):
        asked.answer(because, None, at)
        _redraw(session, asked, at)


def _taken(act: Act, check_id: int) -> SignalCheck:
    asked = look(act, check_id)
    locked(act.session, act.workspace_id, act.actor, asked.epic_id)
    act.session.refresh(asked, with_for_update=LOCK)
    asked.check_is_open()
    return asked


def _redraw(session: Session, asked: SignalCheck, at: datetime) -> None:
    redraw_about(session, asked.workspace_id, [MessageKind.SIGNAL], [asked.id], at)
    redraw_facts(session, asked.epic, at)
