"""What follows a decision: reminders, a stop told first, what waits, and what is expected."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.actions import Action, Id, Page, Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, section
from bot.slack.mrkdwn import words
from bot.views.decisions.actions import DecisionShown, StandInForMe
from bot.views.decisions.thread import hidden_from
from bot.views.notices import notice
from bot.workflows.decisions.counting import count
from models.decisions.decision import Decision
from models.decisions.votes import BallotBox
from models.epics.hypothesis import named
from models.message import MessageKind
from models.money import format_amount

FOLLOW_UP = "decisions/follow_up"


class TellNow(Action):
    """Have everybody see how a decision ended that its epic's owner heard first."""

    decision: Id


class AddLearned(Action):
    """Say what was learned from an epic that ends."""

    decision: Id


class TryAgain(Action):
    """Do what was decided, and could not be done."""

    decision: Id


class OpenAgain(Action):
    """Ask once more what too few have answered."""

    decision: Id


class CaseShown(Page):
    """What was known when a decision was opened."""

    decision: Id


@notice(MessageKind.BALLOT_REMINDER, Decision, hide=hidden_from)
def reminder(session: Session, decision: Decision, now: datetime) -> Answer:
    """To an elector who has not voted."""
    return _to_vote("reminder", decision, session.get_one(BallotBox, decision.id))


@notice(MessageKind.BALLOT_EXTENDED, Decision, hide=hidden_from)
def extended(session: Session, decision: Decision, now: datetime) -> Answer:
    """The same, where there is more time."""
    return _to_vote("extended", decision, session.get_one(BallotBox, decision.id))


def _to_vote(part: str, decision: Decision, box: BallotBox) -> Answer:
    said = words(FOLLOW_UP, part, box=box, **_facts(decision))
    if not decision.takes_votes:
        return Answer([section(said, _read(decision, "Read the decision"))])
    stand_in = StandInForMe(decision=decision.id).button("Stand in for me")
    read = _read(decision, "Read and vote")
    return Answer([section(said, read), actions("not_voted", [stand_in])])


@notice(MessageKind.STOP_FIRST, Decision, hide=hidden_from)
def stop_first(session: Session, decision: Decision, now: datetime) -> Answer:
    """To the owner of the epic alone."""
    tally, objections = count(session, decision)
    winner = decision.verdict(tally, objections).winner
    assert winner is not None
    won = tally.votes[winner]
    return first(decision, winner, f"{won:,} to {tally.chosen - won:,}")


def first(decision: Decision, decided: str, score: str) -> Answer:
    """That their epic ends, with thanks; what was learned can be added, and the wait cut short."""
    case = decision.case
    spent = None if case.evidence is None else case.evidence.spent_minor
    costs = {
        "mvp_cost": _money(case.mvp_cost_minor, case.currency),
        "full_cost": _money(case.full_cost_minor, case.currency),
        "spent": _money(spent, case.currency),
    }
    said = words(FOLLOW_UP, "first", decided=decided, score=score, **costs, **_facts(decision))
    row = [AddLearned(decision=decision.id).button("Add what we learned")]
    if decision.is_held:
        row.append(TellNow(decision=decision.id).button("Tell it now"))
    return Answer([section(said), actions("first", row)])


def result_comes(decision: Decision) -> str:
    """What everybody else sees until then."""
    return words(FOLLOW_UP, "result_comes", **_facts(decision))


def expected(decision: Decision) -> str:
    """What is to come of what goes on, and when it is looked at again; empty for what does not."""
    is_looked_at = decision.goes_on and decision.look_again_on is not None
    return words(FOLLOW_UP, "expected", **_facts(decision)) if is_looked_at else ""


def waits(decision: Decision) -> str:
    return words(FOLLOW_UP, "waits", **_facts(decision))


def result_buttons(decision: Decision) -> list[Element]:
    """What can be done with a result."""
    row = [_read(decision, "Read the decision")]
    row.append(CaseShown(decision=decision.id).button("Case as voted"))
    if decision.waiting_for:
        row.append(again_button(decision))
    if decision.can_be_opened_again:
        row.append(OpenAgain(decision=decision.id).button("Open it again"))
    return row


def again_button(decision: Decision) -> Element:
    aloud = f"Try again what {decision.key} decided"
    return TryAgain(decision=decision.id).button("Try again", aloud=aloud)


def case_page(decision: Decision, blocks: list[Block], page: CaseShown) -> Shown:
    return Shown(f"{decision.key}: the case", blocks, page.but(number=1))


def learned_lead(decision: Decision) -> str:
    return words(FOLLOW_UP, "learned_lead", **_facts(decision))


def kept(decision: Decision) -> Answer:
    return Answer([section(words(FOLLOW_UP, "kept", **_facts(decision)))])


def is_out(decision: Decision) -> Answer:
    return Answer([section(words(FOLLOW_UP, "is_out", **_facts(decision)))])


def tried(decision: Decision) -> Answer:
    return Answer([section(words(FOLLOW_UP, "tried", **_facts(decision)))])


def _read(decision: Decision, text: str) -> Element:
    return DecisionShown(decision=decision.id).button(text, aloud=f"{text}: {decision.case.key}")


def _facts(decision: Decision) -> Mapping[str, Any]:
    zone = decision.portfolio.time_zone
    figure, unit = named(decision.case.indicator or "")
    facts = {"decision": decision, "case": decision.case, "zone": zone}
    return {**facts, "figure": figure, "unit": unit}


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_amount(minor, currency, short=True)
