"""Putting a question to its electors: the case and who votes are frozen, and ballots are posted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.workflows.decisions.opening.cases import about_again, about_epic
from bot.workflows.decisions.opening.deciders import (
    asked_twice,
    check_may_ask,
    check_see,
    electors_of,
    usual_deciders,
    usual_tie_breaker,
)
from bot.workflows.decisions.standing_in import show_to_stand_ins
from bot.workflows.epics.moving import locked
from bot.workflows.keeping import Act
from bot.workflows.permitting import departed, lock_roles
from bot.workflows.redrawing import post, redraw_facts
from models.audit.audit import FIRST_HASH
from models.base import Base
from models.decisions.ballots import close_key
from models.decisions.days import end_of
from models.decisions.decision import (
    METHODS,
    NO_ADVICE,
    About,
    Advice,
    Decision,
    HasAPart,
    Method,
    Terms,
    Way,
    check_method,
)
from models.decisions.follow_up.dates import remind_at, remind_key
from models.decisions.form import DecisionForm
from models.decisions.opening import (
    COUNCIL,
    AskedOften,
    Deciders,
    NoElectors,
    ballot_channel,
    check_can_post,
    has_a_part,
)
from models.decisions.question import Asked, Question, Subject
from models.decisions.tally import quorum_of
from models.decisions.votes import BallotBox, Elector
from models.epics.epic import Epic
from models.errors import FieldMistakes
from models.message import Message, MessageKind
from models.people.role import SlackGroup
from models.work import put

MOST_DIRECT = 25
"""So many electors also get the ballot as a direct message."""


ELECTORS = Base.metadata.tables[Elector.__tablename__]


BOXES = Base.metadata.tables[BallotBox.__tablename__]


def open_decision(
    act: Act,
    epic_id: int,
    form: DecisionForm,
    unfit: Collection[str] = (),
    *,
    question: Question = Question.MVP,
    groups: Sequence[SlackGroup] = (),
    is_vote: bool = False,
    sparing: bool = False,
) -> Decision:
    """Put a question about the epic to who decides it, or to those the form names.

    One that is `sparing` is not put a third time in a week to anyone without a word.

    Raises NobodyDecides, NoElectors, NotAllowed, NotAnalyzing, NotLive, NotTesting, NowhereToPost,
    OpenAlready and UnknownEpic.
    """
    session = act.session
    epic, who = electors_for(act, epic_id, form, unfit, question, groups, is_vote=is_vote)
    busy = asked_twice(session, epic.portfolio, who.people, act.at) if sparing else 0
    if busy and form.when is None and who.way is Way.VOTE:
        raise AskedOften(busy, len(who.people))
    is_voted = who.way is Way.VOTE
    terms = Terms(
        way=who.way,
        electors=who.people,
        electors_are=who.are[:200],
        closes_at=end_of(form.closes_on, epic.portfolio),
        method=(form.method or METHODS[question][0]) if is_voted else Method.MORE_THAN_HALF,
        tie_breaker=(form.tie_breaker or usual_tie_breaker(session, epic)) if is_voted else None,
        quorum=form.quorum if who.way is Way.VOTE else None,
        reason_required=bool(form.reasons),
    )
    is_free = question is Question.FREE
    asked = Asked.free(form.asks or "", form.labels) if is_free else Asked.usual(question)
    check_method(terms.method, asked.options)
    decision = open_about(
        act,
        about_epic(act, epic, question, form.this_period_minor),
        asked,
        terms,
        channel_id=channel_for(epic, who.way, who.are),
        advice=form.advice,
    )
    redraw_facts(session, epic, act.at)
    return decision


def electors_for(
    act: Act,
    epic_id: int,
    form: DecisionForm,
    unfit: Collection[str],
    question: Question,
    groups: Sequence[SlackGroup],
    *,
    is_vote: bool,
) -> tuple[Epic, Deciders]:
    """The epic, and who is asked about it: nobody joins or leaves them meanwhile."""
    lock_roles(act.session, act.workspace_id)
    epic = locked(act.session, act.workspace_id, act.actor, epic_id)
    usually = check_may_ask(act, epic, question, unfit)
    if is_vote and usually.way is Way.ALONE:
        usually = usual_deciders(act.session, epic, Question.FREE, unfit)
    who = electors_of(act, epic, form, usually, groups)
    check_see(act.session, epic, who.people)
    if who.way is Way.VOTE and not epic.restricted:
        check_can_post(epic.portfolio, ballot_channel(epic))
    if form.tie_breaker is not None and has_a_part(epic, form.tie_breaker):
        raise HasAPart(epic.key)
    if form.quorum is not None and form.quorum > len(who.people):
        raise FieldMistakes({"quorum": f"There are {len(who.people):,} electors."})
    return epic, who


def channel_for(epic: Epic, way: Way, electors_are: str = COUNCIL) -> str | None:
    """Where its ballot stands; who decides alone, and a restricted epic's circle, have it only."""
    if way is Way.ALONE or epic.restricted:
        return None
    return ballot_channel(epic, electors_are)


