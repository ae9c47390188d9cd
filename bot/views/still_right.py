"""The button that says an epic stands as it is shown."""

from bot.views.blocks import Element, button
from bot.views.values import EpicRef
from models.epic import Epic

STILL_RIGHT = "still_right"


def still_right_button(epic: Epic) -> Element:
    """Says so of one epic; read aloud with its key."""
    label = f"{epic.key} is still right"
    ref = EpicRef(epic=epic.id).value
    return button("Still right", STILL_RIGHT, ref, accessibility_label=label)
