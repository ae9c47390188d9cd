"""The form that says who sees an epic: everybody, or its circle."""

from collections.abc import Collection, Sequence

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, field, option, plain, section, select
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import RestrictEpic, open_button
from models.epics import belonging
from models.epics.belonging import RestrictForm
from models.epics.epic import Epic

SEES = "epic_sees"
CIRCLE = "circle"

EVERYBODY = option("Everybody", "everybody")
ITS_CIRCLE = option("Its circle", "circle")


def restrict_form(epic: Epic, circle: Sequence[str]) -> Open:
    """The form, as it stands now; the people named stay while everybody sees it."""
    held = {"restricted": epic.restricted, "circle": tuple(circle)}
    lead = words("epics/restrict_form", "about", epic=epic)
    return Open(RestrictForm, f"Who sees {epic.key}", RestrictEpic.of(epic), held=held, lead=lead)


def sees_field(*, restricted: bool) -> Block:
    """Whether everybody sees it or its circle."""
    chosen = ITS_CIRCLE if restricted else EVERYBODY
    return field(
        "sees",
        belonging.SEES,
        select(SEES, "Choose one", [EVERYBODY, ITS_CIRCLE], chosen),
        hint=belonging.CIRCLE_HINT,
    )


def circle_field(circle: Collection[str]) -> Block:
    """The people named besides those who are in the circle by their role."""
    element: Element = {
        "type": "multi_users_select",
        "action_id": CIRCLE,
        "placeholder": plain("Choose members"),
        "max_selected_items": belonging.MOST_NAMED,
    }
    if circle:
        element["initial_users"] = list(circle)
    return field(
        CIRCLE,
        belonging.NAMED,
        element,
        hint=belonging.NAMED_HINT,
        optional=True,
    )


def restricted(epic: Epic, named: int) -> Answer:
    """For the person who said who sees it."""
    said = words("epics/restrict_form", "done", epic=epic, named=named)
    return Answer([section(said, open_button(epic))])
