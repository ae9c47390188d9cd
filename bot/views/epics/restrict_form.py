"""The form that says who sees an epic: everybody, or its circle."""

from collections.abc import Collection
from typing import Any

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, context, field, modal, option, plain, section, select
from bot.slack.mrkdwn import words
from bot.slack.values import EpicVersion
from bot.views.epics.buttons import open_button
from models.epics.epic import Epic

CALLBACK = "restrict_epic"
SEES = "epic_sees"
CIRCLE = "circle"
MOST_NAMED = 50

EVERYBODY = option("Everybody", "everybody")
ITS_CIRCLE = option("Its circle", "circle")


def restrict_form(epic: Epic, circle: Collection[str], channel_id: str | None) -> dict[str, Any]:
    """The form, as it stands now; the people named stay while everybody sees it."""
    memory = EpicVersion(epic=epic.id, version=epic.version, channel=channel_id)
    blocks = [
        context(words("epics/restrict_form", "about", epic=epic)),
        sees_field(restricted=epic.restricted),
        circle_field(circle),
    ]
    title = f"Who sees {epic.key}"
    return modal(CALLBACK, title, blocks, submit="Save", private_metadata=memory.value)


def sees_field(*, restricted: bool) -> Block:
    """Whether everybody sees it or its circle."""
    chosen = ITS_CIRCLE if restricted else EVERYBODY
    return field(
        "sees",
        "Who sees this epic?",
        select(SEES, "Choose one", [EVERYBODY, ITS_CIRCLE], chosen),
        hint="Its circle: who owns or proposed it, the owner of its value stream, the council, "
        "and whom you name.",
    )


def circle_field(circle: Collection[str]) -> Block:
    """The people named besides those who are in the circle by their role."""
    element: Element = {
        "type": "multi_users_select",
        "action_id": CIRCLE,
        "placeholder": plain("Choose members"),
        "max_selected_items": MOST_NAMED,
    }
    if circle:
        element["initial_users"] = list(circle)
    return field(
        CIRCLE,
        "Who else is in its circle?",
        element,
        hint="Optional. It counts while only its circle sees the epic.",
        optional=True,
    )


def restricted(epic: Epic, named: int) -> Answer:
    """Told to who said who sees it."""
    said = words("epics/restrict_form", "done", epic=epic, named=named)
    return Answer([section(said, open_button(epic))])
