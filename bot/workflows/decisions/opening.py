"""Opening a decision: its question, the case as it is known, and who votes, frozen."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.workflows.decisions.standing_in import show_to_stand_ins
from bot.workflows.epics.moving import locked
from bot.workflows.evidence.known import case_evidence
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, check, departed, holders, lock_roles
from bot.workflows.redrawing import post, redraw_facts
from bot.workflows.seeing import may_see
from models.audit.audit import FIRST_HASH
from models.base import Base
from models.calendar import DAY_ENDS_AT
from models.decisions.ballots import close_key
from models.decisions.case import CaseMoney, CasePace
from models.decisions.decision import (
    METHODS,
    NO_ADVICE,
    USUAL_DAYS,
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
from models.decisions.form import MOST_DAYS, NOW, DecisionForm
from models.decisions.opening import (
    AskedOften,
    CannotSee,
    Deciders,
    NobodyDecides,
    NoElectors,
    PlannedAlready,
    PlannedOpening,
    asked_often,
    asked_there,
    ballot_channel,
    check_can_ask,
    check_can_post,
    check_live,
    deciders_of,
    has_a_part,
    monday_after,
    week_of,
)
from models.decisions.question import Asked, Question, Subject
from models.decisions.tally import quorum_of
from models.decisions.votes import BallotBox, Elector
from models.epics.epic import Epic
from models.epics.listing import found
from models.errors import FieldMistakes, Mistake
from models.evidence.known import Evidence
from models.message import Message, MessageKind
from models.people.role import Right, Role, SlackGroup
from models.portfolio.portfolio import Portfolio
from models.work import put

FindMoney = Callable[[Session, Epic, Question, int | None, datetime], CaseMoney | None]
MONEY: list[FindMoney] = []
"""What knows of an epic's money, filled by `knows_money`."""


def knows_money(find: FindMoney) -> FindMoney:
    """Have a case say what the function finds; None where it knows nothing."""
    MONEY.append(find)
    return find


FindPace = Callable[[Session, Epic, datetime], CasePace | None]
PACES: list[FindPace] = []
"""What knows how long epics take, filled by `knows_pace`."""


def knows_pace(find: FindPace) -> FindPace:
    """Have a case say how long others took, as the function finds; None where it knows nothing."""
    PACES.append(find)
    return find


OFTEN = 2
"""So many votes in a week are enough for one person."""

MOST_DIRECT = 25
"""So many electors also get the ballot as a direct message."""

ELECTORS = Base.metadata.tables[Elector.__tablename__]
BOXES = Base.metadata.tables[BallotBox.__tablename__]


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
        return Deciders(Way.VOTE, here, "the council")
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


def channel_for(epic: Epic, way: Way) -> str | None:
    """Where its ballot stands; who decides alone, and a restricted epic's circle, have it only."""
    return None if way is Way.ALONE or epic.restricted else ballot_channel(epic)


def usual_question(epic: Epic) -> Question:
    """What is asked of an epic that stands where this one does, unless someone asks otherwise."""
    order = (Question.GO, Question.MVP, Question.FREE)
    return next(each for each in order if asked_there(epic, each))


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
    epic, who = _electors_for(act, epic_id, form, unfit, question, groups, is_vote=is_vote)
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
        channel_id=channel_for(epic, who.way),
        advice=form.advice,
    )
    redraw_facts(session, epic, act.at)
    return decision


