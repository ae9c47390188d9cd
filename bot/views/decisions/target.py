"""Asking an owner whether to decide on an epic that is short of its target on its day."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.actions import Seen
from bot.slack.answers import Answer
from bot.slack.blocks import Element, actions, section
from bot.slack.mrkdwn import words
from bot.views.decisions.actions import DecisionShown
from bot.views.notices import notice
from models.decisions.decision import Decision
from models.evidence.target import TargetCheck, short_because
from models.message import MessageKind

TEMPLATE = "decisions/target"


class OpenForTarget(Seen, noun=TargetCheck):
    """Put an epic that is short of its target to a decision."""


class NotYet(Seen, noun=TargetCheck):
    """Say why an epic that is short of its target is not decided on yet."""


@notice(MessageKind.TARGET_PASSED, TargetCheck)
def asked(session: Session, check: TargetCheck, now: datetime) -> Answer:
    """The question to its owner, and then what was answered."""
    said = words(TEMPLATE, "asked", check=check, epic=check.epic, because=short_because_then(check))
    blocks = [section(said)]
    if check.answered_at is None:
        blocks.append(actions("target", [open_button(check), not_yet_button(check)]))
    return Answer(blocks)


def short_because_then(check: TargetCheck) -> str:
    """What was short of what when it was asked."""
    return short_because(check.epic, check.value, check.target_on)


def open_button(check: TargetCheck) -> Element:
    to = OpenForTarget.of(check)
    return to.button("Open it", aloud=f"Open the decision about {check.epic.key}")


def not_yet_button(check: TargetCheck) -> Element:
    to = NotYet.of(check)
    return to.button("Not yet, because …", aloud=f"Not yet, because …: {check.epic.key}")


def opened(check: TargetCheck, decision: Decision | None) -> Answer:
    """Told to who had it opened."""
    said = words(TEMPLATE, "opened", check=check, epic=check.epic, decision=decision)
    if decision is None:
        return Answer([section(said)])
    shown = DecisionShown(decision=decision.id)
    return Answer([section(said, shown.button(f"Show {decision.key}"))])


def postponed(check: TargetCheck) -> Answer:
    """Told to who said that it is not to be decided on yet."""
    return Answer([section(words(TEMPLATE, "postponed", check=check, epic=check.epic))])
