"""The target's day gone by short of it: the owner is asked first, and then everybody sees it."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from bot.workflows.decisions.signals.raising import NOT_AGAIN_FOR, last_asked_at, raise_decision
from bot.workflows.epics.moving import locked
from bot.workflows.evidence.known import newest_reading
from bot.workflows.evidence.recording import judges
from bot.workflows.keeping import LOCK, Act
from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.permitting import Place, check, lock_roles
from bot.workflows.redrawing import post, redraw_about, redraw_facts
from bot.workflows.seeing import visible_to
from models.decisions.decision import Decision
from models.decisions.question import Question, Subject
from models.epics.epic import Epic
from models.errors import check_as_seen, there
from models.evidence.items import Reading
from models.evidence.target import NotYetForm, TargetCheck, is_short, short_because
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream

COMMAND = "/epic list mine"
MORNING = time(9)

_STREAMS_OF = aliased(ValueStream)


def _theirs(user_id: str) -> ColumnElement[bool]:
    """Its owner's; without one its value stream's."""
    of_stream = exists().where(
        _STREAMS_OF.id == Epic.value_stream_id, _STREAMS_OF.owner_user_id == user_id
    )
    return or_(Epic.owner_user_id == user_id, Epic.owner_user_id.is_(None) & of_stream)


def _is_needed(asked: Asked) -> ColumnElement[bool]:
    return TargetCheck.needed_on <= asked.portfolio.day_of(asked.at)


_ASKED_SINCE = exists().where(
    Decision.subject == Subject.EPIC,
    Decision.subject_id == TargetCheck.epic_id,
    Decision.question == Question.MVP,
    Decision.opened_at >= TargetCheck.asked_at,
)

TARGET_PASSED = Need(
    "targets",
    Rows(
        noun=TargetCheck,
        rows=select(TargetCheck)
        .join(Epic, Epic.id == TargetCheck.epic_id)
        .where(TargetCheck.answered_at.is_(None), Epic.phase.is_not(None), ~_ASKED_SINCE),
        when=_is_needed,
        order=(TargetCheck.target_on, TargetCheck.id),
        theirs=_theirs,
        loads=(joinedload(TargetCheck.epic).joinedload(Epic.value_stream),),
    ),
)
"""Epics short of their target on its day of which nobody has said for three working days whether
to decide; each waits for its owner."""


def ask_about_targets(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Ask the owners of epics whose target's day went by short of it, once for each such day.

    Where a decision was asked for lately nobody is; of what came in from a file, not in the first
    weeks.
    """
    if portfolio.is_silent(at):
        return
    asked_before = exists().where(
        TargetCheck.epic_id == Epic.id, TargetCheck.target_on == Epic.target_on
    )
    rows = select(Epic).where(
        Epic.portfolio_id == portfolio.id,
        Epic.phase.is_not(None),
        Epic.evidence_on.is_not(None),
        Epic.target_on < portfolio.day_of(at),
        ~asked_before,
    )
    for epic in session.scalars(rows.order_by(Epic.id)).all():
        reading = newest_reading(session, epic)
        if reading is None or not is_short(epic, reading.value, at) or not epic.calls_late(at):
            continue
        if last_asked_at(session, epic, at - NOT_AGAIN_FOR) is None:
            _ask(session, epic, reading, at)


def _ask(session: Session, epic: Epic, reading: Reading, at: datetime) -> None:
    asked = TargetCheck.of(epic, reading.value, at)
    session.add(asked)
    session.flush()
    owner = epic.owner_user_id or epic.value_stream.owner_user_id
    if owner is not None:
        due_at, here = _morning(epic, at), epic.workspace_id
        post(session, here, MessageKind.TARGET_PASSED, asked.id, owner, due_at)


def _morning(epic: Epic, at: datetime) -> datetime:
    """Nine o'clock of the day, or of the next one that is worked."""
    zone, calendar = ZoneInfo(epic.portfolio.time_zone), epic.portfolio.calendar
    day = epic.portfolio.day_of(at)
    if not calendar.is_worked(day):
        day = calendar.days_after(day, 1)
    return max(at, datetime.combine(day, MORNING, zone))


def look(act: Act, check_id: int) -> TargetCheck:
    """One that the person may answer. Raises AnsweredAlready, Gone and NotAllowed."""
    rows = (
        select(TargetCheck)
        .join(Epic, Epic.id == TargetCheck.epic_id)
        .where(
            TargetCheck.id == check_id,
            TargetCheck.workspace_id == act.workspace_id,
            visible_to(act.actor),
        )
    )
    asked = there(act.session.scalars(rows).first(), COMMAND)
    check(act.session, act.actor, Right.DECIDE, Place.of_epic(asked.epic))
    asked.check_is_open()
    return asked


def not_yet(act: Act, check_id: int, version: int, form: NotYetForm) -> TargetCheck:
    """Wait, for a reason. Raises AnsweredAlready, ChangedSince, Gone and NotAllowed."""
    asked = _taken(act, check_id)
    check_as_seen(asked.epic.key, version, asked.version)
    asked.answer(form.because, act.actor, act.at)
    _redraw(act, asked)
    return asked


def open_it(act: Act, check_id: int) -> tuple[TargetCheck, Decision | None]:
    """Put it to a decision; None where one was asked for meanwhile.

    Raises AnsweredAlready, Gone, NotAllowed, and what `raise_decision` does.
    """
    lock_roles(act.session, act.workspace_id)
    asked = _taken(act, check_id)
    because = short_because(asked.epic, asked.value, asked.target_on)
    decision = raise_decision(act, asked.epic, because)
    asked.answer(None, act.actor, act.at)
    _redraw(act, asked)
    return asked, decision


@judges
def settle_what_is_reached(act: Act, epic: Epic, reading: Reading) -> str | None:
    """What was short of its target and is there now waits no longer."""
    if is_short(epic, reading.value, act.at):
        return None
    open_ones = select(TargetCheck).where(
        TargetCheck.epic_id == epic.id, TargetCheck.answered_at.is_(None)
    )
    for asked in act.session.scalars(open_ones.with_for_update(**LOCK)):
        asked.answer(f"it was read at {reading.value:f} since", act.actor, act.at)
        _redraw(act, asked)
    return None


def _taken(act: Act, check_id: int) -> TargetCheck:
    asked = look(act, check_id)
    locked(act.session, act.workspace_id, act.actor, asked.epic_id)
    act.session.refresh(asked, with_for_update=LOCK)
    asked.check_is_open()
    return asked


def _redraw(act: Act, asked: TargetCheck) -> None:
    redraw_about(act.session, act.workspace_id, [MessageKind.TARGET_PASSED], [asked.id], act.at)
    redraw_facts(act.session, asked.epic, act.at)
