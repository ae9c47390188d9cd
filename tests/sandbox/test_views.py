"""Modals and Home: triggers, stacks, hashes, typing that stays, what closing tells the app."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox


def plain(text):
    return {"type": "plain_text", "text": text}


def field(label="Name", block_id="name", **element):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"type": "plain_text_input", "action_id": "it", **element},
    }


def modal(*blocks, title="Form", **more):
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": list(blocks) or [field()],
        **more,
    }


def home(text):
    return {"type": "home", "blocks": [{"type": "header", "text": plain(text)}]}


def error_of(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response["error"]


@pytest.fixture
def trigger(slack, connected):
    """Get a fresh trigger of Ana's."""
    connected.command("/idea")(lambda ack: ack())

    def fresh():
        slack.as_user("ana").types("/idea", channel="payments")
        return slack.deliveries[-1].payload["trigger_id"]

    return fresh


def test_a_trigger_serves_once_and_three_seconds(slack, client, trigger):
    slack.clock.freeze()
    once, late = trigger(), trigger()
    client.views_open(trigger_id=once, view=modal())
    assert error_of(client.views_open, trigger_id=once, view=modal()) == "exchanged_trigger_id"
    slack.clock.advance(3.1)
    assert error_of(client.views_open, trigger_id=late, view=modal()) == "expired_trigger_id"
    assert error_of(client.views_open, trigger_id="no", view=modal()) == "invalid_trigger_id"


def test_a_stale_trigger_is_refused_by_either_family_of_names(slack, client, trigger):
    slack.clock.freeze()
    slack.trigger_errors = "guide"
    once, late = trigger(), trigger()
    client.views_open(trigger_id=once, view=modal())
    assert error_of(client.views_open, trigger_id=once, view=modal()) == "trigger_exchanged"
    slack.clock.advance(3.1)
    assert error_of(client.views_open, trigger_id=late, view=modal()) == "trigger_expired"
    with pytest.raises(ValueError, match="guide"):
        slack.trigger_errors = "rumours"


def test_a_view_of_more_than_250_kb_is_too_large(client, trigger):
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    view = modal(*[section] * 90)
    assert error_of(client.views_open, trigger_id=trigger(), view=view) == "view_too_large"


def test_a_home_needs_a_tab_to_stand_on():
    with Sandbox({"settings": {"interactivity": {"is_enabled": True}}}) as slack:
        ana = slack.add_user("ana")
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        assert error_of(client.views_publish, user_id=ana.id, view=home("1")) == "not_enabled"


def test_an_ack_that_says_something_else_does_not_close_the_form(slack, client, connected, trigger):
    connected.view("form")(lambda ack: ack("Thanks!"))
    client.views_open(trigger_id=trigger(), view=modal())
    form = slack.as_user("ana").form()
    form.fill("Name", "x")
    assert not form.submit().closed
    assert [finding.error for finding in slack.findings] == ["invalid_response_action"]


def test_an_invalid_view_is_refused_with_the_place(slack, client, trigger):
    view = modal(title="A title that is much too long")
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id=trigger(), view=view)
    assert refusal.value.response["error"] == "invalid_arguments"
    assert "/title" in refusal.value.response["response_metadata"]["messages"][0]
    assert not slack.as_user("ana").has_form()


def test_three_views_fit_on_a_stack(slack, client, trigger):
    client.views_open(trigger_id=trigger(), view=modal(title="1"))
    client.views_push(trigger_id=trigger(), view=modal(title="2"))
    client.views_push(trigger_id=trigger(), view=modal(title="3"))
    assert error_of(client.views_push, trigger_id=trigger(), view=modal()) == "push_limit_reached"
    ana = slack.as_user("ana")
    assert ana.form().view["root_view_id"] != ana.form().view["id"]
    ana.form().close()
    assert ana.form().title == "2"
    ana.form().close(whole_stack=True)
    assert not ana.has_form()


def test_typing_stays_where_both_ids_stay(slack, client, trigger):
    view_id = client.views_open(trigger_id=trigger(), view=modal(field(), field("Age", "age")))[
        "view"
    ]["id"]
    form = slack.as_user("ana").form()
    form.fill("Name", "Bank")
    form.fill("Age", "7")
    client.views_update(view_id=view_id, view=modal(field(), field("Age", "age2")))
    assert (form.value("Name"), form.value("Age")) == ("Bank", None)


