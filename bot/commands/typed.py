"""Reading what was typed and chosen in a form."""

from collections.abc import Mapping
from typing import Any


def answers_of(view: Mapping[str, Any]) -> dict[str, str | None]:
    """What each field holds, by the name of its block; None where nothing was answered."""
    return {
        block_id: _held(next(iter(fields.values()), {}))
        for block_id, fields in view["state"]["values"].items()
    }


def _held(element: Mapping[str, Any]) -> str | None:
    if chosen := element.get("selected_option"):
        return str(chosen["value"])
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
