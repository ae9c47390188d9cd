"""Block elements: what a person presses, picks, types or looks at inside a block."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.blockkit.kinds import Flag, Focus, Items, Number, ResponseUrl, Words, plain
from sandbox.blockkit.objects import (
    CHOICE_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_ACTION_CONFIG,
    FEEDBACK_BUTTON,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SLACK_FILE,
    STYLE,
    URL,
    WORKFLOW,
)
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.rich_text import A_RICH_TEXT
from sandbox.blockkit.shapes import (
    HOME,
    MESSAGE,
    MODAL,
    REFERENCE,
    Field,
    Finding,
    Law,
    Shape,
    by_name,
    element,
    exactly_one,
    in_order,
    may,
    need,
)

NUMERAL = Words(1, 255, r"-?\d+(\.\d+)?")
DAY = Words(10, 10, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = Words(5, 5, r"([01]\d|2[0-3]):[0-5]\d")
MOMENT = Number(1_000_000_000, 9_999_999_999)  # ten digits of epoch seconds
ID = Words(1, 255)

CONFIRMED = {"confirm": may(CONFIRM)}
FOCUS = {"focus_on_load": may(Focus())}
PLACEHOLDER = {"placeholder": may(plain(150))}
PICKED = {**CONFIRMED, **FOCUS}
MENU = {**PLACEHOLDER, **PICKED}
SEVERAL = {"max_selected_items": may(Number(1))}
TYPED = {**PLACEHOLDER, **FOCUS, "dispatch_action_config": may(DISPATCH_ACTION_CONFIG)}
OPTIONS = {
    "options": may(Items(OPTION, 1, 100)),
    "option_groups": may(Items(OPTION_GROUP, 1, 100)),
}
QUERY = {"min_query_length": may(Number(0))}
CHOICES = {"options": need(Items(CHOICE_OPTION, 1, 10)), **PICKED}
CONVERSATIONS = {
    "default_to_current_conversation": may(Flag()),
    "filter": may(CONVERSATION_FILTER),
}
IMAGE_FIELDS: Mapping[str, Field] = {
    "image_url": may(URL),
    "slack_file": may(SLACK_FILE),
    "alt_text": need(Words(1, 2000)),
}
ONE_IMAGE = exactly_one("image_source", "image_url", "slack_file")


def _initial_not_offered(menu: Mapping[str, Any]) -> Iterable[Finding]:
    offered = list(menu.get("options", ()))
    for group in menu.get("option_groups", ()):
        offered += group["options"]
    if "initial_option" in menu and menu["initial_option"] not in offered:
        yield "initial_option", "must exactly match one of the options"
    if any(option not in offered for option in menu.get("initial_options", ())):
        yield "initial_options", "must exactly match some of the options"


def _fraction_not_allowed(number: Mapping[str, Any]) -> Iterable[Finding]:
    for key in ("min_value", "initial_value", "max_value"):
        if not number["is_decimal_allowed"] and "." in number.get(key, ""):
            yield key, "must be a whole number, for decimals are not allowed"


ONE_LIST = exactly_one("one_list", "options", "option_groups")
INITIAL_OFFERED = Law("initial_offered", "initial options equal offered ones", _initial_not_offered)
WHOLE_NUMBERS = Law(
    "whole_numbers",
    "without is_decimal_allowed its values are whole",
    _fraction_not_allowed,
    GUESSED,
)

SELECTS = by_name(
    element(
        "static_select",
        {**MENU, **OPTIONS, "initial_option": may(OPTION)},
        ONE_LIST,
        INITIAL_OFFERED,
    ),
    element("external_select", {**MENU, **QUERY, "initial_option": may(OPTION)}),
    element("users_select", {**MENU, "initial_user": may(ID, GUESSED)}),
    element(
        "conversations_select",
        {
            **MENU,
            **CONVERSATIONS,
            "initial_conversation": may(ID, GUESSED),
            "response_url_enabled": may(ResponseUrl()),
        },
    ),
    element(
        "channels_select",
        {**MENU, "initial_channel": may(ID, GUESSED), "response_url_enabled": may(ResponseUrl())},
    ),
)
MULTI_SELECTS = by_name(
    element(
        "multi_static_select",
        {**MENU, **OPTIONS, **SEVERAL, "initial_options": may(Items(OPTION, 1, 100), GUESSED)},
        ONE_LIST,
        INITIAL_OFFERED,
    ),
    element(
        "multi_external_select",
        {**MENU, **QUERY, **SEVERAL, "initial_options": may(Items(OPTION, 1, 100), GUESSED)},
    ),
    element(
        "multi_users_select", {**MENU, **SEVERAL, "initial_users": may(Items(ID, 1, 100), GUESSED)}
    ),
    element(
        "multi_conversations_select",
        {
            **MENU,
            **SEVERAL,
            **CONVERSATIONS,
            "initial_conversations": may(Items(ID, 1, 100), GUESSED),
        },
    ),
    element(
        "multi_channels_select",
        {**MENU, **SEVERAL, "initial_channels": may(Items(ID, 1, 100), GUESSED)},
    ),
)
PICKERS = by_name(
    element(
        "checkboxes",
        {**CHOICES, "initial_options": may(Items(CHOICE_OPTION, 1, 10))},
        INITIAL_OFFERED,
    ),
    element(
        "radio_buttons",
        {**CHOICES, "initial_option": may(CHOICE_OPTION)},
        INITIAL_OFFERED,
    ),
    element("datepicker", {**MENU, "initial_date": may(DAY)}),
    element("timepicker", {**MENU, "initial_time": may(TIME), "timezone": may(ID, GUESSED)}),
)
DATETIME = element(
    "datetimepicker", {**PICKED, "initial_date_time": may(MOMENT)}, on=MESSAGE | MODAL
)
BUTTONS = by_name(
    element(
        "button",
        {
            **CONFIRMED,
            "text": need(plain(75)),
            "value": may(Words(1, 2000)),
            "url": may(URL),
            "style": may(STYLE),
            "accessibility_label": may(Words(1, 75)),
            "agent_prompt": may(Words(1, 4000), GUESSED),
        },
    ),
    element("overflow", {**CONFIRMED, "options": need(Items(OVERFLOW_OPTION, 1, 5))}),
    element(
        "workflow_button",
        {
            "text": need(plain(75)),
            "workflow": need(WORKFLOW),
            "style": may(STYLE),
            "accessibility_label": may(Words(1, 75)),
        },
        on=MESSAGE,
    ),
)
CONTEXT_BUTTONS = by_name(
    element(
        "feedback_buttons",
        {"positive_button": need(FEEDBACK_BUTTON), "negative_button": need(FEEDBACK_BUTTON)},
    ),
    element(
        "icon_button",
        {
            **CONFIRMED,
            "icon": need(Words(1, 75), GUESSED),
            "text": need(plain(75)),
            "value": may(Words(1, 2000)),
            "accessibility_label": may(Words(1, 75)),
            "visible_to_user_ids": may(Items(ID, 1, 10)),
        },
    ),
)
TYPING = by_name(
    element(
        "plain_text_input",
        {
            **TYPED,
            "initial_value": may(Words(0, 3000), GUESSED),
            "multiline": may(Flag()),
            "min_length": may(Number(0, 3000)),
            "max_length": may(Number(1, 3000)),
        },
        in_order("length_order", "min_length", "max_length"),
    ),
    element(
        "number_input",
        {
            **TYPED,
            "is_decimal_allowed": need(Flag()),
            "initial_value": may(NUMERAL, GUESSED),
            "min_value": may(NUMERAL, GUESSED),
            "max_value": may(NUMERAL, GUESSED),
        },
        in_order("value_order", "min_value", "initial_value", "max_value"),
        WHOLE_NUMBERS,
        on=MODAL,
    ),
    element("email_text_input", {**TYPED, "initial_value": may(Words(0, 3000), GUESSED)}, on=MODAL),
    element("url_text_input", {**TYPED, "initial_value": may(URL, GUESSED)}, on=MODAL),
    element(
        "rich_text_input",
        {
            **TYPED,
            "initial_value": may(A_RICH_TEXT),
            "min_lines": may(Number(1, 100)),
            "max_lines": may(Number(1, 100)),
        },
        in_order("line_order", "min_lines", "max_lines"),
        on=MODAL | HOME,
    ),
    element(
        "file_input",
        {"filetypes": may(Items(Words(1, 255), 1, 100), GUESSED), "max_files": may(Number(1, 10))},
        on=MODAL,
    ),
)
IMAGE = Shape("image_element", IMAGE_FIELDS, (ONE_IMAGE,), source=f"{REFERENCE}/block-elements")

ELEMENTS: dict[str, Shape] = {
    **BUTTONS,
    **CONTEXT_BUTTONS,
    **SELECTS,
    **MULTI_SELECTS,
    **PICKERS,
    **TYPING,
    DATETIME.name: DATETIME,
    "image": IMAGE,
}
SECTION_ACCESSORIES = (*BUTTONS, *SELECTS, *MULTI_SELECTS, *PICKERS, "image")
ACTIONS_ELEMENTS = (
    *BUTTONS,
    *SELECTS,
    *MULTI_SELECTS,
    *PICKERS,
    "datetimepicker",
    "rich_text_input",
)
INPUT_ELEMENTS = (*SELECTS, *MULTI_SELECTS, *PICKERS, "datetimepicker", *TYPING)
