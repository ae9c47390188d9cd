"""Voting on a ballot: at once or with a reason, for oneself or by name for someone else."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.decisions import thread
from bot.views.decisions.actions import (
    AddReason,
    Cast,
    CastWithReason,
    ObjectTo,
    SetAside,
    StandInForMe,
    StandInUntil,
)
from bot.workflows.decisions import register, speaking, standing_in, voting
from bot.workflows.decisions.beside import seen_decision
from bot.workflows.decisions.voting import Vote
from bot.workflows.keeping import seen_portfolio
from models.decisions.decision import Decision
from models.decisions.delegation import StandInForm
from models.decisions.form import ReasonForm
from models.decisions.thread import ObjectionForm, SetAsideForm
from models.decisions.votes import NotAnElector, Said


@routes.does_for_named
def cast(call: Call, session: Session, it: Cast) -> Answer | Callable[[], Answer] | None:
    """Vote; who does is told alone what they chose, where their page does not say it.

    Who is not asked but stands in for someone is asked for whom they vote.
    """
    said = Said(saw_up_to=it.saw)
    try:
        vote = _vote(call, session, it.decision, it.choice, it.user, said)
    except NotAnElector:
        decision = seen_decision(call.act(session), it.decision)
        carried = register.carried(call.act(session), decision)
        if it.user is not None or not carried:
            raise
        return thread.for_whom(decision, carried, it.saw)
    return None if call.is_modal else partial(thread.noted, vote)


@routes.opens
def ask_reason(call: Call, session: Session, it: AddReason | CastWithReason) -> Open:
    """Ask why someone votes, or has voted, as they do."""
    decision = standing_in.check_can_vote(call.act(session), it.decision, it.user)
    lead = thread.reason_lead(decision.case.key, decision.label_offered(it.choice), it.user)
    submit = "Vote" if isinstance(it, CastWithReason) else "Save"
    return Open(ReasonForm, "Why?", it, lead=lead, submit=submit)


@routes.saves
def vote_with_reason(
    call: Call, session: Session, form: ReasonForm, about: CastWithReason
) -> Answer:
    """Vote, and keep why."""
    said = Said(reason=form.reason, saw_up_to=about.saw)
    return thread.noted(_vote(call, session, about.decision, about.choice, about.user, said))


@routes.saves
def add_reason(call: Call, session: Session, form: ReasonForm, about: AddReason) -> Answer:
    """Keep why they voted so, as long as they did not vote otherwise since."""
    said = Said(reason=form.reason, adds_to=about.choice)
    return thread.noted(_vote(call, session, about.decision, about.choice, about.user, said))


@routes.opens
def ask_objection(call: Call, session: Session, it: ObjectTo) -> Open:
    """Ask which harm it would do; their objection that stands is held."""
    decision = standing_in.check_can_vote(call.act(session), it.decision, it.user)
    held = speaking.own_objection(session, decision.id, it.user or call.actor)
    return Open(ObjectionForm, "I object", it, held=held, submit="Object")


@routes.saves
def object_to(call: Call, session: Session, form: ObjectionForm, about: ObjectTo) -> Answer:
    """Vote against, for all to read why."""
    act, now, said = call.act(session), call.context.clock.now, Said(saw_up_to=about.saw)
    return thread.noted(speaking.object_to(act, about.decision, form, now, said, about.user))


@routes.opens
def ask_setting_aside(call: Call, session: Session, it: SetAside) -> Open:
    """Ask which test the objection fails."""
    objection = speaking.to_set_aside(call.act(session), it.id)
    lead = thread.set_aside_lead(objection)
    return Open(SetAsideForm, "Set aside", SetAside.of(objection), lead=lead, submit="Set aside")


@routes.saves
def set_aside(call: Call, session: Session, form: SetAsideForm, about: SetAside) -> None:
    """Have it no longer stand in the way."""
    speaking.set_aside(call.act(session), about.id, about.version, form)


@routes.opens
def ask_stand_in(call: Call, session: Session, it: StandInForMe) -> Open:
    """Ask who votes for them, and until when."""
    decision = standing_in.check_can_give(call.act(session), it.decision)
    facts = {
        "today": decision.portfolio.day_of(call.at),
        "for_one": True,
        "unless_a_day": f"Without a day this holds for {decision.case.key} only.",
    }
    return Open(StandInForm, "Stand in for me", it, facts=facts, submit="Have them vote")


@routes.opens
def ask_stand_in_until(call: Call, session: Session, it: StandInUntil) -> Open:
    """Ask who votes for them in a portfolio, and until when."""
    portfolio = seen_portfolio(call.act(session), it.portfolio, voting.COMMAND)
    facts = {
        "today": portfolio.day_of(call.at),
        "for_one": False,
        "unless_a_day": f"They get every ballot of {portfolio.name} that asks you.",
    }
    return Open(StandInForm, "Stand in for me", it, facts=facts, submit="Have them vote")


@routes.saves
def stand_in_until(call: Call, session: Session, form: StandInForm, about: StandInUntil) -> Answer:
    """Have someone vote for them until a day."""
    given = standing_in.stand_in_until(call.act(session), about.portfolio, form)
    return thread.now_stands_in(given, "")


@routes.saves
def stand_in(call: Call, session: Session, form: StandInForm, about: StandInForMe) -> Answer:
    """Have someone vote for them."""
    given = standing_in.stand_in(call.act(session), about.decision, form)
    return thread.now_stands_in(given, session.get_one(Decision, about.decision).case.key)


def _vote(
    call: Call, session: Session, decision_id: int, choice: str, user: str | None, said: Said
) -> Vote:
    now = call.context.clock.now
    if user is None:
        return voting.vote(session, *call.who, decision_id, choice, now, said)
    return standing_in.vote_for(call.act(session), user, decision_id, choice, now, said)
