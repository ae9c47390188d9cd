"""Fields of the settings' forms, each beginning with what holds now."""

from collections.abc import Collection, Sequence

from bot.slack.blocks import Block, Element, Option, field, option, plain, text_input

TIME_ZONE = "time_zone"


def line_field(
    name: str,
    label: str,
    *,
    initial: str | None = None,
    max_length: int,
    placeholder: str | None = None,
    hint: str | None = None,
    optional: bool = False,
    multiline: bool = False,
) -> Block:
    """Something to be typed."""
    element = text_input(
        name,
        max_length=max_length,
        initial=initial,
        placeholder=placeholder,
        multiline=multiline,
    )
    return field(name, label, element, hint=hint, optional=optional)


def number_field(
    name: str, label: str, *, initial: int | None, hint: str | None = None, most: int = 9_999
) -> Block:
    """A whole number from 1 on, or nothing."""
    element: Element = {
        "type": "number_input",
        "action_id": name,
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": str(most),
    }
    if initial is not None:
        element["initial_value"] = str(initial)
    return field(name, label, element, hint=hint, optional=True)


def boxes_field(
    name: str,
    label: str,
    options: Sequence[Option],
    checked: Collection[str],
    *,
    hint: str | None = None,
) -> Block:
    """Up to ten boxes, those checked whose values say so."""
    element: Element = {"type": "checkboxes", "action_id": name, "options": list(options)}
    if initial := [each for each in options if each["value"] in checked]:
        element["initial_options"] = initial
    return field(name, label, element, hint=hint, optional=True)


def choice_field(
    name: str, label: str, options: Sequence[Option], chosen: str, *, hint: str | None = None
) -> Block:
    """One of a few, all of them in sight."""
    element: Element = {"type": "radio_buttons", "action_id": name, "options": list(options)}
    if initial := [each for each in options if each["value"] == chosen]:
        element["initial_option"] = initial[0]
    return field(name, label, element, hint=hint)


def owner_field(name: str, label: str, initial: str | None, *, hint: str | None = None) -> Block:
    """One person, or nobody."""
    element: Element = {
        "type": "users_select",
        "action_id": name,
        "placeholder": plain("Who answers its ideas?"),
    }
    if initial is not None:
        element["initial_user"] = initial
    return field(name, label, element, hint=hint, optional=True)


def channel_field(
    name: str, label: str, initial: str | None, *, placeholder: str, hint: str | None = None
) -> Block:
    """A channel, or none."""
    element: Element = {
        "type": "conversations_select",
        "action_id": name,
        "placeholder": plain(placeholder),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if initial is not None:
        element["initial_conversation"] = initial
    return field(name, label, element, hint=hint, optional=True)


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
