"""Closing a decision at its time: counted, ended and come true in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import in_thread
from bot.workflows.decisions.counting import count
from bot.workflows.decisions.effects import EFFECTS
from bot.workflows.decisions.opening import MOST_TOLD, end_of, today_in
from bot.workflows.keeping import LOCK
from bot.workflows.redrawing import redraw_about, redraw_homes, tell
from models.decisions.ballots import close_key
from models.decisions.decision import BallotBox, Decision
from models.decisions.tally import Ends
from models.message import BALLOT_KINDS, MessageKind
from models.work import put

SECOND_ROUND_DAYS = 2
"""How many working days a second round is open."""


def close_due(session: Session, decision_id: int, now: datetime) -> None:
    """Close the decision where its time has come; else have it closed when it comes.

    Who holds it has voted, and later presses read that it is closed. Where nothing is decided yet
    it goes on in a second round, or waits for the tie-breaker.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    if not decision.is_open or decision.tied_at is not None:
        return
    box = session.get_one(BallotBox, decision_id, populate_existing=True)
    closing_at = decision.closing_at(box)
    if now < closing_at:
        put(session, decision.workspace_id, close_key(decision.id), closing_at)
        return
    tally, objections = count(session, decision)
    verdict = decision.verdict(tally, objections)
    if verdict.ends is Ends.SECOND_ROUND:
        _ask_again(session, decision, verdict.options, now)
    elif verdict.ends is Ends.TIED:
        decision.tie(verdict.options, closing_at)
        _ask_tie_breaker(session, decision, now)
    else:
        decision.close(tally, closing_at, objections)
        come_true(session, decision, now)


def come_true(session: Session, decision: Decision, now: datetime) -> None:
    """Have what was decided come true, and shown wherever the decision is."""
    decision.effect = EFFECTS[decision.subject](session, decision, now)
    session.flush()
    redraw(session, decision, now)


def redraw(session: Session, decision: Decision, now: datetime) -> None:
    """Have every ballot drawn anew, and the Homes that ask for it."""
    redraw_about(session, decision.workspace_id, BALLOT_KINDS, [decision.id], now)
    redraw_homes(session, decision.workspace_id, now)


def _ask_again(session: Session, decision: Decision, options: Sequence[str], now: datetime) -> None:
    """All electors anew, on the same ballot."""
    portfolio = decision.portfolio
    last = portfolio.calendar.days_after(today_in(portfolio, now), SECOND_ROUND_DAYS)
    decision.ask_again(options, end_of(last, portfolio))
    session.execute(
        update(BallotBox)
        .where(BallotBox.decision_id == decision.id)
        .values(waiting=BallotBox.electors, recused=0, last_at=None)
    )
    put(session, decision.workspace_id, close_key(decision.id), decision.closes_at)
    told = decision.electorate if len(decision.electorate) <= MOST_TOLD else []
    kinds = (MessageKind.SECOND_ROUND, MessageKind.SECOND_ROUND_TOLD)
    in_thread(session, decision, kinds, decision.id, now, told)
    redraw(session, decision, now)


def _ask_tie_breaker(session: Session, decision: Decision, now: datetime) -> None:
    here, people = decision.workspace_id, [decision.tie_breaker]
    tell(session, here, MessageKind.TIE, decision.id, people, None, now)
    redraw(session, decision, now)
