"""How what a person reads becomes the value an element holds."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.acting import chosen
from sandbox.elements import KINDS, TYPED, Placed, interactive, options_of
from sandbox.state import Workspace

Suggest = Callable[[Placed, str], list[dict[str, Any]]]


def by_label(blocks: list[dict[str, Any]], label: str, types: Iterable[str]) -> Placed:
    """Find the element of one of the types that a person calls so, or by its action_id."""
    wanted = set(types)
    there = [placed for placed in interactive(blocks) if placed.element["type"] in wanted]
    for placed in there:
        if label in (placed.label, placed.element["action_id"]):
            return placed
    shown = ", ".join(repr(placed.label) for placed in there) or "nothing of the kind"
    raise AssertionError(f"There is no {label!r} here; there is {shown}.")


def value_of(
    workspace: Workspace, placed: Placed, words: tuple[str, ...], suggest: Suggest
) -> dict[str, Any]:
    """Return what choosing these visible words makes the element hold."""
    kind = KINDS[placed.element["type"]]
    values = [_one(workspace, placed, word, suggest) for word in words]
    if kind.many:
        return chosen(placed, values)
    if len(values) != 1:
        raise AssertionError(f"{placed.label!r} takes one choice.")
    return chosen(placed, values[0])


def _one(workspace: Workspace, placed: Placed, word: str, suggest: Suggest) -> Any:
    kind = placed.element["type"]
    if "users" in kind:
        return workspace.user_named(word).id
    if "channels" in kind or "conversations" in kind:
        return workspace.channel_named(word).id
    if "external" in kind:
        return option_shown(suggest(placed, word), word)
    if kind in TYPED or kind.endswith("picker"):
        return word
    return option_shown(options_of(placed.element), word)


def option_shown(options: list[dict[str, Any]], word: str) -> dict[str, Any]:
    """Find an option by what it shows."""
    for option in options:
        if option["text"]["text"] == word:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    shown = ", ".join(repr(option["text"]["text"]) for option in options)
    raise AssertionError(f"There is no option {word!r}; there is {shown or 'none'}.")
