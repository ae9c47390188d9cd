"""Reading what Slack sent: what of it is looked at, and what was typed and chosen in a form.

A declared form is filled from it, and the handlers that are not declared read it themselves.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.slack.values import OldButton
from models.fields import UNSTORABLE

AS_DRAWN = frozenset({"blocks", "attachments"})
"""What Tack drew comes back with it, and is not looked at."""


class Payload(dict[str, Any]):
    """A part of what Slack told; asked for what was left out it raises OldButton."""

    def __missing__(self, key: str) -> Any:
        raise OldButton


def payload(value: Any) -> Any:
    """What Slack told, without what is null and what no database keeps."""
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [payload(each) for each in value]
    if not isinstance(value, dict):
        return value
    said = ((key, each) for key, each in value.items() if each is not None)
    return Payload((key, each if key in AS_DRAWN else payload(each)) for key, each in said)


def request_of(body: Mapping[str, Any]) -> str:
    """What makes a form that is delivered twice the same: the view, and what is in it."""
    view = body["view"]
    parts = ("callback_id", "hash", "private_metadata", "state")
    said = json.dumps([view.get(part) for part in parts], sort_keys=True)
    return f"form:{view['id']}:{sha256(said.encode()).hexdigest()}"


def answers_of(view: Mapping[str, Any]) -> dict[str, str | None]:
    """What each field holds, by the name of its block; None where nothing was answered.

    Several that are chosen have commas between.
    """
    return {
        block_id: _held(next(iter(fields.values()), {}))
        for block_id, fields in view["state"]["values"].items()
    }


def lists_of(view: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is chosen in each field that takes several: people, or the values of options."""
    return {
        block_id: _all_held(next(iter(fields.values()), {}))
        for block_id, fields in view["state"]["values"].items()
    }


def _all_held(element: Mapping[str, Any]) -> tuple[str, ...]:
    options = element.get("selected_options") or ()
    people = element.get("selected_users") or element.get("selected_conversations") or ()
    return (
        *(str(option["value"]) for option in options),
        *(str(person) for person in people),
    )


def _held(element: Mapping[str, Any]) -> str | None:
    if chosen := element.get("selected_option"):
        return str(chosen["value"])
    if several := _all_held(element):
        return ",".join(several)
    for name in (
        "value",
        "selected_user",
        "selected_conversation",
        "selected_date",
        "selected_time",
    ):
        if element.get(name):
            return str(element[name])
    return None


def first_shown(view: Mapping[str, Any]) -> dict[str, str | None]:
    """What each field held when the form was opened, by the name of its block."""
    return {block["block_id"]: _held(_begun(block["element"])) for block in _fields(view)}


def people_first_shown(view: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Who was chosen in a field when the form was opened."""
    elements = [block["element"] for block in _fields(view) if block["block_id"] == name]
    return tuple(elements[0].get("initial_users") or ()) if elements else ()


def _fields(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _begun(element: Mapping[str, Any]) -> dict[str, Any]:
    """An element's first value under the name its present one has."""
    return {
        "selected_option": element.get("initial_option"),
        "value": element.get("initial_value"),
        "selected_user": element.get("initial_user"),
        "selected_date": element.get("initial_date"),
        "selected_conversation": element.get("initial_conversation"),
        "selected_options": element.get("initial_options"),
        "selected_users": element.get("initial_users"),
    }
