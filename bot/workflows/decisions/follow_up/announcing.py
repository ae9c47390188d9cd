"""Announcing a stop: to the owner of the epic first, then to everybody, when it becomes true."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import seen_decision
from bot.workflows.decisions.closing import come_true
from bot.workflows.decisions.counting import count
from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import redraw_about
from models.decisions.decision import Decision, NotItsOwner, ResultIsOut
from models.decisions.follow_up.dates import announcing_key
from models.decisions.follow_up.form import LearnedForm
from models.message import MessageKind
from models.work import cancel, put


def announce_due(session: Session, decision_id: int, now: datetime) -> None:
    """Have everybody see how it ended, and have it come true, once the owner had the time."""
    decision = session.get_one(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    if not decision.is_held:
        return
    assert decision.result_at is not None
    if now < decision.result_at:
        put(session, decision.workspace_id, announcing_key(decision.id), decision.result_at)
        return
    _announce(session, decision, now)


def announce_now(act: Act, decision_id: int) -> Decision:
    """The same as soon as the owner says so. Raises Gone, NotItsOwner and ResultIsOut."""
    decision = _of_its_owner(act, decision_id)
    if not decision.is_held:
        raise ResultIsOut(decision.key)
    cancel(act.session, act.workspace_id, announcing_key(decision.id))
    _announce(act.session, decision, act.at)
    return decision


def look(act: Act, decision_id: int) -> Decision:
    """One of which the person says what was learned. Raises Gone and NotItsOwner."""
    return _of_its_owner(act, decision_id)


def learn(act: Act, decision_id: int, form: LearnedForm) -> Decision:
    """Keep what was learned; it is told with the result. Raises Gone and NotItsOwner."""
    decision = _of_its_owner(act, decision_id)
    decision.learn(form.learned)
    act.session.flush()
    redraw_about(act.session, act.workspace_id, [MessageKind.STOP_FIRST], [decision.id], act.at)
    return decision


def _announce(session: Session, decision: Decision, now: datetime) -> None:
    assert decision.closed_at is not None
    tally, objections = count(session, decision)
    decision.close(tally, decision.closed_at, objections)
    come_true(session, decision, now)


def _of_its_owner(act: Act, decision_id: int) -> Decision:
    decision = seen_decision(act, decision_id, lock=True)
    if act.actor != decision.told_first:
        raise NotItsOwner(decision.key, decision.told_first)
    return decision
