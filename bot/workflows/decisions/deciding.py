"""Deciding without a vote: alone or in the room, at once and with a record like any other."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import seen
from bot.workflows.decisions.closing import come_true, notify_asker
from bot.workflows.decisions.effects import hold_board
from bot.workflows.decisions.opening.cases import about_epic
from bot.workflows.decisions.opening.deciders import check_may_open, who_decides
from bot.workflows.decisions.opening.opening import channel_for, found_open, next_key
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.epics.moving import locked
from bot.workflows.epics.stopping import records_stops
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, check, lock_roles
from bot.workflows.redrawing import post
from bot.workflows.seeing import may_see
from models.decisions.ballots import close_key
from models.decisions.days import usual_close_at
from models.decisions.decision import Advice, Decision, NotADecider, Terms, Way
from models.decisions.form import DecideForm, RecordForm
from models.decisions.opening import check_can_ask, check_live
from models.decisions.question import Asked, Choice, Option, Question, Subject
from models.decisions.votes import BallotBox
from models.epics.epic import Epic, Transition
from models.epics.listing import found
from models.epics.stop import Stop
from models.errors import there
from models.message import MessageKind
from models.people.role import Right
from models.work import cancel


def look_to_decide(act: Act, decision_id: int) -> Decision:
    """One that the person is asked to decide alone. Raises Decided, Gone and NotADecider."""
    rows = seen(act.workspace_id, act.actor).where(Decision.id == decision_id)
    decision = there(act.session.scalars(rows).first(), COMMAND)
    decision.check_decides(act.actor)
    return decision


def decide(act: Act, decision_id: int, form: DecideForm) -> Decision:
    """Decide one that is open. Raises Decided, Gone, NotADecider and NotAnOption."""
    act.session.get(Decision, decision_id, with_for_update=LOCK, populate_existing=True)
    decision = look_to_decide(act, decision_id)
    decision.decide(form.outcome, form.why, act.actor, act.at)
    cancel(act.session, act.workspace_id, close_key(decision.id))
    _end(act, decision)
    return decision


def decide_now(
    act: Act, epic_id: int, question: Question, form: DecideForm, unfit: Collection[str] = ()
) -> Decision:
    """Decide about an epic without having been asked.

    Raises what `check_may_open` does, NotADecider, NotAnOption and OpenAlready.
    """
    session = act.session
    before = found_open(session, Subject.EPIC, epic_id, question)
    if before is not None and before.way is Way.ALONE and act.actor in before.electorate:
        return decide(act, before.id, form)
    lock_roles(session, act.workspace_id)
    hold_board(session, epic_id, form.outcome)
    epic = locked(session, act.workspace_id, act.actor, epic_id)
    who = check_may_open(act, epic, question, unfit)
    if (before := found_open(session, Subject.EPIC, epic.id, question)) is not None:
        before.check_is_closed()
    if not who.is_one(act.actor):
        raise NotADecider(epic.key)
    decision = of_one(act, epic, Asked.usual(question), who.are, form.this_period_minor)
    decision.decide(form.outcome, form.why, act.actor, act.at)
    session.add(decision)
    session.flush()
    _end(act, decision)
    return decision


def of_one(
    act: Act, epic: Epic, asked: Asked, are: str, this_period: int | None = None
) -> Decision:
    """A decision that the person takes alone; it is not stored yet."""
    closes_at = usual_close_at(epic.portfolio, act.at)
    terms = Terms(electors=[act.actor], electors_are=are, closes_at=closes_at, way=Way.ALONE)
    key, about = (
        next_key(act.session, act.workspace_id),
        about_epic(act, epic, asked.question, this_period),
    )
    advice = Advice(this_period_minor=this_period)
    return Decision.open(key, about, asked, terms, by=act.actor, at=act.at, advice=advice)


def look_to_record(act: Act, epic: Epic, question: Question) -> None:
    """Raise NotAllowed, NotAnalyzing, NotLive, NotTesting, OpenAlready and UnknownEpic."""
    found(epic if may_see(act.session, act.actor, epic) else None)
    check(act.session, act.actor, Right.RECORD, Place.of_epic(epic))
    check_can_ask(epic, question)
    check_live(epic.portfolio, act.at)
    if (before := found_open(act.session, Subject.EPIC, epic.id, question)) is not None:
        before.check_is_closed()


def record(act: Act, epic_id: int, question: Question, form: RecordForm) -> Decision:
    """Keep what was decided in the room, and have it come true. Raises as above."""
    session = act.session
    lock_roles(session, act.workspace_id)
    hold_board(session, epic_id, form.outcome)
    epic = locked(session, act.workspace_id, act.actor, epic_id)
    look_to_record(act, epic, question)
    asked = Asked.usual(question) if question is not Question.FREE else in_words(form)
    closes_at = usual_close_at(epic.portfolio, act.at)
    electors, are = form.present, "those in the room"
    terms = Terms(electors=electors, electors_are=are, closes_at=closes_at, way=Way.ROOM)
    key, about = (
        next_key(session, act.workspace_id),
        about_epic(act, epic, question, form.this_period_minor),
    )
    advice = Advice(this_period_minor=form.this_period_minor)
    decision = Decision.open(key, about, asked, terms, by=act.actor, at=act.at, advice=advice)
    options = [(label, value) for value, label in asked.options]
    decision.record(
        form.outcome or asked.options[0].value,
        form.why,
        act.actor,
        act.at,
        present=form.present,
        votes=form.votes(options),
        link=form.link,
    )
    session.add(decision)
    session.flush()
    _end(act, decision)
    if (channel_id := channel_for(epic, Way.VOTE)) is not None:
        post(session, act.workspace_id, MessageKind.BALLOT, decision.id, channel_id, act.at)
    return decision


def in_words(form: RecordForm) -> Asked:
    """A question of its own, with what was decided as its only answer."""
    return Asked(Question.FREE, form.asks or "", (Option(Choice.YES, form.decided or ""),))


def drafted(
    act: Act, epic: Epic, question: Question, this_period: int | None = None
) -> tuple[Decision, BallotBox]:
    """What would be asked, with the case as it is now, to be looked at and never stored."""
    who = who_decides(act.session, epic, question)
    closes_at = usual_close_at(epic.portfolio, act.at)
    terms = Terms(electors=who.people, electors_are=who.are, closes_at=closes_at, way=who.way)
    with act.session.no_autoflush:
        about = about_epic(act, epic, question, this_period)
        decision = Decision.open(
            "D-0", about, Asked.usual(question), terms, by=act.actor, at=act.at
        )
        decision.portfolio, decision.epic = epic.portfolio, epic
    many = len(decision.electorate)
    return decision, BallotBox(
        electors=many, waiting=many, count=0, hash="", recused=0, objections=0
    )


def _end(act: Act, decision: Decision) -> None:
    """Have it come true, and told to who asked for it and who owns the epic."""
    come_true(act.session, decision, act.at)
    notify_asker(act.session, decision, act.actor, act.at)


@records_stops
def record_stop(
    session: Session, epic: Epic, why: Stop, by: str, at: datetime
) -> Callable[[Transition], None]:
    """Keep a stop as what it is: the decision of who stopped it."""
    act = Act(session, epic.workspace_id, by, at)
    lock_roles(session, epic.workspace_id)  # one at a time is given its key
    asked = Asked.usual(Question.MVP)
    decision = of_one(act, epic, asked, "whoever may stop it")
    decision.decide(Choice.STOP, why.reason, by, at)
    session.add(decision)

    def end(step: Transition) -> None:
        decision.effect = f"stopped {step.ended}".rstrip()

    return end