def test_a_stale_hash_and_a_closed_form_are_refused(slack, client, trigger):
    view = client.views_open(trigger_id=trigger(), view=modal())["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    stale = {"view_id": view["id"], "hash": view["hash"], "view": modal()}
    assert error_of(client.views_update, **stale) == "hash_conflict"
    slack.as_user("ana").form().close()
    assert error_of(client.views_update, view_id=view["id"], view=modal()) == "not_found"


def test_an_external_id_names_one_open_view(slack, client, trigger):
    client.views_open(trigger_id=trigger(), view=modal(external_id="x"))
    client.views_update(external_id="x", view=modal(external_id="x", title="Other"))
    assert slack.as_user("ana").form().title == "Other"
    push = {"trigger_id": trigger(), "view": modal(external_id="x")}
    assert error_of(client.views_push, **push) == "duplicate_external_id"


def test_home_has_a_hash_too(slack, client):
    ana = slack.as_user("ana")
    first = client.views_publish(user_id=ana.id, view=home("1"))["view"]
    client.views_publish(user_id=ana.id, view=home("2"), hash=first["hash"])
    stale = {"user_id": ana.id, "view": home("3"), "hash": first["hash"]}
    assert error_of(client.views_publish, **stale) == "hash_conflict"
    assert error_of(client.views_publish, user_id=ana.id, view=modal()) == "invalid_arguments"


def test_an_answer_may_update_push_or_clear(slack, client, connected, trigger):
    answers = [
        {"response_action": "update", "view": modal(title="Updated")},
        {"response_action": "push", "view": modal(title="Pushed")},
        {"response_action": "clear"},
    ]
    connected.view("form")(lambda ack: ack(**answers.pop(0)))
    client.views_open(trigger_id=trigger(), view=modal())
    ana = slack.as_user("ana")
    for title in ("Updated", "Pushed"):
        ana.form().fill("Name", "x")
        assert not ana.form().submit().closed
        assert ana.form().title == title
    ana.form().fill("Name", "x")
    assert ana.form().submit().closed
    assert not ana.has_form()


def test_errors_at_no_field_are_trouble_and_a_finding(slack, client, connected, trigger):
    answer = {"response_action": "errors", "errors": {"nowhere": "No"}}
    connected.view("form")(lambda ack: ack(**answer))
    client.views_open(trigger_id=trigger(), view=modal())
    form = slack.as_user("ana").form()
    form.fill("Name", "x")
    assert form.submit().errors == {"": "We had some trouble connecting. Try again?"}
    assert slack.findings


def test_closing_is_told_only_when_asked_for(slack, client, connected, trigger):
    connected.view_closed("form")(lambda ack: ack())
    client.views_open(trigger_id=trigger(), view=modal())
    slack.as_user("ana").form().close()
    client.views_open(trigger_id=trigger(), view=modal(notify_on_close=True))
    slack.as_user("ana").form().close(whole_stack=True)
    closed = [d.payload for d in slack.deliveries if d.payload.get("type") == "view_closed"]
    assert [payload["is_cleared"] for payload in closed] == [True]


def test_a_field_that_dispatches_tells_the_app_at_once(slack, client, connected, trigger):
    seen = []
    connected.action("it")(lambda ack, action: (seen.append(action["value"]), ack()))
    client.views_open(
        trigger_id=trigger(), view=modal(field() | {"dispatch_action": True}, field("Age", "age"))
    )
    form = slack.as_user("ana").form()
    form.fill("Name", "Bank")
    form.fill("Age", "7")
    assert seen == ["Bank"]


def test_people_channels_dates_and_suggestions_are_chosen_by_what_is_shown(
    slack, client, connected, trigger
):
    def chooser(kind, **more):
        element = {"type": kind, "action_id": "it", **more}
        return {"type": "input", "block_id": kind, "label": plain(kind), "element": element}

    option = {"text": plain("PAY-12 Pay by bank"), "value": "12"}
    connected.options("it")(lambda ack: ack(options=[option]))
    connected.view("form")(lambda ack: ack())
    view = modal(
        chooser("users_select"),
        chooser("multi_conversations_select"),
        chooser("datepicker"),
        chooser("external_select", min_query_length=1),
        chooser("checkboxes", options=[{"text": plain("Yes"), "value": "y"}]),
    )
    client.views_open(trigger_id=trigger(), view=view)
    form = slack.as_user("ana").form()
    form.choose("users_select", "ben")
    form.choose("multi_conversations_select", "payments")
    form.fill("datepicker", "2026-09-30")
    form.choose("external_select", "PAY-12 Pay by bank")
    form.choose("checkboxes", "Yes")
    assert form.submit().closed
    values = slack.deliveries[-1].payload["view"]["state"]["values"]
    assert values["users_select"]["it"]["selected_user"] == slack.as_user("ben").id
    [chosen] = values["multi_conversations_select"]["it"]["selected_conversations"]
    assert chosen == slack.channel("payments").id
    assert values["datepicker"]["it"]["selected_date"] == "2026-09-30"
    assert values["external_select"]["it"]["selected_option"] == option
    assert [o["value"] for o in values["checkboxes"]["it"]["selected_options"]] == ["y"]


@pytest.mark.parametrize(
    ("element", "typed", "said"),
    [
        ({"type": "plain_text_input", "max_length": 3}, "four", "at most 3 characters"),
        ({"type": "plain_text_input", "min_length": 5}, "four", "at least 5 characters"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "a whole number"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.5", "most 2"),
        ({"type": "email_text_input"}, "ana", "valid email"),
        ({"type": "url_text_input"}, "ana", "valid URL"),
        ({"type": "datepicker"}, "2026-02-30", "valid date"),
    ],
)
def test_slack_itself_refuses_what_a_field_does_not_take(
    slack, client, trigger, element, typed, said
):
    view = modal(field() | {"element": {"action_id": "it", **element}})
    client.views_open(trigger_id=trigger(), view=view)
    form = slack.as_user("ana").form()
    form.fill("Name", typed)
    assert said in form.submit().errors["Name"]
