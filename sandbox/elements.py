"""Interactive elements: what each holds, and how that is told to the app."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Values = dict[str, dict[str, dict[str, Any]]]
"""state.values: block_id -> action_id -> {"type": ..., and the field of that type}."""


class Kind(NamedTuple):
    """Where an element keeps its value in state and actions, and where its initial one is."""

    field: str
    initial: str
    many: bool = False


KINDS: dict[str, Kind] = {
    "plain_text_input": Kind("value", "initial_value"),
    "number_input": Kind("value", "initial_value"),
    "email_text_input": Kind("value", "initial_value"),
    "url_text_input": Kind("value", "initial_value"),
    "rich_text_input": Kind("rich_text_value", "initial_value"),
    "datepicker": Kind("selected_date", "initial_date"),
    "timepicker": Kind("selected_time", "initial_time"),
    "datetimepicker": Kind("selected_date_time", "initial_date_time"),
    "static_select": Kind("selected_option", "initial_option"),
    "external_select": Kind("selected_option", "initial_option"),
    "users_select": Kind("selected_user", "initial_user"),
    "channels_select": Kind("selected_channel", "initial_channel"),
    "conversations_select": Kind("selected_conversation", "initial_conversation"),
    "multi_static_select": Kind("selected_options", "initial_options", many=True),
    "multi_external_select": Kind("selected_options", "initial_options", many=True),
    "multi_users_select": Kind("selected_users", "initial_users", many=True),
    "multi_channels_select": Kind("selected_channels", "initial_channels", many=True),
    "multi_conversations_select": Kind(
        "selected_conversations", "initial_conversations", many=True
    ),
    "radio_buttons": Kind("selected_option", "initial_option"),
    "checkboxes": Kind("selected_options", "initial_options", many=True),
    "file_input": Kind("files", "", many=True),
}
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
PRESSED = ("button", "overflow", "workflow_button")


class Placed(NamedTuple):
    """An interactive element and the block it stands in."""

    block: dict[str, Any]
    element: dict[str, Any]

    @property
    def is_input(self) -> bool:
        """Whether it is a field of a form."""
        return bool(self.block["type"] == "input")

    @property
    def acts_at_once(self) -> bool:
        """Whether a change is told to the app before the form is submitted."""
        return not self.is_input or bool(self.block.get("dispatch_action"))

    @property
    def label(self) -> str:
        """What a person calls it: its label, its text or its placeholder."""
        for owner, key in (
            (self.block, "label"),
            (self.element, "text"),
            (self.element, "placeholder"),
        ):
            if isinstance(owner.get(key), Mapping):
                return str(owner[key]["text"])
        return str(self.element.get("action_id", ""))

    def state(self, **value: Any) -> dict[str, Any]:
        """Return the element's entry of state.values."""
        return {"type": self.element["type"], **value}


def every_block(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield blocks and those they hold, in reading order."""
    for block in blocks:
        yield block
        cards = block.get("elements", []) if block["type"] == "carousel" else []
        yield from every_block([*cards, *block.get("child_blocks", [])])


def interactive(blocks: list[dict[str, Any]]) -> Iterator[Placed]:
    """Yield every element a person can use, in reading order."""
    for block in every_block(blocks):
        held = [block.get("element"), block.get("accessory")]
        if block["type"] in ("actions", "context_actions"):
            held += block.get("elements", [])
        if block["type"] == "card":
            held += block.get("actions", [])
        for element in held:
            if element and (element.get("type") in KINDS or element.get("type") in PRESSED):
                yield Placed(block, element)


def find(blocks: list[dict[str, Any]], block_id: str, action_id: str) -> Placed | None:
    """Find one element by its ids."""
    for placed in interactive(blocks):
        if (placed.block.get("block_id"), placed.element.get("action_id")) == (block_id, action_id):
            return placed
    return None


def held_values(blocks: list[dict[str, Any]], typed: Values) -> Values:
    """Return state.values: what was typed, else the initial value, else empty.

    Typing is kept where both ids are still there for the same type of element.
    """
    values: Values = {}
    for placed in interactive(blocks):
        kind = KINDS.get(placed.element["type"])
        if kind is None:
            continue
        block_id, action_id = placed.block["block_id"], placed.element["action_id"]
        entry = typed.get(block_id, {}).get(action_id)
        if entry is None or entry["type"] != placed.element["type"]:
            entry = placed.state(
                **{kind.field: placed.element.get(kind.initial, [] if kind.many else None)}
            )
        values.setdefault(block_id, {})[action_id] = entry
    return values


def options_of(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the options of an element, those in groups included."""
    grouped = [
        option for group in element.get("option_groups") or () for option in group["options"]
    ]
    return [*(element.get("options") or ()), *grouped]