def found_open(
    session: Session, subject: Subject, subject_id: int, question: Question
) -> Decision | None:
    """The decision that is open about it and asks the same; a free one never asks the same."""
    if question is Question.FREE and subject is Subject.EPIC:
        return None
    asked = select(Decision).where(
        Decision.subject == subject,
        Decision.subject_id == subject_id,
        Decision.question == question,
        Decision.ending.is_(None),
    )
    return session.scalars(asked).first()


def open_about(
    act: Act,
    about: About,
    asked: Asked,
    terms: Terms,
    *,
    channel_id: str | None,
    advice: Advice = NO_ADVICE,
) -> Decision:
    """Put a question about anything to its electors: in the channel, and to so many alone.

    What comes of it is what `effect_of` its subject says. What it is about must be locked, and so
    must the workspace's roles. Raises OpenAlready.
    """
    session = act.session
    before = found_open(session, about.subject, about.subject_id, asked.question)
    if before is not None:
        before.check_is_closed()
    decision = Decision.open(
        next_key(session, act.workspace_id),
        about,
        asked,
        terms,
        by=act.actor,
        at=act.at,
        advice=advice,
    )
    session.add(decision)
    session.flush()
    _name_electors(session, decision)
    _show(session, decision, channel_id, act.at)
    show_to_stand_ins(session, decision, act.at)
    put(session, act.workspace_id, close_key(decision.id), decision.closes_at)
    due_at = remind_at(decision.closes_at, decision.portfolio)
    if decision.way is Way.VOTE and due_at > act.at:
        put(session, act.workspace_id, remind_key(decision.id), due_at)
    return decision


def reopen(
    act: Act, before: Decision, advice: Advice, closes_at: datetime, asks: str | None = None
) -> Decision:
    """Ask the electors of a decision that has ended the same once more, with the case of now.

    It is asked in the words of before, unless there are others.

    The workspace's roles must be locked.
    """
    session = act.session
    gone = departed(session, act.workspace_id, before.electorate)
    electors = [each for each in before.electorate if each not in gone]
    if not electors:
        raise NoElectors(before.portfolio.name, ())
    usual = before.quorum == quorum_of(len(before.electorate))
    again = open_about(
        act,
        about_again(act, before, advice.this_period_minor),
        Asked(before.question, asks or before.asks, before.options),
        Terms(
            electors=electors,
            electors_are=before.electors_are,
            closes_at=closes_at,
            way=before.way,
            method=before.method,
            quorum=None if usual else min(before.quorum, len(electors)),
            reason_required=before.reason_required,
            tie_breaker=before.tie_breaker,
        ),
        channel_id=channel_of(session, before),
        advice=advice,
    )
    again.replaces_id = before.id
    return again


def next_key(session: Session, workspace_id: int) -> str:
    """Given once: the workspace is locked, and no decision is ever removed."""
    there = select(func.count(Decision.id)).where(Decision.workspace_id == workspace_id)
    return f"D-{(session.scalar(there) or 0) + 1}"


def _name_electors(session: Session, decision: Decision) -> None:
    here = {"decision_id": decision.id, "workspace_id": decision.workspace_id}
    many = len(decision.electorate)
    session.execute(insert(ELECTORS), [{**here, "user_id": each} for each in decision.electorate])
    session.execute(
        insert(BOXES), {**here, "electors": many, "waiting": many, "count": 0, "hash": FIRST_HASH}
    )


def _show(session: Session, decision: Decision, channel_id: str | None, at: datetime) -> None:
    """In the channel, and to so many electors alone; of a restricted epic to them alone."""
    here = decision.workspace_id
    is_restricted = decision.epic is not None and decision.epic.restricted
    if channel_id is not None and not is_restricted:
        post(session, here, MessageKind.BALLOT, decision.id, channel_id, at)
    is_few = len(decision.electorate) <= MOST_DIRECT or channel_id is None
    for elector in decision.electorate if is_few or is_restricted else ():
        send_alone(session, decision, elector, at)


def send_alone(session: Session, decision: Decision, elector: str, at: datetime) -> None:
    """Send an elector the ballot as a direct message."""
    here = decision.workspace_id
    sent = post(session, here, MessageKind.BALLOT_DM, decision.id, elector, at)
    session.execute(
        update(ELECTORS)
        .where(ELECTORS.c.decision_id == decision.id, ELECTORS.c.user_id == elector)
        .values(message_id=sent.id)
    )


def channel_of(session: Session, before: Decision) -> str | None:
    """Where its ballot stands; None where it went to its electors alone.

    What is about no epic stands where it stood.
    """
    if before.epic is not None:
        return channel_for(before.epic, before.way, before.electors_are)
    stood = select(Message.channel_id).where(
        Message.workspace_id == before.workspace_id,
        Message.kind == MessageKind.BALLOT,
        Message.subject_id == before.id,
    )
    return session.scalars(stood.order_by(Message.id.desc()).limit(1)).first()
