"""Elements that declared forms and pages draw, and with them the few forms drawn by hand.

What one room alone draws lies with it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.slack.blocks import OPTION_LIMIT, Block, Element, Option, field, option, plain, select

NARROWED = "narrow"
"""Begins the action of a menu that narrows a list; what follows is the field of its page."""

ALL = "-"
"""What a menu that narrows a list holds where it leaves everything."""


def person_field(
    name: str,
    label: str,
    *,
    hint: str | None = None,
    chosen: str | None = None,
    optional: bool = False,
) -> Block:
    element: Element = {
        "type": "users_select",
        "action_id": name,
        "placeholder": plain("Choose one"),
    }
    if chosen:
        element["initial_user"] = chosen
    return field(name, label, element, hint=hint, optional=optional)


def checkboxes(
    name: str, label: str, options: Sequence[Option], *, checked: bool = False, optional: bool
) -> Block:
    """Up to ten boxes, all of them checked to begin with where it says so."""
    element: Element = {"type": "checkboxes", "action_id": name, "options": list(options[:10])}
    if checked:
        element["initial_options"] = list(options[:10])
    return field(name, label, element, optional=optional)


def described(text: str, value: str, description: str) -> Option:
    """One choice, with a line that explains it."""
    chosen = option(text, value)
    if description:
        chosen["description"] = plain(description, OPTION_LIMIT)
    return chosen


def narrowing(
    name: str, placeholder: str, choices: Sequence[tuple[str, Any]], chosen: Any
) -> Element:
    """A menu that narrows the list it stands in: texts, and the values of that field, None for all.

    The list is shown from its first page, and keeps the words it is searched by.
    """
    options = [option(text, ALL if value is None else str(value)) for text, value in choices]
    held = ALL if chosen is None else str(chosen)
    initial = next((each for each in options if each["value"] == held), None)
    return select(f"{NARROWED}_{name}", placeholder, options, initial)


def narrowing_day(name: str, placeholder: str, chosen: date | None) -> Element:
    """The same by a day of the calendar."""
    element: Element = {
        "type": "datepicker",
        "action_id": f"{NARROWED}_{name}",
        "placeholder": plain(placeholder, 150),
    }
    return element | ({"initial_date": chosen.isoformat()} if chosen else {})


def searching(action_id: str, placeholder: str) -> Element:
    """A menu that asks what fits to what is typed."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "min_query_length": 0,
    }


def asked_first(element: Element, title: str, text: str, yes: str) -> Element:
    """The button, which asks before it does something."""
    confirm: dict[str, Any] = {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Not now", 30),
    }
    return {**element, "confirm": confirm}
