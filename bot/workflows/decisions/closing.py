"""Closing a decision at its time: counted, ended and come true in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import in_thread, is_restricted, sees
from bot.workflows.decisions.counting import count, last_ballots, part_with_who_left
from bot.workflows.decisions.effects import keep_up, take_effect
from bot.workflows.decisions.opening.opening import MOST_DIRECT
from bot.workflows.keeping import LOCK
from bot.workflows.permitting import departed
from bot.workflows.redrawing import (
    notify,
    post,
    redraw_about,
    redraw_digests,
    redraw_facts,
    redraw_homes,
)
from models.decisions.ballots import close_key
from models.decisions.days import end_of
from models.decisions.decision import Decision, Way
from models.decisions.delegation import CarriedBallot, Delegation
from models.decisions.follow_up.dates import (
    announcing_key,
    extended_to,
    remind_at,
    remind_key,
    shown_to_all_at,
)
from models.decisions.follow_up.outcome_review import USUAL_LOOK, Occasion, OutcomeReview
from models.decisions.tally import Ends
from models.decisions.thread import BallotQuestion, Objection
from models.decisions.votes import BallotBox
from models.message import (
    BALLOT_KINDS,
    FOLLOW_UP_KINDS,
    OBJECTION_KINDS,
    QUESTION_KINDS,
    ROUND_KINDS,
    MessageKind,
)
from models.work import cancel, put

Beside = BallotQuestion | Objection | Delegation | CarriedBallot

SECOND_ROUND_DAYS = 2
"""How many working days a second round is open."""


def close_due(session: Session, decision_id: int, now: datetime) -> None:
    """Close the decision where its time has come; else have it closed when it comes.

    Who holds it has voted, and later presses read that it is closed. Where nothing is decided yet
    it goes on in a second round, or waits for the tie-breaker; without a quorum it is extended
    once. That an epic ends is told to its owner before it is true.
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
    owner = decision.hears_first(verdict)
    if decision.can_be_extended(verdict, tally):
        _extend(session, decision, now)
    elif verdict.ends is Ends.SECOND_ROUND:
        _ask_again(session, decision, verdict.options, now)
    elif verdict.ends is Ends.TIED:
        decision.tie(verdict.options, closing_at)
        _ask_tie_breaker(session, decision, now)
    elif owner is not None:
        _hold(session, decision, owner, closing_at, now)
    else:
        decision.close(tally, closing_at, objections)
        come_true(session, decision, now)
        if is_restricted(decision):
            notify_asker(session, decision, None, now)


def come_true(session: Session, decision: Decision, now: datetime) -> None:
    """Have what was decided come true, and shown wherever the decision is."""
    take_effect(session, decision, now)
    _look_again(session, decision, now)
    ask_no_longer(session, decision, now)


def notify_asker(session: Session, decision: Decision, actor: str | None, now: datetime) -> None:
    """Have who opened it and who owns the epic read how it ended, where they were not asked."""
    owner = decision.epic.owner_user_id if decision.epic is not None else None
    people = [each for each in (decision.opened_by, owner) if each not in decision.electorate]
    here, kind = decision.workspace_id, MessageKind.BALLOT_DM
    notify(session, here, kind, decision.id, people, actor, now)


def ask_no_longer(session: Session, decision: Decision, now: datetime) -> None:
    """Nobody is reminded of what has ended, and nothing that shows it asks for anything."""
    cancel(session, decision.workspace_id, remind_key(decision.id))
    redraw_all(session, decision, now)
    redraw_homes(session, decision.workspace_id, now)


BESIDE: Mapping[tuple[MessageKind, ...], type[Beside]] = {
    QUESTION_KINDS: BallotQuestion,
    OBJECTION_KINDS: Objection,
    (MessageKind.STAND_IN,): Delegation,
    (MessageKind.STAND_IN_BALLOT,): CarriedBallot,
}
"""What shows something beside a decision, by its kinds."""


def redraw_all(session: Session, decision: Decision, now: datetime) -> None:
    """Have all messages redrawn that show it, or anything beside it."""
    this_one = select(Decision.id).where(Decision.id == decision.id)
    redraw_each(session, decision.workspace_id, this_one, now)


def redraw_each(
    session: Session,
    here: int,
    decisions: Select[int],
    now: datetime,
    people: Collection[str] | None = None,
) -> None:
    """The same of some decisions, or only what was sent to some people alone."""
    kinds = (*BALLOT_KINDS, *ROUND_KINDS, *FOLLOW_UP_KINDS)
    redraw_about(session, here, kinds, decisions, now, people=people)
    for each, noun in BESIDE.items():
        of_it = select(noun.id).where(noun.decision_id.in_(decisions))
        redraw_about(session, here, each, of_it, now, people=people)


