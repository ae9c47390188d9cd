"""Standing in: who votes for whom, and their votes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import seen_decision, sees
from bot.workflows.decisions.voting import COMMAND, Vote, vote
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.permitting import departed, lock_roles
from bot.workflows.redrawing import notify, post, redraw_about
from bot.workflows.seeing import portfolio_visible_to
from models.decisions.decision import Decision, Way
from models.decisions.delegation import (
    CarriedBallot,
    Delegation,
    HasVoted,
    NoStandIn,
    StandInForm,
    VotedThemselves,
    check_can_stand_in,
)
from models.decisions.question import Choice
from models.decisions.votes import Ballot, Elector, NotAnElector, Said
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio

Stakes = Mapping[str, Delegation]
"""By the electors who have one: the delegation that holds for them."""


def stand_in(act: Act, decision_id: int, form: StandInForm) -> Delegation:
    """Have someone vote for the actor: on this decision, or on all of its portfolio until a day.

    It takes the place of what they gave before. Raises Closed, Gone, NotAnElector and
    FieldMistakes.
    """
    session = act.session
    decision = check_can_give(act, decision_id)
    lock_roles(session, act.workspace_id)  # one at a time, so that nobody carries three
    _check(act, decision, form.stand_in_user_id)
    if form.until_on is not None:
        return _until_a_day(act, decision.portfolio, form)
    before = _given_by(act, Delegation.decision_id == decision.id)
    return _give(
        act,
        before,
        portfolio_id=decision.portfolio_id,
        decision_id=decision.id,
        epic_id=decision.epic_id,
        stand_in_user_id=form.stand_in_user_id,
    )


def stand_in_until(act: Act, portfolio_id: int, form: StandInForm) -> Delegation:
    """Have someone vote for the actor on all that they are asked in the portfolio until a day.

    It takes the place of what they gave before. Raises Gone and FieldMistakes.
    """
    lock_roles(act.session, act.workspace_id)
    return _until_a_day(act, seen_portfolio(act, portfolio_id, COMMAND), form)


def _until_a_day(act: Act, portfolio: Portfolio, form: StandInForm) -> Delegation:
    session, stand_in_id = act.session, form.stand_in_user_id
    seen = select(Portfolio.id).where(
        Portfolio.id == portfolio.id, portfolio_visible_to(stand_in_id)
    )
    today = portfolio.day_of(act.at)
    check_can_stand_in(
        act.actor,
        stand_in_id,
        session.scalars(_everywhere(portfolio.id, stand_in_id, today)).all(),
        sees=session.scalar(seen) is not None,
        key=portfolio.name,
    )
    open_ = session.scalars(_asked_now(portfolio.id, act.actor)).all()
    for decision in open_:
        if _may_carry(session, decision, stand_in_id):
            _check(act, decision, stand_in_id)
    here = (Delegation.decision_id.is_(None), Delegation.portfolio_id == portfolio.id)
    given = _give(
        act,
        _given_by(act, *here),
        portfolio_id=portfolio.id,
        stand_in_user_id=stand_in_id,
        until_on=form.until_on,
    )
    for decision in open_:
        show_to_stand_ins(session, decision, act.at)
    return given


def _check(act: Act, decision: Decision, stand_in_id: str) -> None:
    """Raise what speaks against the person as a stand-in of the actor on the decision."""
    today = decision.portfolio.day_of(act.at)
    check_can_stand_in(
        act.actor,
        stand_in_id,
        _carried(act.session, decision, stand_in_id, today),
        sees=sees(act.session, stand_in_id, decision),
        key=decision.case.key,
        asked_by=decision.asked_for_by,
    )


def _give(act: Act, before: Sequence[Delegation], **what: Any) -> Delegation:
    """Keep it in the place of what was given before, and have the stand-in hear of it."""
    session, here = act.session, act.workspace_id
    for each in before:
        each.ended_at = act.at
    ended = [each.id for each in before]
    given = Delegation(workspace_id=here, user_id=act.actor, given_at=act.at, **what)
    session.add(given)
    session.flush()
    redraw_about(session, here, [MessageKind.STAND_IN], ended, act.at)
    sent = select(CarriedBallot.id).where(CarriedBallot.delegation_id.in_(ended))
    redraw_about(session, here, [MessageKind.STAND_IN_BALLOT], sent, act.at)
    people = [given.stand_in_user_id]
    notify(session, here, MessageKind.STAND_IN, given.id, people, act.actor, act.at)
    return given


def show_to_stand_ins(session: Session, decision: Decision, at: datetime) -> None:
    """Send the ballot to each who stands in for one of its electors until a day, once."""
    if decision.way is not Way.VOTE:
        return
    held = _in_force(session, decision, decision.portfolio.day_of(at))
    ended = _voted_since(session, decision, held)
    sent = select(CarriedBallot.delegation_id).where(CarriedBallot.decision_id == decision.id)
    before = set(session.scalars(sent))
    for user_id, given in held.items():
        if given.decision_id is not None or given.id in before or user_id in ended:
            continue
        here = {"workspace_id": decision.workspace_id, "decision_id": decision.id}
        ballot = CarriedBallot(**here, delegation_id=given.id, user_id=user_id)
        session.add(ballot)
        session.flush()
        kind, to = MessageKind.STAND_IN_BALLOT, given.stand_in_user_id
        post(session, decision.workspace_id, kind, ballot.id, to, at)


def check_can_give(act: Act, decision_id: int) -> Decision:
    """The decision on which the actor may have someone vote for them.

    Raises Closed, Gone, HasVoted and NotAnElector.
    """
    decision = seen_decision(act, decision_id)
    if act.actor not in decision.electorate or decision.way is not Way.VOTE:
        raise NotAnElector(decision.key)
    decision.check_votes()
    if _own(act.session, decision, [act.actor]).get(act.actor, (0, None))[0] == decision.round:
        raise HasVoted(decision.key)
    return decision


def vote_for(
    act: Act,
    user_id: str,
    decision_id: int,
    choice: str,
    now: Callable[[], datetime],
    said: Said,
) -> Vote:
    """Vote for someone, by name.

    Raises what `vote` does, NoStandIn, and VotedThemselves where their own vote has ended it.
    """
    session = act.session
    decision = seen_decision(act, decision_id)
    found = _in_force(session, decision, decision.portfolio.day_of(act.at)).get(user_id)
    if found is None or found.stand_in_user_id != act.actor or choice == Choice.RECUSED:
        raise NoStandIn(decision.key)
    if _voted_since(session, decision, {user_id: found}):
        raise VotedThemselves(decision.key)
    by_name = said._replace(cast_by=act.actor)
    return vote(session, act.workspace_id, user_id, decision_id, choice, now, by_name)


def check_can_vote(act: Act, decision_id: int, user_id: str | None) -> Decision:
    """A decision on which the person votes now, for themselves or for someone.

    Raises Closed, Gone, NotAnElector and NoStandIn.
    """
    decision = seen_decision(act, decision_id)
    if user_id is None and act.actor not in decision.electorate:
        raise NotAnElector(decision.key)
    if user_id and user_id not in carried_by(act.session, decision, act.actor, act.at):
        raise NoStandIn(decision.key)
    decision.check_votes()
    return decision


def carried_by(session: Session, decision: Decision, user_id: str, at: datetime) -> Sequence[str]:
    """The electors for whom the person votes on the decision now."""
    held = _in_force(session, decision, decision.portfolio.day_of(at))
    theirs = {each: given for each, given in held.items() if given.stand_in_user_id == user_id}
    ended = _voted_since(session, decision, theirs)
    return [each for each in theirs if each not in ended]


def stand_ins(session: Session, decision: Decision, at: datetime) -> Mapping[str, str]:
    """Who votes for which elector on the decision now, by the electors."""
    held = _in_force(session, decision, decision.portfolio.day_of(at))
    ended = _voted_since(session, decision, held)
    return {each: given.stand_in_user_id for each, given in held.items() if each not in ended}


def _in_force(session: Session, decision: Decision, today: date) -> Stakes:
    """What holds for its electors, whether they have voted themselves or not.

    What was given for this one comes before what holds for all.
    """
    given = session.scalars(
        select(Delegation)
        .where(
            Delegation.workspace_id == decision.workspace_id,
            Delegation.ended_at.is_(None),
            or_(
                Delegation.decision_id == decision.id,
                and_(
                    Delegation.decision_id.is_(None),
                    Delegation.portfolio_id == decision.portfolio_id,
                    Delegation.until_on >= today,
                ),
            ),
        )
        .order_by(Delegation.decision_id.is_not(None), Delegation.id)
    ).all()
    asked = set(decision.electorate) - departed(session, decision.workspace_id, decision.electorate)
    held = {each.user_id: each for each in given if each.user_id in asked}
    may = {
        each: _may_carry(session, decision, each)
        for each in {given.stand_in_user_id for given in held.values()}
    }
    return {user_id: each for user_id, each in held.items() if may[each.stand_in_user_id]}


def _may_carry(session: Session, decision: Decision, stand_in_id: str) -> bool:
    """Whether someone may vote on it for anybody: who asked for it may not, nor who sees it not."""
    return stand_in_id != decision.asked_for_by and sees(session, stand_in_id, decision)


def _voted_since(session: Session, decision: Decision, held: Stakes) -> frozenset[str]:
    """Those who have voted themselves in this round, or since they gave it."""
    own = _own(session, decision, list(held))
    return frozenset(
        user_id
        for user_id, (round_, at) in own.items()
        if round_ == decision.round or (at is not None and at >= held[user_id].given_at)
    )


def _own(
    session: Session, decision: Decision, people: Sequence[str]
) -> Mapping[str, tuple[int, datetime | None]]:
    """Of those who have voted themselves: in which round, and when, for the last time."""
    rows = session.execute(
        select(Ballot.user_id, func.max(Ballot.round), func.max(Ballot.at))
        .where(
            Ballot.decision_id == decision.id,
            Ballot.cast_by.is_(None),
            Ballot.user_id.in_(people),
        )
        .group_by(Ballot.user_id)
    ).all()
    return {user_id: (round_, at) for user_id, round_, at in rows}


def _carried(session: Session, decision: Decision, user_id: str, today: date) -> Sequence[str]:
    """Whose votes the person carries, there or anywhere in the portfolio until a day."""
    held = _in_force(session, decision, today).values()
    here = [each.user_id for each in held if each.stand_in_user_id == user_id]
    return [*here, *session.scalars(_everywhere(decision.portfolio_id, user_id, today))]


def _everywhere(portfolio_id: int, stand_in_id: str, today: date) -> Select[str]:
    """Those for whom the person votes in the portfolio until a day."""
    return select(Delegation.user_id).where(
        Delegation.portfolio_id == portfolio_id,
        Delegation.stand_in_user_id == stand_in_id,
        Delegation.decision_id.is_(None),
        Delegation.ended_at.is_(None),
        Delegation.until_on >= today,
    )


def _asked_now(portfolio_id: int, user_id: str) -> Select[Decision]:
    """The votes of the portfolio that are open and ask the person."""
    return (
        select(Decision)
        .join(Elector, Elector.decision_id == Decision.id)
        .where(
            Decision.portfolio_id == portfolio_id,
            Decision.way == Way.VOTE,
            Decision.closed_at.is_(None),
            Decision.tied_at.is_(None),
            Elector.user_id == user_id,
        )
        .order_by(Decision.id)
    )


def _given_by(act: Act, *which: ColumnElement[bool]) -> Sequence[Delegation]:
    """What the actor gave of that and still holds."""
    return act.session.scalars(
        select(Delegation).where(
            Delegation.workspace_id == act.workspace_id,
            Delegation.user_id == act.actor,
            Delegation.ended_at.is_(None),
            *which,
        )
    ).all()
