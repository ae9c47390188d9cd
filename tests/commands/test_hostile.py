"""Whatever a payload holds or leaves out, it is answered with a sentence that says what to do."""

import json
from copy import deepcopy

import pytest
from slack_bolt import BoltRequest

from bot.commands import ACTIONS, COMMANDS, OPTIONS, VIEWS
from bot.slack import values
from bot.slack.typed import AS_DRAWN
from bot.slack.values import Value
from tests.commands.conftest import card, proposes

KINDS = [each for each in vars(values).values() if isinstance(each, type) and each is not Value]
KINDS = [each for each in KINDS if issubclass(each, Value)]
HOSTILE = ("", "\x00", "\ud800", "²", "-1", "0", "2147483648", "9" * 400, "{}", "[]", "none")
LEFT_OUT = object()
TYPED = (
    "/epic propose",
    "/epic edit PAY-1",
    "/epic answer PAY-1",
    "/epic stop PAY-1",
    "/epic block PAY-1",
    "/epic move PAY-1",
    "/epic restrict PAY-1",
    "/portfolio export",
    "/portfolio import",
    "/portfolio people",
    "/portfolio projects",
    "/flow digest subscribe",
    "/decision list",
)
"""What opens a form or a search; each declared form, test_heard.py fills in."""

WORDS = (
    "show",
    "move PAY-1",
    "answer",
    "owner PAY-1",
    "list",
    "people",
    "audit",
    "digest",
    "shift",
)
WRITTEN = ({}, {"selected_option": {}}, *({"value": each} for each in HOSTILE))
CHOSEN = (
    {},
    {"selected_option": None},
    {"selected_option": {}},
    {"selected_options": [{}]},
    {"selected_user": "U\x00"},
    {"selected_date": "9999-99-99"},
    {"selected_time": "25"},
    *({"selected_option": {"value": each}} for each in HOSTILE),
)


def example(kind, number):
    """The JSON of a value whose every number is this."""
    held = {}
    for name, field in kind.model_fields.items():
        if field.is_required():
            told = str(field.annotation)
            held[name] = number if "int" in told else "C0PAY"
            if "tuple" in told:
                held[name] = [number]
            if "Literal" in told:
                held[name] = field.annotation.__args__[0]
        elif field.annotation is int and name != "at":
            held[name] = number
        elif "str" in str(field.annotation) and "tuple" not in str(field.annotation):
            held[name] = "a\x00"
    if "form" in held:
        held["form"] = {"portfolio": number, "version": number}
    return json.dumps(held)


CARRIED = {example(kind, number): None for kind in KINDS for number in (1, 2**31, 10**30)}
"""Each once, in an order that stays: several kinds look alike, whatever their number."""


@pytest.fixture
def takes(slack, shop):
    """Takes what Slack tells as if it came over a socket, and minds every broken handler."""

    def take(body):
        answer = shop.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200, body
        assert "Something broke" not in answer.body, body

    yield take
    said = "".join(message.text for message in slack.dm("ana").messages)
    assert "Something broke" not in said
    slack.findings.clear()  # triggers of this Slack are none of Slack's


@pytest.fixture
def hears(slack, takes):
    """Hears what Ana does."""
    ana = slack.as_user("ana").id
    team = {"id": slack.team_id}
    who = {"team": team, "user": {"id": ana, "team_id": slack.team_id}}
    return lambda kind, **told: takes({"type": kind, **who, **told})


VIEW = {"id": "V1", "type": "modal", "callback_id": "x", "hash": "1.a", "blocks": []}


def ids(table):
    """An id that each entry of a table hears."""
    return [each if isinstance(each, str) else each.pattern.replace(".+", "x") for each in table]


def test_each_button_and_menu_takes_whatever_it_carries_or_leaves_out(hears):
    for heard in ids(ACTIONS):
        action = {"action_id": heard, "block_id": "b", "type": "button"}
        hears("block_actions", actions=[action])
        hears("block_actions", actions=[action | {"selected_option": None}], view=VIEW)
        for carried in (*HOSTILE, *CARRIED):
            hears("block_actions", actions=[action | {"value": carried}])
            menu = action | {"selected_option": {"value": carried}}
            hears("block_actions", actions=[menu], view=VIEW | {"private_metadata": carried})


