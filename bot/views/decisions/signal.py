"""Asking an owner whether to decide on an epic because of what was measured."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.actions import Seen
from bot.slack.answers import Answer
from bot.slack.blocks import Element, actions, section
from bot.slack.mrkdwn import words
from bot.views.decisions.actions import DecisionShown
from bot.views.notices import notice
from models.decisions.decision import Decision
from models.decisions.signal import SignalCheck
from models.message import MessageKind

TEMPLATE = "decisions/signal"


class OpenForSignal(Seen, noun=SignalCheck):
    """Put an epic to a decision because of what was measured."""


class NotYet(Seen, noun=SignalCheck):
    """Say why an epic is not decided on yet."""


@notice(MessageKind.SIGNAL, SignalCheck)
def asked(session: Session, check: SignalCheck, now: datetime) -> Answer:
    """The question to its owner, and then what was answered."""
    blocks = [section(question(check))]
    if check.answered_at is None:
        blocks.append(actions("signal", [open_button(check), not_yet_button(check)]))
    return Answer(blocks)


def question(check: SignalCheck) -> str:
    """What was measured, and what is asked or was answered."""
    return words(TEMPLATE, "asked", check=check, epic=check.epic)


def open_button(check: SignalCheck) -> Element:
    to = OpenForSignal.of(check)
    return to.button("Open it", aloud=f"Open the decision about {check.epic.key}")


def not_yet_button(check: SignalCheck) -> Element:
    to = NotYet.of(check)
    return to.button("Not yet, because …", aloud=f"Not yet, because …: {check.epic.key}")


def opened(check: SignalCheck, decision: Decision | None) -> Answer:
    """Said to who had it opened."""
    said = words(TEMPLATE, "opened", check=check, epic=check.epic, decision=decision)
    if decision is None:
        return Answer([section(said)])
    shown = DecisionShown(decision=decision.id)
    return Answer([section(said, shown.button(f"Show {decision.key}"))])


def postponed(check: SignalCheck) -> Answer:
    """Said to who said that it is not to be decided on yet."""
    return Answer([section(words(TEMPLATE, "postponed", check=check, epic=check.epic))])
