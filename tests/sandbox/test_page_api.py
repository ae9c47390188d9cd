"""What the page is told and what it can do."""

import threading

import httpx
import pytest


def plain(text):
    return {"type": "plain_text", "text": text}


MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "it"},
        }
    ],
}
TYPED = {"name": {"it": {"type": "plain_text_input", "value": "Bank"}}}
GO = {"type": "button", "text": plain("Go"), "action_id": "go", "value": "7"}


@pytest.fixture
def page(slack):
    with httpx.Client(base_url=slack.url, trust_env=False) as page:
        yield page


def act(page, kind, **body):
    return page.post("/sandbox/act", json={"as": "ana", "kind": kind, **body}).json()


def state(page):
    return page.get("/sandbox/state", params={"as": "ana"}).json()


def test_the_page_shows_places_people_and_commands(page, slack):
    shown = state(page)
    assert shown["me"]["real_name"] == "Ana Alvarez"
    assert [user["name"] for user in shown["users"]] == ["ana", "ben"]
    assert [channel["name"] for channel in shown["channels"]] == ["payments"]
    assert shown["commands"][0]["usage_hint"] == "[title]"
    assert (shown["delivery"], shown["connected"], shown["home"]) == ("socket", 0, None)


def test_messages_are_unread_until_they_are_shown(page, slack, client):
    channel = slack.channel("payments").id
    client.chat_postMessage(channel=channel, text="Hello")
    client.chat_postEphemeral(channel=channel, user=slack.as_user("ana").id, text="Psst")
    assert state(page)["channels"][0]["unread"] == 2
    seen = page.get("/sandbox/messages", params={"as": "ana", "channel": channel}).json()
    assert [(m["text"], m["ephemeral"]) for m in seen["messages"]] == [
        ("Hello", False),
        ("Psst", True),
    ]
    assert state(page)["channels"][0]["unread"] == 0


def test_a_form_is_opened_typed_into_and_submitted(page, slack, connected):
    answers = [{"response_action": "errors", "errors": {"name": "Longer."}}, {}]
    connected.command("/idea")(
        lambda ack, body, client: (
            client.views_open(trigger_id=body["trigger_id"], view=MODAL),
            ack(),
        )
    )
    connected.view("form")(lambda ack: ack(**answers.pop(0)))
    assert act(page, "command", channel=slack.channel("payments").id, text="/idea")["ok"]
    [form] = state(page)["forms"]
    assert act(page, "type", view_id=form["id"], values=TYPED)["ok"]
    assert state(page)["forms"][0]["state"]["values"] == TYPED
    refused = act(page, "submit", view_id=form["id"], values=TYPED)
    assert refused == {"ok": True, "errors": {"name": "Longer."}}
    assert act(page, "submit", view_id=form["id"], values=TYPED) == {"ok": True}
    assert state(page)["forms"] == []


def test_a_button_in_a_message_is_clicked_with_its_own_value(page, slack, client, connected):
    seen = []
    connected.action("go")(lambda ack, action: (seen.append(action["value"]), ack()))
    channel = slack.channel("payments")
    blocks = [{"type": "actions", "block_id": "b", "elements": [GO]}]
    client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)
    body = {"channel": channel.id, "message_ts": channel.messages[0].ts, "block_id": "b"}
    assert act(page, "click", **body, action_id="go", value="forged") == {"ok": True}
    assert seen == ["7"]
    assert not act(page, "click", **body, action_id="gone")["ok"]


def test_a_button_of_a_card_in_a_carousel_is_clicked(page, slack, client, connected):
    seen = []
    connected.action("go")(lambda ack, action: (seen.append(action["value"]), ack()))
    channel = slack.channel("payments")
    card = {"type": "card", "block_id": "card", "actions": [GO]}
    blocks = [{"type": "carousel", "elements": [card]}]
    client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)
    body = {"channel": channel.id, "message_ts": channel.messages[0].ts, "block_id": "card"}
    assert act(page, "click", **body, action_id="go") == {"ok": True}
    assert seen == ["7"]


def test_the_page_names_groups_and_shows_files_of_messages(page, slack, client):
    slack.files_take_s = 0
    slack.add_user_group("council", ["ana"])
    slack.add_user_group("former", ["ana"], disabled=True)
    assert state(page)["user_groups"] == [{"handle": "council", "name": "Council"}]
    channel = slack.channel("payments").id
    client.files_upload_v2(channel=channel, filename="epics.csv", content="key", title="Epics")
    seen = page.get("/sandbox/messages", params={"as": "ana", "channel": channel}).json()
    [file] = seen["messages"][0]["files"]
    assert (file["name"], file["title"], file["size"], file["kind"]) == (
        "epics.csv",
        "Epics",
        3,
        "CSV",
    )


def test_silence_of_the_app_is_an_error_on_the_page(page, slack):
    answer = act(page, "command", channel=slack.channel("payments").id, text="/idea")
    assert answer == {"ok": False, "error": "dispatch_failed"}
    answer = act(page, "command", channel=slack.channel("payments").id, text="/foo")
    assert answer == {"ok": False, "error": "/foo is not a valid command."}


def test_nonsense_is_refused(page):
    assert not act(page, "dance")["ok"]
    assert not act(page, "say", channel="C404", text="x")["ok"]
    assert page.get("/sandbox/state", params={"as": "nobody"}).status_code == 404


def test_private_channels_are_shown_to_members_only(page, slack):
    secret = slack.add_channel("secret", members=["ben"], private=True)
    assert [channel["name"] for channel in state(page)["channels"]] == ["payments"]
    there = page.get("/sandbox/messages", params={"as": "ana", "channel": secret.id})
    assert there.status_code == 404


def test_the_clock_is_moved_from_the_page(page, slack):
    act(page, "clock", freeze=True)
    before = slack.clock.now()
    act(page, "clock", advance_seconds=3600)
    assert (slack.clock.now() - before).total_seconds() == 3600
    act(page, "clock", resume=True)
    assert not state(page)["clock"]["frozen"]


def test_an_open_page_hears_what_changed_and_stopping_does_not_wait_for_it(page, slack):
    channel = slack.channel("payments")
    heard = threading.Event()
    say = threading.Timer(0.05, lambda: slack.as_user("ana").types("Hi", channel="payments"))
    with page.stream("GET", "/sandbox/stream", params={"as": "ana"}) as stream:
        say.start()
        for line in stream.iter_lines():
            if f"messages:{channel.id}" in line:
                heard.set()
                break
    say.join()
    assert heard.is_set()
