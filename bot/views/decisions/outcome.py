"""What became of an epic: the question, the form that records it, and what is told then."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.slack.actions import Action, Id
from bot.slack.answers import Answer
from bot.slack.blocks import Element, section
from bot.slack.mrkdwn import bare_words, words
from models.decisions.follow_up.outcome_review import OutcomeReview
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.evidence.known import way_percent


class RecordOutcome(Action):
    """Say what became of an epic's indicator."""

    epic: Id


def record_button(epic: Epic) -> Element:
    to = RecordOutcome(epic=epic.id)
    return to.button("Record the outcome", aloud=f"Record the outcome of {epic.key}")


def what_is_asked(epic: Epic, reading: Decimal | None = None) -> str:
    """What is asked, with the last reading, as mark-up."""
    return words(
        "epics/next_step", "asks", epic=epic, reading=reading, named=named(epic.indicator or "")
    )


def facts(epic: Epic) -> Mapping[str, Any]:
    """What the form needs to know."""
    called = named(epic.indicator or "")
    return {"question": bare_words("epics/next_step", "question", epic=epic, named=called)}


def lead(epic: Epic, reading: Decimal | None) -> str:
    """Above the form: which epic, and where its choice comes from."""
    way = None if reading is None else way_percent(epic.baseline, epic.target, reading)
    facts = {"epic": epic, "reading": reading, "way": way, "unit": named(epic.indicator or "")[1]}
    return words("decisions/outcome", "lead", **facts)


def recorded(review: OutcomeReview) -> Answer:
    said = words("decisions/outcome", "recorded", review=review, epic=review.epic)
    return Answer([section(said)])
