"""Speaking beside a sealed ballot, in the open: questions, answers and objections."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.decisions import standing_in
from bot.workflows.decisions.beside import head_of, in_thread, place_of, seen_decision, tie_breakers
from bot.workflows.decisions.closing import redraw, redraw_close
from bot.workflows.decisions.counting import count_objections, standing
from bot.workflows.decisions.standing_in import stand_ins
from bot.workflows.decisions.voting import COMMAND, Vote, vote
from bot.workflows.keeping import Act
from bot.workflows.permitting import may
from bot.workflows.redrawing import redraw_about
from bot.workflows.threads import Thread
from models.decisions.ballots import close_key
from models.decisions.decision import Decision
from models.decisions.question import Choice
from models.decisions.thread import (
    BallotQuestion,
    NotHeard,
    Objection,
    ObjectionForm,
    SetAsideForm,
)
from models.decisions.votes import NOTHING_SAID, BallotBox, Said
from models.errors import check_as_seen, there
from models.message import OBJECTION_KINDS, QUESTION_KINDS
from models.people.role import Right
from models.work import put


def askable(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """An open decision on whose ballot the person may ask and answer.

    Raises Ended, Gone and NotHeard.
    """
    decision = seen_decision(act, decision_id, lock=lock)
    votes = (*decision.electorate, *stand_ins(act.session, decision, act.at).values())
    place = place_of(decision)
    if act.actor not in votes and not may(act.session, act.actor, Right.DECIDE, place):
        raise NotHeard(decision.key)
    decision.check_is_open()
    return decision


def _who_knows(decision: Decision) -> list[str]:
    """Who is asked alone: who opened it, and who owns the epic."""
    owner = decision.epic.owner_user_id if decision.epic is not None else None
    return [each for each in (decision.opened_by, owner) if each is not None]


QUESTIONS = Thread(
    question=BallotQuestion,
    about="decision_id",
    command=COMMAND,
    kinds=QUESTION_KINDS,
    askable=askable,
    head=head_of,
    people=lambda act, decision: _who_knows(decision),
    redraw=redraw,
    more=lambda decision: {"epic_id": decision.epic_id},
)


def own_objection(session: Session, decision_id: int, user_id: str) -> Objection | None:
    """The objection of the person that stands."""
    theirs = select(Objection).where(standing(decision_id), Objection.user_id == user_id)
    return session.scalars(theirs).first()


def object_to(
    act: Act,
    decision_id: int,
    form: ObjectionForm,
    now: Callable[[], datetime],
    said: Said = NOTHING_SAID,
    user_id: str | None = None,
) -> Vote:
    """Vote against, for oneself or by name for another, and say why for all to read.

    One on the last working day moves the close by a working day, once. Raises what `vote` and
    `vote_for` do.
    """
    decision = seen_decision(act, decision_id, lock=True)
    elector = user_id or act.actor
    cast = said._replace(objects=True)
    if user_id is None:
        done = vote(act.session, act.workspace_id, elector, decision_id, Choice.OBJECT, now, cast)
    else:
        done = standing_in.vote_for(act, user_id, decision_id, Choice.OBJECT, now, cast)
    objection = own_objection(act.session, decision_id, elector)
    if objection is None:
        objection = Objection(
            workspace_id=act.workspace_id,
            decision_id=decision.id,
            epic_id=decision.epic_id,
            user_id=elector,
            raised_by=act.actor if user_id else None,
            harm=form.harm,
            remedy=form.remedy,
            raised_at=act.at,
            version=1,
        )
        act.session.add(objection)
        count_objections(act.session, decision.id)
        people = _who_hears(decision)
        in_thread(act.session, decision, OBJECTION_KINDS, objection.id, act.at, people)
        if decision.put_off(act.at):
            put(act.session, act.workspace_id, close_key(decision.id), decision.closes_at)
            redraw_close(act.session, decision, act.at)
    else:
        objection.say(form, act.actor if user_id else None)
        _redraw_objection(act, objection)
    redraw(act.session, decision, act.at)
    return done


def to_set_aside(act: Act, objection_id: int, *, lock: bool = False) -> Objection:
    """An objection that the person may set aside.

    Raises Ended, Gone, NoTieBreaker and OwnObjection.
    """
    session = act.session
    found = there(session.get(Objection, objection_id), COMMAND)
    decision = seen_decision(act, found.decision_id, lock=lock)
    decision.check_breaks_ties(act.actor, tie_breakers(session, decision))
    decision.check_is_open()
    if lock:
        session.refresh(found)
    found.check_is_anothers(act.actor)
    return found


def set_aside(act: Act, objection_id: int, version: int, form: SetAsideForm) -> Objection:
    """Have it no longer stand in the way, with a reason.

    Raises ChangedSince, Ended, Gone, NoTieBreaker and OwnObjection.
    """
    objection = to_set_aside(act, objection_id, lock=True)
    check_as_seen("this objection", version, objection.version)
    objection.set_aside(form, act.actor, act.at)
    decision = act.session.get_one(Decision, objection.decision_id)
    _close_soon(act, decision)
    _redraw_objection(act, objection)
    redraw(act.session, decision, act.at)
    return objection


def _close_soon(act: Act, decision: Decision) -> None:
    """Where all have voted and none is left it closes as if this were the last press."""
    count_objections(act.session, decision.id)
    box = act.session.get_one(BallotBox, decision.id, populate_existing=True)
    if box.waiting == 0 and box.objections == 0:
        box.last_at = act.at
        put(act.session, act.workspace_id, close_key(decision.id), decision.closing_at(box))


def _redraw_objection(act: Act, objection: Objection) -> None:
    redraw_about(act.session, act.workspace_id, OBJECTION_KINDS, [objection.id], act.at)


def _who_hears(decision: Decision) -> list[str]:
    """Who hears of an objection alone: who can remove or set it aside."""
    owner = decision.epic.owner_user_id if decision.epic is not None else None
    people = (decision.opened_by, owner, decision.tie_breaker)
    return [each for each in people if each is not None]
