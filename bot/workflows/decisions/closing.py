"""Closing a decision at its time: counted, ended and come true in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.decisions.effects import EFFECTS
from bot.workflows.keeping import LOCK
from bot.workflows.redrawing import redraw_about, redraw_homes
from models.decisions.ballots import close_key
from models.decisions.decision import Ballot, BallotBox, Decision
from models.message import BALLOT_KINDS
from models.work import put


def close_due(session: Session, decision_id: int, now: datetime) -> None:
    """Close the decision where its time has come; else have it closed when it comes.

    Who holds it has voted, and later presses read that it is closed.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    if not decision.is_open:
        return
    box = session.get_one(BallotBox, decision_id, populate_existing=True)
    closing_at = decision.closing_at(box)
    if now < closing_at:
        put(session, decision.workspace_id, close_key(decision.id), closing_at)
        return
    last = [ballot.choice for ballot in last_ballots(session, decision)]
    decision.close(decision.tally(last), closing_at)
    come_true(session, decision, now)


def come_true(session: Session, decision: Decision, now: datetime) -> None:
    """Have what was decided come true, and shown wherever the decision is."""
    decision.effect = EFFECTS[decision.subject](session, decision, now)
    session.flush()
    redraw_about(session, decision.workspace_id, BALLOT_KINDS, [decision.id], now)
    redraw_homes(session, decision.workspace_id, now)


def last_ballots(session: Session, decision: Decision) -> Sequence[Ballot]:
    """The last ballot of each who voted, in the order in which they came."""
    counted = (
        select(func.max(Ballot.number))
        .where(Ballot.decision_id == decision.id)
        .group_by(Ballot.user_id)
    )
    here = Ballot.decision_id == decision.id
    return session.scalars(
        select(Ballot).where(here, Ballot.number.in_(counted)).order_by(Ballot.number)
    ).all()
