"""Changing what is asked, or who sees it; asking again, withdrawing it, and breaking a tie."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import (
    may_change,
    may_take_back,
    seen_decision,
    sees,
    tie_breakers,
)
from bot.workflows.decisions.closing import (
    ask_no_longer,
    come_true,
    redraw,
    redraw_all,
    redraw_each,
)
from bot.workflows.decisions.counting import count
from bot.workflows.decisions.effects import keep_up, take_effect
from bot.workflows.decisions.opening.opening import channel_of, reopen, send_alone
from bot.workflows.decisions.opening.planning import open_key
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.epics.restricting import heeds
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import lock_roles
from bot.workflows.redrawing import post, redraw_facts
from bot.workflows.seeing import follows_sight, may_see
from models.decisions.ballots import close_key
from models.decisions.days import end_of
from models.decisions.decision import Decision, NotTheirs, VotedAlready, Way
from models.decisions.form import DecideForm, WithdrawForm, WordsForm
from models.decisions.opening import NotTheirPlan, PlannedOpening, StillAsked
from models.decisions.question import Question
from models.decisions.votes import BallotBox, Elector
from models.epics.epic import Epic
from models.errors import check_as_seen, there
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio
from models.work import cancel


def changeable(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """An open decision that the person may change or withdraw. Raises Ended, Gone, NotTheirs."""
    decision = seen_decision(act, decision_id, lock=lock)
    people = may_change(act.session, decision)
    if act.actor not in people:
        raise NotTheirs(decision.key, people)
    decision.check_is_open()
    return decision


def has_ballots(act: Act, decision: Decision) -> bool:
    """Whether someone has voted on it."""
    box = act.session.get(BallotBox, decision.id, populate_existing=True)
    return box is not None and box.count > 0


def change_words(act: Act, decision_id: int, version: int, form: WordsForm) -> Decision:
    """Say it otherwise, as long as nobody has voted.

    Raises ChangedSince, Ended, Gone, NotTheirs and VotedAlready.
    """
    decision = changeable(act, decision_id, lock=True)
    check_as_seen(decision.key, version, decision.version)
    if has_ballots(act, decision):
        raise VotedAlready(decision.key)
    decision.say(form.recommended, form.because, form.asks)
    act.session.flush()
    redraw(act.session, decision, act.at)
    return decision


def ask_again(act: Act, decision_id: int, version: int, form: WordsForm) -> Decision:
    """Close it as replaced, and ask its electors again: no ballot is carried over.

    Raises ChangedSince, Ended, Gone and NotTheirs.
    """
    lock_roles(act.session, act.workspace_id)
    before = changeable(act, decision_id, lock=True)
    check_as_seen(before.key, version, before.version)
    assert form.closes_on is not None
    before.replace(form.why, act.actor, act.at)
    act.session.flush()
    closes_at = end_of(form.closes_on, before.portfolio)
    again = reopen(act, before, form.advice(before.advice), closes_at, form.asks)
    before.effect = f"asked again as {again.key}"
    keep_up(act.session, again)
    _end(act, before)
    return again


def withdraw(act: Act, decision_id: int, version: int, form: WithdrawForm) -> Decision:
    """Ask it no longer; the record stays. Raises ChangedSince, Ended, Gone and NotTheirs."""
    decision = changeable(act, decision_id, lock=True)
    check_as_seen(decision.key, version, decision.version)
    decision.withdraw(form.why, act.actor, act.at)
    take_effect(act.session, decision, act.at)
    _end(act, decision)
    return decision


def take_back(act: Act, planned_id: int) -> PlannedOpening:
    """Have nobody asked what was planned. Raises Gone and NotTheirPlan."""
    session = act.session
    row = session.get(PlannedOpening, planned_id, with_for_update=LOCK, populate_existing=True)
    is_seen = row is not None and row.failed is None and row.workspace_id == act.workspace_id
    row = there(row if is_seen else None, COMMAND)
    there(row.epic if may_see(session, act.actor, row.epic) else None, COMMAND)
    people = may_take_back(session, row)
    if act.actor not in people:
        raise NotTheirPlan(people)
    cancel(session, act.workspace_id, open_key(row.id))
    session.delete(row)
    session.flush()
    return row


def tied(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """A tie that the person may break. Raises Decided, Gone and NoTieBreaker."""
    decision = seen_decision(act, decision_id, lock=lock)
    decision.check_breaks_ties(act.actor, tie_breakers(act.session, decision))
    decision.check_is_tied()
    return decision


def break_tie(act: Act, decision_id: int, form: DecideForm) -> Decision:
    """Decide between equals, with a reason. Raises Decided, Gone, NoTieBreaker, NotAnOption."""
    decision = tied(act, decision_id, lock=True)
    tally, _ = count(act.session, decision)
    decision.break_tie(tally, form.outcome, form.why, act.actor, act.at)
    come_true(act.session, decision, act.at)
    return decision


@follows_sight
def hide_from_who_sees_no_more(
    session: Session,
    workspace_id: int,
    people: Collection[str] | None,
    portfolio_id: int | None,
    at: datetime,
) -> None:
    """Have what people were sent alone of what not all may see follow what they may see now."""
    if portfolio_id is not None:
        here = select(Decision.id).where(Decision.portfolio_id == portfolio_id)
        redraw_each(session, workspace_id, here, at, people)
        return
    not_for_all = (
        select(Decision.id)
        .join(Decision.portfolio)
        .outerjoin(Decision.epic)
        .where(
            Decision.workspace_id == workspace_id,
            or_(Portfolio.open_to_all.is_(False), Epic.restricted.is_(True)),
        )
    )
    redraw_each(session, workspace_id, not_for_all, at, people)


@heeds
def show_to_those_who_see(session: Session, epic: Epic, at: datetime) -> None:
    """Have the decisions about an epic shown to those who may see it now, and to nobody else.

    A restricted one is voted on in direct messages alone: each elector has one. Raises StillAsked.
    """
    here = select(Decision).where(Decision.epic_id == epic.id).order_by(Decision.id)
    for decision in session.scalars(here).all():
        if decision.is_open:
            _ask_those_who_see(session, decision, epic, at)
        redraw_all(session, decision, at)
    may_name_it = select(Decision.id).where(
        Decision.portfolio_id == epic.portfolio_id,
        Decision.question == Question.MVP,
        Decision.ending.is_(None),
    )
    redraw_each(session, epic.workspace_id, may_name_it, at)


def _ask_those_who_see(session: Session, decision: Decision, epic: Epic, at: datetime) -> None:
    blind = [each for each in decision.electorate if not sees(session, each, decision)]
    if epic.restricted and blind:
        raise StillAsked(epic.key, decision.key, blind)
    here = decision.workspace_id
    if epic.restricted and decision.way is Way.VOTE:
        without = select(Elector.user_id).where(
            Elector.decision_id == decision.id, Elector.message_id.is_(None)
        )
        for user_id in session.scalars(without.order_by(Elector.user_id)).all():
            send_alone(session, decision, user_id, at)
    in_channel = select(Message.id).where(
        Message.workspace_id == here,
        Message.kind == MessageKind.BALLOT,
        Message.subject_id == decision.id,
    )
    channel_id = channel_of(session, decision)
    if channel_id is not None and session.scalar(in_channel.limit(1)) is None:
        post(session, here, MessageKind.BALLOT, decision.id, channel_id, at)


def _end(act: Act, decision: Decision) -> None:
    act.session.flush()
    cancel(act.session, act.workspace_id, close_key(decision.id))
    if decision.epic is not None:
        redraw_facts(act.session, decision.epic, act.at)
    ask_no_longer(act.session, decision, act.at)