def test_each_form_takes_whatever_it_remembers_or_leaves_out(hears):
    for heard in ids(VIEWS):
        view = VIEW | {"callback_id": heard}
        hears("view_submission", view=view)
        for carried in (*HOSTILE, *CARRIED):
            remembers = view | {"private_metadata": carried}
            hears("view_submission", view=remembers)
            hears("view_submission", view=remembers | {"state": {"values": {}}})


def test_each_list_takes_whatever_is_typed_or_left_out(hears):
    for heard in ids(OPTIONS):
        hears("block_suggestion", action_id=heard)
        for typed in (*HOSTILE, LEFT_OUT):
            said = {} if typed is LEFT_OUT else {"value": typed}
            hears("block_suggestion", action_id=heard, **said)
        for carried in CARRIED:
            view = VIEW | {"private_metadata": carried}
            hears("block_suggestion", action_id=heard, block_id="b", view=view)
            hears("block_suggestion", action_id=heard, block_id="b", view=view, value="a")


def test_a_command_takes_whatever_is_typed_or_left_out(hears):
    for command in COMMANDS:
        hears("command", command=command.name)
        for typed in (*HOSTILE, *(f"{word} {each}" for word in WORDS for each in HOSTILE)):
            hears("command", command=command.name, text=typed)


BOLTS = {("team_id",), ("user_id",), ("user",), ("user", "id"), ("command",), ("type",)} | {
    ("event",),
    ("event", "type"),
    ("actions", 0),
    ("view", "type"),
}
"""By these Bolt knows what it is and whose it is: without them it is refused before Tack has it."""


def heard(payload):
    used = payload.get("actions") or [payload.get("view") or payload]
    return used[0].get("action_id") or used[0].get("callback_id") or payload.get("command")


def parts_of(told, path=()):
    """Where each part of a payload stands, but for what Tack drew itself."""
    pairs = told.items() if isinstance(told, dict) else ()
    for key, each in [*pairs, *(enumerate(told) if isinstance(told, list) else ())]:
        if key not in AS_DRAWN:
            yield (*path, key)
            yield from parts_of(each, (*path, key))


def without(told, path):
    left = held = deepcopy(told)
    for key in path[:-1]:
        held = held[key]
    del held[path[-1]]
    return left


def test_whatever_is_left_out_of_what_slack_tells_is_answered(slack, takes):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana = slack.as_user("ana")
    slack.as_user("ben").click("Move to Reviewing", channel="payments")
    ana.opens_home()
    ana.types("/portfolio themes", channel="payments")
    ana.form().click("Add a theme")
    form = ana.form(title="Add a theme")
    form.fill("What is it called?", "Fewer abandoned purchases")
    assert form.submit().closed
    told = {
        (each.kind, each.payload.get("type"), heard(each.payload)): each.payload
        for each in slack.deliveries
    }
    for payload in told.values():
        for path in parts_of(payload):
            if path not in BOLTS:
                takes(without(payload, path))


def test_each_form_and_each_kind_of_field_takes_whatever_is_sent(slack, hears):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana, tried = slack.as_user("ana"), set()
    for typed in TYPED:
        ana.types(typed, channel="payments")
        form = slack.wait_for(ana.form)
        view = form.view
        fields = [block for block in view["blocks"] if block["type"] == "input"]
        blank = {each["block_id"]: {each["element"]["action_id"]: {}} for each in fields}
        hears("view_submission", view={"type": "modal", "callback_id": view["callback_id"]})
        for answers in (blank, {}, *hostile_values(fields, blank, tried)):
            hears("view_submission", view=view | {"state": {"values": answers}})
        form.close()


def hostile_values(fields, blank, tried):
    """Each kind of field that was not tried yet with whatever may be sent in it."""
    for block in fields:
        kind = block["element"]["type"]
        answers = WRITTEN if kind == "plain_text_input" else CHOSEN
        for held in () if kind in tried else answers:
            yield blank | {block["block_id"]: {block["element"]["action_id"]: held}}
        tried.add(kind)
