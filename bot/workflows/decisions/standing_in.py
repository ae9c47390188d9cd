"""Standing in: who votes for whom, and their votes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import seen_decision
from bot.workflows.decisions.opening import today_in
from bot.workflows.decisions.voting import COMMAND, Vote, vote
from bot.workflows.keeping import Act
from bot.workflows.permitting import lock_roles
from bot.workflows.redrawing import redraw_about, tell
from bot.workflows.seeing import may_see
from models.decisions.decision import Decision
from models.decisions.delegation import (
    Delegation,
    HasVoted,
    NoStandIn,
    StandInForm,
    VotedThemselves,
    check_can_stand_in,
)
from models.decisions.question import Choice
from models.decisions.votes import Ballot, NotAnElector, Said
from models.errors import there
from models.message import MessageKind

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
    check_can_stand_in(
        act.actor,
        form.stand_in_user_id,
        _carried(session, decision, form.stand_in_user_id, today_in(decision.portfolio, act.at)),
        sees=decision.epic is None or may_see(session, form.stand_in_user_id, decision.epic),
        key=decision.case.key,
    )
    ended = []
    for before in _given_by(session, decision, act.actor):
        if (before.decision_id is None) == (form.until_on is not None):
            before.ended_at = act.at
            ended.append(before.id)
    is_for_one = form.until_on is None
    given = Delegation(
        workspace_id=act.workspace_id,
        portfolio_id=decision.portfolio_id,
        decision_id=decision.id if is_for_one else None,
        epic_id=decision.epic_id if is_for_one else None,
        user_id=act.actor,
        stand_in_user_id=form.stand_in_user_id,
        until_on=form.until_on,
        given_at=act.at,
    )
    session.add(given)
    session.flush()
    redraw_about(session, act.workspace_id, [MessageKind.STAND_IN], ended, act.at)
    people = [given.stand_in_user_id]
    tell(session, act.workspace_id, MessageKind.STAND_IN, given.id, people, act.actor, act.at)
    return given


def check_can_give(act: Act, decision_id: int) -> Decision:
    """The decision on which the actor may have someone vote for them.

    Raises Closed, Gone, HasVoted and NotAnElector.
    """
    decision = seen_decision(act, decision_id)
    if act.actor not in decision.electorate:
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
    decision = there(session.get(Decision, decision_id), COMMAND)
    if decision.workspace_id != act.workspace_id:
        there(None, COMMAND)
    found = _in_force(session, decision, today_in(decision.portfolio, act.at)).get(user_id)
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
    held = _in_force(session, decision, today_in(decision.portfolio, at))
    theirs = {each: given for each, given in held.items() if given.stand_in_user_id == user_id}
    ended = _voted_since(session, decision, theirs)
    return [each for each in theirs if each not in ended]


def stand_ins(session: Session, decision: Decision, at: datetime) -> Mapping[str, str]:
    """Who votes for which elector on the decision now, by the electors."""
    held = _in_force(session, decision, today_in(decision.portfolio, at))
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
    asked = set(decision.electorate)
    return {each.user_id: each for each in given if each.user_id in asked}


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
    everywhere = select(Delegation.user_id).where(
        Delegation.workspace_id == decision.workspace_id,
        Delegation.portfolio_id == decision.portfolio_id,
        Delegation.stand_in_user_id == user_id,
        Delegation.decision_id.is_(None),
        Delegation.ended_at.is_(None),
        Delegation.until_on >= today,
    )
    here = [each.user_id for each in held if each.stand_in_user_id == user_id]
    return [*here, *session.scalars(everywhere)]


def _given_by(session: Session, decision: Decision, user_id: str) -> Sequence[Delegation]:
    """What the person gave for this decision, or for all of its portfolio."""
    return session.scalars(
        select(Delegation).where(
            Delegation.workspace_id == decision.workspace_id,
            Delegation.user_id == user_id,
            Delegation.ended_at.is_(None),
            or_(
                Delegation.decision_id == decision.id,
                and_(
                    Delegation.decision_id.is_(None),
                    Delegation.portfolio_id == decision.portfolio_id,
                ),
            ),
        )
    ).all()
