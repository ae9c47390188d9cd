"""Who decides about an epic, or votes on it, and whether they may be asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check, departed, holders
from bot.workflows.seeing import may_see
from models.decisions.decision import (
    Decision,
    Way,
)
from models.decisions.form import DecisionForm
from models.decisions.opening import (
    COUNCIL,
    CannotSee,
    Deciders,
    NobodyDecides,
    NoElectors,
    asked_often,
    asked_there,
    ballot_channel,
    check_can_ask,
    check_can_post,
    check_live,
    deciders_of,
    has_a_part,
    week_of,
)
from models.decisions.question import Question
from models.decisions.votes import Elector
from models.epics.epic import Epic
from models.epics.listing import found
from models.errors import FieldMistakes
from models.people.role import Right, Role, SlackGroup
from models.portfolio.portfolio import Portfolio

OFTEN = 2
"""So many votes in a week are enough for one person."""


def check_may_ask(
    act: Act, epic: Epic, question: Question, unfit: Collection[str] = ()
) -> Deciders:
    """Who would decide about the epic, without those who can have no role any more; maybe nobody.

    Raises NotAllowed, NotAnalyzing, NotLive, NotTesting, NowhereToPost and UnknownEpic.
    """
    found(epic if may_see(act.session, act.actor, epic) else None)
    check(act.session, act.actor, Right.DECIDE, Place.of_epic(epic))
    check_can_ask(epic, question)
    who = usual_deciders(act.session, epic, question, unfit)
    check_live(epic.portfolio, act.at)
    if who.way is Way.VOTE and not epic.restricted:
        check_can_post(epic.portfolio, ballot_channel(epic))
    return who


def check_may_open(
    act: Act, epic: Epic, question: Question, unfit: Collection[str] = ()
) -> Deciders:
    """The same where somebody decides. Raises also NobodyDecides and NoElectors."""
    who = check_may_ask(act, epic, question, unfit)
    check_somebody(act.session, epic, who)
    return who


def who_decides(session: Session, epic: Epic, question: Question) -> Deciders:
    """Who decides about the epic. Raises NobodyDecides and NoElectors."""
    who = usual_deciders(session, epic, question)
    check_somebody(session, epic, who)
    return who


def usual_deciders(
    session: Session, epic: Epic, question: Question, unfit: Collection[str] = ()
) -> Deciders:
    """The council, or one person below its line; a free question is always put to a vote.

    There may be nobody.
    """
    council = holders(session, [Role.COUNCIL], Place.of_portfolio(epic.portfolio), stand_ins=False)
    here = [each for each in council if each not in unfit]
    owner = epic.value_stream.owner_user_id
    if owner in unfit or departed(session, epic.workspace_id, [owner] if owner else []):
        owner = None
    if question is Question.FREE:
        return Deciders(Way.VOTE, here, COUNCIL)
    return deciders_of(epic, here, owner)


def nobody(session: Session, epic: Epic, who: Deciders) -> NoElectors | NobodyDecides | None:
    """Why there is nobody to decide; None where there is."""
    if who.people:
        return None
    admins = holders(session, [Role.ADMIN], Place.of_portfolio(epic.portfolio))
    is_vote = who.way is Way.VOTE
    return NoElectors(epic.portfolio.name, admins) if is_vote else NobodyDecides(epic, admins)


def check_somebody(session: Session, epic: Epic, who: Deciders) -> None:
    """Raise NoElectors or NobodyDecides where there is nobody to decide."""
    if (mistake := nobody(session, epic, who)) is not None:
        raise mistake


def usual_question(epic: Epic) -> Question:
    """What is asked of an epic that stands where this one does, unless someone asks otherwise."""
    order = (Question.GO, Question.MVP, Question.FREE)
    return next(each for each in order if asked_there(epic, each))


def electors_of(
    act: Act,
    epic: Epic,
    form: DecisionForm,
    usually: Deciders,
    groups: Sequence[SlackGroup] = (),
) -> Deciders:
    """Who is asked: those the form names, else who usually is; stand-ins are no electors.

    `groups` are the user groups that the form chose. Raises FieldMistakes, NobodyDecides and
    NoElectors.
    """
    if not form.names_electors:
        check_somebody(act.session, epic, usually)
        return usually
    people, are = list(form.people), ["those named"] if form.people else []
    if form.role is not None:
        people += holders(act.session, [form.role], Place.of_epic(epic), stand_ins=False)
        is_council = form.role is Role.COUNCIL
        are.append(COUNCIL if is_council else f"everyone with the role {form.role}")
    for group in groups:
        people += group.user_ids
        are.append(f"@{group.handle}")
    left = departed(act.session, act.workspace_id, people)
    people = [each for each in people if each not in left]
    if not people:
        raise FieldMistakes(_nobody(form))
    return Deciders(Way.VOTE, list(dict.fromkeys(people)), " and ".join(are))


def _nobody(form: DecisionForm) -> Mapping[str, str]:
    if not (form.role or form.groups):
        return {"people": "They have left Slack. Choose someone else."}
    field = "role" if form.role else "groups"
    return {field: "Nobody is in it now. Choose another one, or name people."}


def usual_tie_breaker(session: Session, epic: Epic) -> str | None:
    """The owner of its value stream, unless they own or proposed the epic, or have left Slack."""
    owner = epic.value_stream.owner_user_id
    if owner is None or has_a_part(epic, owner):
        return None
    return None if departed(session, epic.workspace_id, [owner]) else owner


def check_see(session: Session, epic: Epic, people: Sequence[str]) -> None:
    """Raise CannotSee where someone would be asked about an epic that they may not see."""
    if epic.restricted and (blind := [each for each in people if not may_see(session, each, epic)]):
        raise CannotSee(epic.key, blind)


def how_often(act: Act, epic: Epic, who: Deciders, *, more: bool) -> str | None:
    """What is said beside the choice of when; None where there is nothing to choose."""
    is_vote = who.way is Way.VOTE
    busy = asked_twice(act.session, epic.portfolio, who.people, act.at) if is_vote else 0
    if busy:
        return asked_often(busy, len(who.people))
    return (
        "If left empty: now. Nobody is asked more than twice a week unless it must be."
        if more
        else None
    )


def asked_twice(
    session: Session, portfolio: Portfolio, people: Collection[str], at: datetime
) -> int:
    """How many of the people have had two votes opened to them in this ISO week, or more."""
    often = (
        select(Elector.user_id)
        .join(Decision, Decision.id == Elector.decision_id)
        .where(
            Decision.workspace_id == portfolio.workspace_id,
            Decision.opened_at >= week_of(portfolio, at),
            Decision.opened_at <= at,
            Decision.way == Way.VOTE,
            Elector.user_id.in_(set(people)),
        )
        .group_by(Elector.user_id)
        .having(func.count() >= OFTEN)
    )
    return len(session.scalars(often).all())