def _electors_for(
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


def plan(
    act: Act,
    epic_id: int,
    form: DecisionForm,
    unfit: Collection[str] = (),
    *,
    question: Question,
    groups: Sequence[SlackGroup] = (),
    is_vote: bool = False,
) -> PlannedOpening:
    """Have it opened on the next Monday at nine, open for as many working days.

    Raises what opening does, and PlannedAlready.
    """
    session = act.session
    epic, _ = _electors_for(act, epic_id, form, unfit, question, groups, is_vote=is_vote)
    portfolio = epic.portfolio
    if (before := found_open(session, Subject.EPIC, epic.id, question)) is not None:
        before.check_is_closed()
    planned = found_planned(session, epic.id, question)
    if planned is not None:
        raise PlannedAlready(epic.key, portfolio.day_of(planned.opens_at))
    opens_at = monday_after(portfolio, act.at)
    days = portfolio.calendar.days_until(today_in(portfolio, act.at), form.closes_on)
    members = [each for group in groups for each in group.user_ids]
    later = {
        "when": NOW,
        "people": tuple(dict.fromkeys([*form.people, *members])),
        "groups": (),
        "closes_on": portfolio.calendar.days_after(portfolio.day_of(opens_at), max(1, days)),
    }
    row = PlannedOpening(
        workspace_id=act.workspace_id,
        portfolio_id=portfolio.id,
        epic_id=epic.id,
        question=question,
        form=form.model_copy(update=later).model_dump(mode="json"),
        is_vote=is_vote,
        by_user_id=act.actor,
        at=act.at,
        opens_at=opens_at,
    )
    session.add(row)
    session.flush()
    put(session, act.workspace_id, open_key(row.id), opens_at)
    return row


def found_planned(session: Session, epic_id: int, question: Question) -> PlannedOpening | None:
    """What is planned to ask the same of the epic; a free question never asks the same."""
    if question is Question.FREE:
        return None
    waiting = select(PlannedOpening).where(
        PlannedOpening.epic_id == epic_id,
        PlannedOpening.question == question,
        PlannedOpening.failed.is_(None),
    )
    return session.scalars(waiting).first()


def open_key(planned_id: int) -> str:
    """The key of the work that opens what was planned."""
    return f"open:{planned_id}"


def open_due(session: Session, planned_id: int, now: datetime) -> None:
    """Open what was planned; what keeps it from being opened is told to who planned it."""
    row = session.get(PlannedOpening, planned_id, with_for_update=LOCK, populate_existing=True)
    if row is None or row.failed is not None:
        return
    act = Act(session, row.workspace_id, row.by_user_id, now)
    form = DecisionForm.model_validate(row.form)
    try:
        with session.begin_nested():
            open_decision(act, row.epic_id, form, question=row.question, is_vote=row.is_vote)
            session.delete(row)
            session.flush()
    except Mistake as mistake:
        row.failed = mistake.sentence
        here = row.workspace_id
        post(session, here, MessageKind.NOT_OPENED, row.id, row.by_user_id, now)


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


def usual_tie_breaker(session: Session, epic: Epic) -> str | None:
    """The owner of its value stream, unless they own or proposed the epic, or have left Slack."""
    owner = epic.value_stream.owner_user_id
    if owner is None or has_a_part(epic, owner):
        return None
    return None if departed(session, epic.workspace_id, [owner]) else owner


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
        are.append(f"everyone with the role {form.role}")
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


def about_epic(act: Act, epic: Epic, question: Question, this_period: int | None = None) -> About:
    """The epic with its case, its evidence and its money as they are now."""
    about = About.of_epic(epic, act.at, case_evidence(act.session, epic, act.at))
    return _with_more(act, about, epic, question, this_period)


def money_of(
    act: Act, epic: Epic, question: Question, this_period: int | None = None
) -> CaseMoney | None:
    """What is known of the epic's money, and what the question would do to it."""
    asked = (act.session, epic, question, this_period, act.at)
    return next((found for find in MONEY if (found := find(*asked)) is not None), None)


def _with_more(
    act: Act, about: About, epic: Epic, question: Question, this_period: int | None
) -> About:
    pace = next((pace for find in PACES if (pace := find(act.session, epic, act.at))), None)
    more = {"money": money_of(act, epic, question, this_period), "pace": pace}
    return replace(about, case=about.case.model_copy(update=more))


def check_see(session: Session, epic: Epic, people: Sequence[str]) -> None:
    """Raise CannotSee where someone would be asked about an epic that they may not see."""
    if epic.restricted and (blind := [each for each in people if not may_see(session, each, epic)]):
        raise CannotSee(epic.key, blind)


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
    about = before.about(act.at, _evidence(act, before))
    if before.subject is Subject.EPIC and before.epic is not None:
        this_period = advice.this_period_minor
        about = _with_more(act, about, before.epic, before.question, this_period)
    again = open_about(
        act,
        about,
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
        channel_id=_channel_again(session, before),
        advice=advice,
    )
    again.replaces_id = before.id
    return again


def _evidence(act: Act, before: Decision) -> Evidence | None:
    return case_evidence(act.session, before.epic, act.at) if before.epic is not None else None


def usual_close(portfolio: Portfolio, at: datetime) -> date:
    """The day a decision that is opened at the moment closes, where nobody says otherwise."""
    return portfolio.calendar.days_after(today_in(portfolio, at), USUAL_DAYS)


def last_close(portfolio: Portfolio, at: datetime) -> date:
    """The last day on which a decision that is opened at the moment can close."""
    return portfolio.calendar.days_after(today_in(portfolio, at), MOST_DAYS)


def today_in(portfolio: Portfolio, at: datetime) -> date:
    return at.astimezone(ZoneInfo(portfolio.time_zone)).date()


def end_of(day: date, portfolio: Portfolio) -> datetime:
    """The hour of that day when what is open closes."""
    return datetime.combine(day, DAY_ENDS_AT, ZoneInfo(portfolio.time_zone)).astimezone(UTC)


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


def _channel_again(session: Session, before: Decision) -> str | None:
    """Where a decision stands that is asked again; what is about no epic stands where it stood."""
    if before.epic is not None:
        return channel_of(before)
    stood = select(Message.channel_id).where(
        Message.workspace_id == before.workspace_id,
        Message.kind == MessageKind.BALLOT,
        Message.subject_id == before.id,
    )
    return session.scalars(stood.order_by(Message.id.desc()).limit(1)).first()


def channel_of(decision: Decision) -> str | None:
    """Where its ballot stands; None where it went to its electors alone."""
    return channel_for(decision.epic, decision.way) if decision.epic is not None else None
