"""Buttons about one epic that stand on many surfaces; each is read aloud with its key."""

from typing import Literal

from bot.slack.actions import Action, Id
from bot.slack.blocks import Element, button
from bot.slack.values import EpicRef
from models.epics.epic import Epic

STILL_RIGHT = "still_right"
OPEN = "open_epic"


class ReplyToQuestion(Action):
    """Reply to the question about an idea."""

    epic: Id


class OpenDecision(Action):
    """Ask about an epic what is asked of one that stands where it does, or the question named."""

    epic: Id
    question: Literal["go", "mvp", "free"] | None = None
    more: bool = False
    """Whether it is asked as well who decides, how, and what a vote needs."""
    vote: bool = False
    """Whether whoever could decide it alone puts it to a vote."""


def decision_button(epic_id: int, key: str) -> Element:
    """Opens the decision that an epic waits for, or leads to the one that is open."""
    text = "Open the decision"
    return OpenDecision(epic=epic_id).button(text, aloud=f"{text} on {key}")


def reply_button(epic_id: int, key: str) -> Element:
    return ReplyToQuestion(epic=epic_id).button("Reply", aloud=f"Reply about {key}")


def still_right_button(epic: Epic) -> Element:
    """Says so of one epic; read aloud with its key."""
    label = f"{epic.key} is still right"
    ref = EpicRef(epic=epic.id).value
    return button("Still right", STILL_RIGHT, ref, accessibility_label=label)


def open_button(epic: Epic, text: str | None = None) -> Element:
    """A button that shows the card; a short text is read aloud with the key."""
    return open_button_of(epic.id, epic.key, text)


def open_button_of(epic_id: int, key: str, text: str | None = None) -> Element:
    """The same where no more is known of the epic."""
    whole = f"Open {key}"
    label = whole if text else None
    return button(text or whole, OPEN, EpicRef(epic=epic_id).value, accessibility_label=label)
