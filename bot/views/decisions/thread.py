"""What is said beside a ballot: questions, objections, a second round, a tie, a stand-in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.actions import Action
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, section
from bot.slack.mrkdwn import words
from bot.views.decisions import buttons
from bot.views.decisions.actions import (
    AddReason,
    AnswerQuestion,
    BreakTie,
    DecisionShown,
    SetAside,
)
from bot.views.notices import notice
from bot.workflows.decisions.beside import sees
from bot.workflows.decisions.counting import last_ballots
from bot.workflows.decisions.register import Carried
from bot.workflows.decisions.voting import Vote
from bot.workflows.seeing import EVERYBODY, may_see
from models.decisions.decision import Decision
from models.decisions.delegation import Delegation
from models.decisions.question import Choice
from models.decisions.thread import BallotQuestion, Objection, OpenQuestion
from models.message import MessageKind

VOTE = "decisions/vote"


def hidden(session: Session, decision: Decision) -> Answer | None:
    """What a channel shows of a restricted epic: only that there is a vote."""
    if decision.epic is None or may_see(session, EVERYBODY, decision.epic):
        return None
    return Answer([section(words("decisions/decision", "restricted", decision=decision))])


def hidden_from(session: Session, decision: Decision, reader: str) -> Answer | None:
    """What is left of it to someone who was asked and may not see it any more."""
    if sees(session, reader, decision):
        return None
    facts = {"decision": decision, "has_voted": reader in last_ballots(session, decision)}
    return Answer([section(words(VOTE, "seen_no_more", **facts))])


def beside_hidden_from(
    session: Session, said: BallotQuestion | Objection, reader: str
) -> Answer | None:
    """The same of what was said beside it."""
    return hidden_from(session, session.get_one(Decision, said.decision_id), reader)


@notice(MessageKind.BALLOT_QUESTION, BallotQuestion)
def question_in_thread(session: Session, question: BallotQuestion, now: datetime) -> Answer:
    decision = session.get_one(Decision, question.decision_id)
    return hidden(session, decision) or question_asked(question, decision)


@notice(MessageKind.BALLOT_QUESTION_DM, BallotQuestion, hide=beside_hidden_from)
def question_notice(session: Session, question: BallotQuestion, now: datetime) -> Answer:
    return question_asked(question, session.get_one(Decision, question.decision_id))


def question_asked(question: BallotQuestion, decision: Decision) -> Answer:
    """The question, and its answer."""
    return Answer([question_block(question, decision)])


def question_block(question: BallotQuestion, decision: Decision) -> Block:
    """The question with a button to answer it, as long as it is open."""
    answering = AnswerQuestion.of(question)
    return question_section(question, decision.case.key, answering, is_open=decision.is_open)


def question_section(
    question: OpenQuestion, called: str, answering: Action, *, is_open: bool
) -> Block:
    """A question about what is called so, with a button to answer it as long as both are open."""
    said = words(VOTE, "question_said", question=question, called=called, is_open=is_open)
    if not (question.is_open and is_open):
        return section(said)
    return section(said, answering.button("Answer"))


@notice(MessageKind.OBJECTION, Objection)
def objection_in_thread(session: Session, objection: Objection, now: datetime) -> Answer:
    decision = session.get_one(Decision, objection.decision_id)
    return hidden(session, decision) or objection_raised(objection, decision)


@notice(MessageKind.OBJECTION_DM, Objection, hide=beside_hidden_from)
def objection_notice(session: Session, objection: Objection, now: datetime) -> Answer:
    return objection_raised(objection, session.get_one(Decision, objection.decision_id))


def objection_raised(objection: Objection, decision: Decision) -> Answer:
    """The objection, and what became of it."""
    return Answer([objection_block(objection, decision)])


def objection_block(objection: Objection, decision: Decision, *, may: bool = True) -> Block:
    """The objection, with a button for the tie-breaker where it stands."""
    said = words(VOTE, "objection_said", objection=objection, **_facts(decision))
    can_be = objection.stands and decision.is_open and decision.tie_breaker is not None
    if not (can_be and may):
        return section(said)
    return section(said, SetAside.of(objection).button("Set aside"))


@notice(MessageKind.SECOND_ROUND, Decision)
def second_round_in_thread(session: Session, decision: Decision, now: datetime) -> Answer:
    return hidden(session, decision) or second_round(session, decision, now)


@notice(MessageKind.SECOND_ROUND_DM, Decision, hide=hidden_from)
def second_round(session: Session, decision: Decision, now: datetime) -> Answer:
    """Says that everyone is asked again."""
    goes_on = decision.takes_votes
    said = words(VOTE, "second_round" if goes_on else "round_over", **_facts(decision))
    return Answer([section(said, _read(decision) if goes_on else None)])


@notice(MessageKind.TIE, Decision, hide=hidden_from)
def tie(session: Session, decision: Decision, now: datetime) -> Answer:
    """Asks the tie-breaker."""
    said = words(VOTE, "tie", **_facts(decision))
    to = break_button(decision) if decision.is_open else _read(decision, "Read the decision")
    return Answer([section(said, to)])


def break_button(decision: Decision) -> Element:
    """Leads to the form of the tie-breaker."""
    return BreakTie(decision=decision.id).button("Decide", aloud=f"Decide {decision.case.key}")


@notice(MessageKind.STAND_IN, Delegation)
def stand_in_notice(session: Session, given: Delegation, now: datetime) -> Answer:
    decision = session.get(Decision, given.decision_id) if given.decision_id else None
    if decision is not None and not sees(session, given.stand_in_user_id, decision):
        return Answer([section(words(VOTE, "hidden_from", user=given.user_id, decision=decision))])
    return stand_in(given, decision)


def stand_in(given: Delegation, decision: Decision | None) -> Answer:
    """Says for whom one votes."""
    facts = {"given": given, "given_in": given.portfolio.name}
    if decision is None:
        return Answer([section(words(VOTE, "stand_in", **facts, **_NOTHING))])
    said = words(VOTE, "stand_in", **facts, **_facts(decision))
    can_vote = decision.takes_votes and given.ended_at is None
    return Answer([section(said, _read(decision) if can_vote else None)])


def now_stands_in(given: Delegation, key: str) -> Answer:
    """For the person who gave it."""
    return Answer([section(words(VOTE, "now_stands_in", given=given, case={"key": key}))])


def noted(vote: Vote) -> Answer:
    """For the voter, and nobody else."""
    said = words("decisions/noted", "noted", vote=vote)
    if vote.choice in (Choice.RECUSED, Choice.OBJECT):
        return Answer([section(said)])
    user = vote.user_id if vote.cast_by else None
    to = AddReason(decision=vote.decision_id, choice=vote.choice, user=user)
    return Answer([section(said, to.button("Add a reason"))])


def for_whom(decision: Decision, carried: Sequence[Carried], saw: int | None) -> Answer:
    """Asks a stand-in for whom they vote."""
    said = section(words(VOTE, "for_whom", **_facts(decision)))
    return Answer([said, *carried_blocks(decision, carried, saw)])


def carried_blocks(decision: Decision, carried: Sequence[Carried], saw: int | None) -> list[Block]:
    """By name: what was chosen for each, and the choices."""
    blocks: list[Block] = []
    for place, each in enumerate(carried):
        blocks.append(section(words(VOTE, "carried_for", carried=each)))
        blocks.append(buttons.for_someone(decision, each.user_id, saw, place))
    return blocks


def _read(decision: Decision, text: str = "Read and vote") -> Element:
    to = DecisionShown(decision=decision.id)
    return to.button(text, aloud=f"{text}: {decision.case.key}")


_NOTHING: dict[str, Any] = {"decision": None, "case": None, "zone": "UTC"}


def _facts(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision,
        "case": decision.case,
        "zone": decision.portfolio.time_zone,
        "is_open": decision.is_open,
        "between": list(decision.offered.values()),
    }


def reason_lead(key: str, label: str, user: str | None) -> str:
    return words(VOTE, "reason_lead", case={"key": key}, label=label, user=user)


def said(part: str, decision: Decision) -> Answer:
    """A short answer to who did something."""
    return Answer([section(words(VOTE, part, **_facts(decision)))])


def question_lead(question: OpenQuestion) -> str:
    return words(VOTE, "question_lead", question=question)


def set_aside_lead(objection: Objection) -> str:
    return words(VOTE, "set_aside_lead", objection=objection)
