"""The form to set a portfolio up, with its value streams."""

from typing import Any

from bot.views.answers import Answer
from bot.views.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    option,
    plain,
    section,
    text_input,
)
from bot.views.mrkdwn import words
from bot.views.values import SetupForm
from models.portfolio import Portfolio
from models.setup import LONGEST_NAME

CALLBACK = "set_up_portfolio"
MORE = "add_stream"
TIME_ZONE = "time_zone"
MOST_STREAMS = 8
"""How many streams one form asks for, so that it stays a form one fills in one go."""


def setup_form(memory: SetupForm, time_zone: str = "UTC") -> dict[str, Any]:
    """The form; what was typed in it stays where Slack keeps it, by block and action."""
    blocks: list[Block] = [
        section(words("setup_form", "lead")),
        _text("name", "What is the portfolio called?", "Shop", LONGEST_NAME),
        _text("currency", "Currency", "EUR", 3, hint="The three-letter code of the currency."),
        time_zone_field(time_zone, "Days begin and end by it."),
    ]
    for place in range(memory.streams):
        blocks += _stream(place)
    if memory.streams < MOST_STREAMS:
        blocks.append(actions("more", [button("Add a value stream", MORE)]))
    else:
        blocks.append(context(f"{MOST_STREAMS} streams are enough to begin with."))
    return modal(
        CALLBACK,
        "Set up the portfolio",
        blocks,
        submit="Set it up",
        private_metadata=memory.value,
    )


def time_zone_field(time_zone: str, hint: str | None = None) -> Block:
    """A field that searches the time zones, beginning with one."""
    element: Element = {
        "type": "external_select",
        "action_id": TIME_ZONE,
        "placeholder": plain("Type a city, for example Berlin"),
        "min_query_length": 2,
        "initial_option": option(time_zone, time_zone),
    }
    return field(TIME_ZONE, "Time zone", element, hint=hint)


def was_set_up(portfolio: Portfolio, bot_user_id: str) -> Answer:
    """Told to who set it up, with the one thing left to do."""
    said = words("setup_form", "done", portfolio=portfolio, bot_user_id=bot_user_id)
    return Answer(said, [section(said)])


def _stream(place: int) -> list[Block]:
    title = "Value stream" if place == 0 else f"Value stream {place + 1}"
    name = f"streams.{place}"
    return [
        divider(),
        _text(f"{name}.name", title, "Payments", LONGEST_NAME),
        _text(
            f"{name}.key_prefix",
            "Its keys begin with",
            "PAY",
            10,
            hint="Epics are called PAY-1, PAY-2 and so on. Left empty, the name gives the letters.",
            optional=True,
        ),
        field(
            f"{name}.owner",
            "Owner",
            {
                "type": "users_select",
                "action_id": f"{name}.owner",
                "placeholder": plain("Who answers its ideas?"),
            },
            hint="Left empty, it is you for now.",
            optional=True,
        ),
        field(
            f"{name}.channel",
            "Channel",
            {
                "type": "conversations_select",
                "action_id": f"{name}.channel",
                "placeholder": plain("Where do its epics appear?"),
                "filter": {"include": ["public", "private"], "exclude_bot_users": True},
            },
            hint="Invite Tack there, so that it can show them.",
            optional=True,
        ),
    ]


def _text(
    name: str,
    label: str,
    placeholder: str,
    max_length: int,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> Block:
    element = text_input(name, max_length=max_length, placeholder=placeholder)
    return field(name, label, element, hint=hint, optional=optional)
