"""Composition objects: the parts that several blocks and elements share."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.blockkit.kinds import Choice, Flag, Items, Text, Words, plain
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.shapes import Finding, Law, at_least_one, composition, exactly_one, may, need

URL = Words(1, 3000)
STYLE = Choice("primary", "danger")


def _long_value(option: Mapping[str, Any]) -> Iterable[Finding]:
    if len(option["value"]) > 75:
        yield "value", "should be less than 76 characters: sources disagree on 75 or 150"


SHORT_VALUE = Law("short_value", "value of at most 75 characters", _long_value, GUESSED, True)

OPTION = composition(
    "option",
    {"text": need(plain(75)), "value": need(Words(1, 150)), "description": may(plain(75))},
    SHORT_VALUE,
)
CHOICE_OPTION = composition(
    "choice_option",  # of checkboxes and radio buttons: the one place where options may be mrkdwn
    {"text": need(Text(75)), "value": need(Words(1, 150)), "description": may(Text(75))},
    SHORT_VALUE,
)
OVERFLOW_OPTION = composition(
    "overflow_option",
    {
        "text": need(plain(75)),
        "value": need(Words(1, 150)),
        "description": may(plain(75)),
        "url": may(URL),
    },
    SHORT_VALUE,
)
OPTION_GROUP = composition(
    "option_group", {"label": need(plain(75)), "options": need(Items(OPTION, 1, 100))}
)
CONFIRM = composition(
    "confirm",
    {
        "title": need(plain(100)),
        "text": need(Text(300)),
        "confirm": need(plain(30)),
        "deny": need(plain(30)),
        "style": may(STYLE),
    },
)
CONVERSATION_FILTER = composition(
    "conversation_filter",
    {
        "include": may(Items(Choice("im", "mpim", "private", "public"), 1, 4)),
        "exclude_external_shared_channels": may(Flag()),
        "exclude_bot_users": may(Flag()),
    },
    at_least_one("content", "include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH_ACTION_CONFIG = composition(
    "dispatch_action_config",
    {"trigger_actions_on": need(Items(Choice("on_enter_pressed", "on_character_entered"), 1, 2))},
)
SLACK_FILE = composition(
    "slack_file",
    {"id": may(Words(1, 255, "F[A-Z0-9]{8,}")), "url": may(URL, GUESSED)},
    exactly_one("source", "id", "url"),
)
INPUT_PARAMETER = composition(
    "input_parameter",
    {"name": need(Words(1, 255), GUESSED), "value": need(Words(0, 3000), GUESSED)},
)
TRIGGER = composition(
    "trigger",
    {
        "url": need(URL, GUESSED),
        "customizable_input_parameters": may(Items(INPUT_PARAMETER, 0, 100), GUESSED),
    },
)
WORKFLOW = composition("workflow", {"trigger": need(TRIGGER)})
FEEDBACK_BUTTON = composition(
    "feedback_button",
    {
        "text": need(plain(75)),
        "value": need(Words(1, 2000)),
        "accessibility_label": may(Words(1, 75)),
    },
)

OBJECTS = (
    OPTION,
    CHOICE_OPTION,
    OVERFLOW_OPTION,
    OPTION_GROUP,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_ACTION_CONFIG,
    SLACK_FILE,
    INPUT_PARAMETER,
    TRIGGER,
    WORKFLOW,
    FEEDBACK_BUTTON,
)
