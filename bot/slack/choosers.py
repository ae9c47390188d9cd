"""Fields that choose people, user groups and several things at once; a question before a deed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.slack.blocks import OPTION_LIMIT, Block, Element, Option, field, option, plain, select

MOST_PEOPLE = 10
"""So many are looked up in Slack while the form waits."""

GROUPS = "user_groups"
"""The action of every field that searches the user groups."""

NARROWED = "narrow"
"""Begins the action of a menu that narrows a list; what follows is the field of its page."""

ALL = "-"
"""What a menu that narrows a list holds where it leaves everything."""

NO_GROUPS = {
    "plan_upgrade_required": "This Slack plan has no user groups, so roles go to people only.",
    "missing_scope": "Slack does not let Tack read user groups until the app is reinstalled, "
    "so roles go to people only for now.",
}
GROUPS_UNREAD = "Slack did not say which user groups there are: people only for now."


def people_field(
    name: str,
    label: str,
    *,
    hint: str | None = None,
    chosen: Sequence[str] = (),
    optional: bool = True,
) -> Block:
    element: Element = {
        "type": "multi_users_select",
        "action_id": name,
        "placeholder": plain("Choose people"),
        "max_selected_items": MOST_PEOPLE,
    }
    if chosen:
        element["initial_users"] = list(chosen)
    return field(name, label, element, hint=hint, optional=optional)


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


def groups_field(name: str, label: str, *, hint: str | None = None) -> Block:
    """Several user groups, searched by what is typed; their values are their ids."""
    element: Element = {
        "type": "multi_external_select",
        "action_id": GROUPS,
        "placeholder": plain("Type a part of its handle"),
        "min_query_length": 0,
        "max_selected_items": MOST_PEOPLE,
    }
    return field(name, label, element, hint=hint, optional=True)


def no_groups(error: str) -> str:
    """Why a form has no field for user groups."""
    return NO_GROUPS.get(error, GROUPS_UNREAD)


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
