"""The one button beside an epic that needs someone; read aloud each names the epic."""

from bot.views.blocks import Element, button
from bot.views.next_step import UNBLOCK, do_button
from bot.views.values import EpicRef
from models.epic import Epic


def answer_button(epic: Epic) -> Element:
    """Opens the form that answers an idea."""
    return do_button(epic.id, epic.key, "answer", "Answer this idea")


def unblock_button(epic: Epic) -> Element:
    """Says that nothing blocks the epic any more."""
    ref = EpicRef(epic=epic.id).value
    label = f"{epic.key} is unblocked"
    return button("It is unblocked", UNBLOCK, ref, accessibility_label=label)


def owner_button(epic: Epic) -> Element:
    """Opens the form of the epic, where it is given an owner."""
    return do_button(epic.id, epic.key, "edit", "Give it an owner")
