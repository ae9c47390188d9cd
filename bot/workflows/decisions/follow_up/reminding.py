"""Reminding those who have not voted, once, a working day before the close."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.decisions.closing import not_voted
from bot.workflows.decisions.follow_up.leaving import ask_soon
from bot.workflows.keeping import LOCK
from bot.workflows.redrawing import post
from models.decisions.decision import Decision
from models.decisions.follow_up.dates import remind_at, remind_key
from models.decisions.votes import BallotBox
from models.message import MessageKind
from models.work import put


def remind_due(session: Session, decision_id: int, now: datetime) -> None:
    """Remind each elector who has not voted by now; where it closes later by now, later."""
    decision = session.get_one(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    if not decision.is_open or decision.tied_at is not None or decision.reminded_at is not None:
        return
    due_at = remind_at(decision.closes_at, decision.portfolio)
    if now < due_at:
        put(session, decision.workspace_id, remind_key(decision.id), due_at)
        return
    box = session.get_one(BallotBox, decision_id, populate_existing=True)
    if now >= decision.closing_at(box):
        return
    decision.reminded_at = now
    ask_soon(session, decision.workspace_id, now)
    for each in not_voted(session, decision):
        post(session, decision.workspace_id, MessageKind.BALLOT_REMINDER, decision.id, each, now)