def set_reminder(session: Session, decision: Decision, now: datetime) -> None:
    """Have those reminded who have not voted a working day before it closes; once in all."""
    due_at = remind_at(decision.closes_at, decision.portfolio)
    if decision.way is Way.VOTE and decision.reminded_at is None and due_at > now:
        put(session, decision.workspace_id, remind_key(decision.id), due_at)


def not_voted(session: Session, decision: Decision) -> Sequence[str]:
    """The electors who have not voted in this round, without those who left Slack or may not see
    it any more."""
    voted = last_ballots(session, decision)
    silent = [each for each in decision.electorate if each not in voted]
    left = departed(session, decision.workspace_id, silent)
    return [each for each in silent if each not in left and sees(session, each, decision)]


def _extend(session: Session, decision: Decision, now: datetime) -> None:
    """Go on for two working days, and tell those who have not voted."""
    decision.extend(extended_to(decision.closes_at, now, decision.portfolio), now)
    session.flush()
    here = decision.workspace_id
    put(session, here, close_key(decision.id), decision.closes_at)
    keep_up(session, decision)
    set_reminder(session, decision, now)
    for each in not_voted(session, decision):
        post(session, here, MessageKind.BALLOT_EXTENDED, decision.id, each, now)
    redraw_about(session, here, FOLLOW_UP_KINDS, [decision.id], now)
    redraw_close(session, decision, now)


def _hold(
    session: Session, decision: Decision, owner: str, closed_at: datetime, now: datetime
) -> None:
    """Close it, and have the owner of the epic alone hear how, until everybody does."""
    here = decision.workspace_id
    result_at = shown_to_all_at(closed_at, now)
    decision.hold(owner, closed_at, result_at)
    session.flush()
    post(session, here, MessageKind.STOP_FIRST, decision.id, owner, now)
    put(session, here, announcing_key(decision.id), result_at)
    if decision.epic is not None:
        redraw_facts(session, decision.epic, now)
    ask_no_longer(session, decision, now)


def _look_again(session: Session, decision: Decision, now: datetime) -> None:
    """Have it asked on a day what became of an epic that goes on: in twelve weeks, or as chosen.

    It takes the place of the day that a decision before has named, where that is still open.
    """
    if decision.epic is None or not decision.goes_on:
        return
    before = select(OutcomeReview).where(
        OutcomeReview.epic_id == decision.epic.id,
        OutcomeReview.occasion == Occasion.DECISION,
        OutcomeReview.became.is_(None),
    )
    for each in session.scalars(before).all():
        session.delete(each)
    today = decision.portfolio.day_of(now)
    on = decision.look_again(today + USUAL_LOOK, today)
    session.add(OutcomeReview.of(decision.epic, Occasion.DECISION, on, decision.id))


def redraw(session: Session, decision: Decision, now: datetime) -> None:
    """Have every ballot redrawn, and the Homes that ask for it."""
    here = decision.workspace_id
    sent = select(CarriedBallot.id).where(CarriedBallot.decision_id == decision.id)
    redraw_about(session, here, BALLOT_KINDS, [decision.id], now)
    redraw_about(session, here, [MessageKind.STAND_IN_BALLOT], sent, now)
    redraw_homes(session, decision.workspace_id, now)


def redraw_close(session: Session, decision: Decision, now: datetime) -> None:
    """The same, and what else says until when it is open: cards and digests."""
    redraw(session, decision, now)
    if decision.epic is not None:
        redraw_facts(session, decision.epic, now)
    else:
        redraw_digests(session, decision.workspace_id, decision.portfolio_id, now)


def _ask_again(session: Session, decision: Decision, options: Sequence[str], now: datetime) -> None:
    """All electors again, on the same ballot."""
    portfolio = decision.portfolio
    last = portfolio.calendar.days_after(portfolio.day_of(now), SECOND_ROUND_DAYS)
    decision.ask_again(options, end_of(last, portfolio))
    here = part_with_who_left(session, decision, now)
    session.execute(
        update(BallotBox)
        .where(BallotBox.decision_id == decision.id)
        .values(electors=here, waiting=here, recused=0, last_at=None)
    )
    put(session, decision.workspace_id, close_key(decision.id), decision.closes_at)
    people = decision.electorate if len(decision.electorate) <= MOST_DIRECT else []
    kinds = (MessageKind.SECOND_ROUND, MessageKind.SECOND_ROUND_DM)
    in_thread(session, decision, kinds, decision.id, now, people)
    redraw_about(session, decision.workspace_id, FOLLOW_UP_KINDS, [decision.id], now)
    redraw_close(session, decision, now)


def _ask_tie_breaker(session: Session, decision: Decision, now: datetime) -> None:
    here, people = decision.workspace_id, [decision.tie_breaker]
    ask_no_longer(session, decision, now)
    redraw_digests(session, here, decision.portfolio_id, now)
    notify(session, here, MessageKind.TIE, decision.id, people, None, now)
