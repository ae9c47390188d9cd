"""Buttons about one epic that stand on many surfaces; each is read aloud with its key."""

from typing import Annotated, Any, Literal

from pydantic import Field

from bot.slack.actions import Action, Id, Page, Seen
from bot.slack.blocks import Element, button
from bot.slack.values import Value, Whole
from models.epics.epic import Epic
from models.epics.obstacles import LONGEST_REASON


class EpicRef(Value):
    """An epic, and what to do with it."""

    epic: Whole
    do: Literal["open", "answer", "edit", "move", "persevere", "block", "stop", "history"] = "open"


STILL_RIGHT = "still_right"
OPEN = "open_epic"


class StopEpic(Seen, noun=Epic):
    """Say why an epic stops."""


class BlockEpic(Seen, noun=Epic):
    """Say what an epic waits for."""


class AnswerIdea(Seen, noun=Epic):
    """Answer an idea."""


class RestrictEpic(Seen, noun=Epic):
    """Say who sees an epic."""


class ChooseColumn(Seen, noun=Epic):
    """Say where an epic goes."""


class Persevere(Seen, noun=Epic):
    """Have an epic go on after its MVP."""


class OverrideMove(Seen, noun=Epic):
    """Move an epic past what is missing; what was typed with the move goes along."""

    to: Annotated[str, Field(max_length=40)]
    """The name of the column."""
    reason: Annotated[str | None, Field(max_length=LONGEST_REASON)] = None

    @property
    def there(self) -> dict[str, Any]:
        """Where it goes, and why."""
        return self.model_dump(include={"to", "reason"})


class EpicHistory(Page):
    """An epic's way so far."""

    epic: Id


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
