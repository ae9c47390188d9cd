"""Builders for Block Kit: plain dicts, shortened and split to Slack's limits."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Block = dict[str, Any]
Element = dict[str, Any]
Option = dict[str, Any]

HEADER_LIMIT = 150
SECTION_LIMIT = 3_000
FIELD_LIMIT = 2_000
BUTTON_LIMIT = 75
BUTTON_SEEN = 30
OPTION_LIMIT = 75
OPTIONS_LIMIT = 100
TITLE_LIMIT = 24
TEXT_LIMIT = 4_000
VALUE_LIMIT = 2_000

CHART = "data_visualization"

NO_BREAK = "\u00a0"
PERCENT = re.compile(r"(?<=\d) %")

TORN = re.compile(r"(?:&\w{0,4}|<[^>]*)$")
"""The rest of an escaped sign or of a token whose end was cut off."""


def shorten(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer than the limit in characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shorten_marked(text: str, limit: int) -> str:
    """The same for mark-up: no escaped sign and no token is cut in two."""
    return text if len(text) <= limit else TORN.sub("", text[: limit - 1]).rstrip() + "…"


def plain(text: str, limit: int = SECTION_LIMIT) -> dict[str, Any]:
    """Text shown as it is: nothing in it pings, links or turns bold."""
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_LIMIT) -> dict[str, Any]:
    """Text with Slack's marks; what people wrote must be escaped in it already."""
    return {"type": "mrkdwn", "text": shorten_marked(text, limit), "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER_LIMIT)}


def section(text: str, accessory: Element | None = None) -> Block:
    """A paragraph, with a button or menu beside it where one is given."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def fields(texts: Sequence[str]) -> Block:
    """Up to ten short texts in two narrow columns, in which a number and its % stay together."""
    together = [PERCENT.sub(f"{NO_BREAK}%", text) for text in texts[:10]]
    return {"type": "section", "fields": [mrkdwn(text, FIELD_LIMIT) for text in together]}


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def actions(block_id: str, elements: Sequence[Element]) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


class NoBar(int):
    """A 0 where there is nothing to draw, as Slack wants a number at each label."""


def bar_chart(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[int | None]],
    *,
    x_label: str,
    y_label: str,
) -> Block:
    """A chart that Slack draws, a bar of each series at each label; its numbers are also said.

    None is drawn as no bar, and not said.
    """
    data = [
        {
            "name": name,
            "data": [
                {"label": label, "value": NoBar() if value is None else value}
                for label, value in zip(labels, values, strict=True)
            ],
        }
        for name, values in series.items()
    ]
    axes = {"categories": list(labels), "x_label": x_label, "y_label": y_label}
    chart = {"type": "bar", "series": data, "axis_config": axes}
    return {"type": CHART, "title": title, "chart": chart}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def button(
    text: str,
    action_id: str,
    value: str = "-",
    *,
    primary: bool = False,
    accessibility_label: str | None = None,
) -> Element:
    """A button; the value says what it is about, in ids.

    Where its text makes sense only beside other words, the label says it all to be read aloud.
    """
    element: Element = {
        "type": "button",
        "text": plain(text, BUTTON_SEEN),
        "action_id": action_id,
        "value": value,
    }
    if primary:
        element["style"] = "primary"
    if accessibility_label:
        element["accessibility_label"] = shorten(accessibility_label, BUTTON_LIMIT)
    return element


def option(text: str, value: str) -> Option:
    """One choice of a menu."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def overflow(action_id: str, options: Sequence[Option]) -> Element:
    """A menu behind three dots, of up to five choices."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def select(
    action_id: str, placeholder: str, options: Sequence[Option], chosen: Option | None = None
) -> Element:
    """A menu; Slack takes a hundred choices, more come in groups of a hundred."""
    element: Element = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
    }
    if len(options) <= OPTIONS_LIMIT:
        element["options"] = list(options)
    else:
        element["option_groups"] = _groups(options)
    if chosen is not None:
        element["initial_option"] = chosen
    return element


def _groups(options: Sequence[Option]) -> list[dict[str, Any]]:
    parts = [options[n : n + OPTIONS_LIMIT] for n in range(0, len(options), OPTIONS_LIMIT)]
    return [
        {"label": plain(f"{part[0]['text']['text'][:30]} …", OPTION_LIMIT), "options": list(part)}
        for part in parts[:OPTIONS_LIMIT]
    ]


def text_input(
    action_id: str,
    *,
    max_length: int,
    initial: str | None = None,
    placeholder: str | None = None,
    multiline: bool = False,
    heard_while_typing: bool = False,
) -> Element:
    """A field to type in; `max_length` in characters, Slack takes 3,000 at most."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": action_id,
        "max_length": max_length,
        "multiline": multiline,
    }
    if initial:
        element["initial_value"] = initial[:max_length]
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    if heard_while_typing:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return element


def field(
    block_id: str,
    label: str,
    element: Element,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> Block:
    """A labelled field of a form; `block_id` is the field's name."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2_000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2_000)
    if "dispatch_action_config" in element:
        block["dispatch_action"] = True
    return block


def modal(
    callback_id: str,
    title: str,
    blocks: Iterable[Block],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    private_metadata: str = "",
) -> dict[str, Any]:
    """A form over the conversation."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_LIMIT),
        "close": plain(close, TITLE_LIMIT),
        "blocks": list(blocks),
        "private_metadata": private_metadata,
    }
    if submit:
        view["submit"] = plain(submit, TITLE_LIMIT)
    return view
