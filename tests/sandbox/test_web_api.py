"""The Web API refuses what Slack refuses, with Slack's names."""

import http.client
import json
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox

SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}


def refused(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response


@pytest.fixture
def payments(slack):
    return slack.channel("payments")


def test_a_call_needs_a_token_that_fits(slack):
    def error(token):
        client = WebClient(token, base_url=slack.api_url)
        return refused(client.auth_test)["error"]

    assert error(None) == "not_authed"
    assert error("xoxb-wrong") == "invalid_auth"
    assert error(slack.app_token) == "not_allowed_token_type"


def test_unknown_methods_are_refused(client):
    assert refused(client.api_call, api_method="chat.shout")["error"] == "unknown_method"


def test_unknown_arguments_are_ignored_as_slack_does_and_found(slack, client):
    assert client.auth_test(colour="red")["user_id"] == slack.bot_user_id
    assert [finding.error for finding in slack.findings] == ["unknown_argument"]


def test_missing_arguments_are_named(slack, client):
    response = refused(client.api_call, api_method="users.info")
    assert response["error"] == "invalid_arguments"
    assert response["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


def test_scopes_are_those_of_the_manifest():
    with Sandbox(manifest={}) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        response = refused(client.users_info, user=slack.bot_user_id)
        assert (response["error"], response["needed"]) == ("missing_scope", "users:read")


def test_users_info_tells_the_zone_and_the_locale_only_when_asked(slack, client):
    ana = slack.as_user("ana")
    user = client.users_info(user=ana.id)["user"]
    assert (user["real_name"], user["tz"]) == ("Ana Alvarez", "Europe/Berlin")
    assert "locale" not in user
    assert "locale" in client.users_info(user=ana.id, include_locale=True)["user"]


def test_the_bot_posts_only_where_it_is(slack, client):
    slack.add_channel("public", bot_is_member=False)
    slack.add_channel("secret", private=True, bot_is_member=False)
    old = slack.add_channel("old")
    old.archived = True

    def error(channel):
        return refused(client.chat_postMessage, channel=channel, text="Hi")["error"]

    assert error(slack.channel("public").id) == "not_in_channel"
    assert error(slack.channel("secret").id) == "channel_not_found"
    assert error("C404") == "channel_not_found"
    assert error(old.id) == "is_archived"


def test_a_user_id_means_the_direct_messages(slack, client):
    ana = slack.as_user("ana")
    client.chat_postMessage(channel=ana.id, text="Psst")
    assert [m.text for m in slack.dm("ana").messages] == ["Psst"]
    assert client.conversations_open(users=ana.id)["channel"]["id"] == slack.dm("ana").id


def test_invalid_blocks_are_refused_with_the_place(slack, client, payments):
    response = refused(
        client.chat_postMessage, channel=payments.id, text="x", blocks=[{"type": "section"}]
    )
    assert response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0]" in response["response_metadata"]["messages"][0]
    assert slack.findings[0].error == "invalid_blocks"
    blank = {"channel": payments.id, "text": ""}
    assert refused(lambda: client.api_call("chat.postMessage", json=blank))["error"] == "no_text"


def test_a_missing_fallback_text_is_advice_only(slack, client, payments):
    client.api_call("chat.postMessage", json={"channel": payments.id, "blocks": SECTION})
    assert [finding.warning for finding in slack.findings] == [True]


def test_an_update_without_blocks_drops_them_and_keeps_the_metadata(slack, client, payments):
    metadata = {"event_type": "epic", "event_payload": {"key": "PAY-1"}}
    ts = client.chat_postMessage(channel=payments.id, text="x", blocks=SECTION, metadata=metadata)[
        "ts"
    ]
    [message] = payments.messages
    client.chat_update(channel=payments.id, ts=ts, text="y")
    assert (message.text, message.blocks, message.metadata) == ("y", [], metadata)
    client.chat_update(channel=payments.id, ts=ts, text="z", metadata={})
    assert (message.metadata, message.updates) == (None, 2)


def test_only_own_lasting_short_messages_are_updated(slack, client, payments):
    ana = slack.as_user("ana")
    ana.types("Hello", channel="payments")
    private = client.chat_postEphemeral(channel=payments.id, user=ana.id, text="Psst")
    own = client.chat_postMessage(channel=payments.id, text="x")

    def error(ts, text="y"):
        return refused(client.chat_update, channel=payments.id, ts=ts, text=text)["error"]

    assert error(payments.messages[0].ts) == "cant_update_message"
    assert error(private["message_ts"]) == "message_not_found"
    assert error("1.000001") == "message_not_found"
    assert error(own["ts"], "y" * 4001) == "msg_too_long"


def test_ephemeral_messages_are_seen_by_one_member_only(slack, client, payments):
    ana, cleo = slack.as_user("ana"), slack.add_user("cleo")
    client.chat_postEphemeral(channel=payments.id, user=ana.id, text="Psst")
    assert [m.text for m in ana.private_messages()] == ["Psst"]
    assert slack.as_user("ben").private_messages() == []
    assert payments.messages == []
    response = refused(client.chat_postEphemeral, channel=payments.id, user=cleo.id, text="Psst")
    assert response["error"] == "user_not_in_channel"


def test_history_is_newest_first_and_shows_metadata_only_when_asked(slack, client, payments):
    metadata = {"event_type": "epic", "event_payload": {"key": "PAY-1"}}
    first = client.chat_postMessage(channel=payments.id, text="1", metadata=metadata)["ts"]
    client.chat_postMessage(channel=payments.id, text="1.1", thread_ts=first)
    client.chat_postMessage(channel=payments.id, text="2")

    def texts(answer):
        return [message["text"] for message in answer["messages"]]

    assert texts(client.conversations_history(channel=payments.id)) == ["2", "1"]
    assert texts(client.conversations_history(channel=payments.id, oldest=first)) == ["2"]
    page = client.conversations_history(channel=payments.id, limit=1)
    assert (texts(page), page["has_more"]) == (["2"], True)
    thread = client.conversations_replies(channel=payments.id, ts=first, include_all_metadata=True)
    assert texts(thread) == ["1", "1.1"]
    assert thread["messages"][0]["metadata"] == metadata
    plain = client.conversations_replies(channel=payments.id, ts=first)
    assert "metadata" not in plain["messages"][0]


def test_a_permalink_names_channel_and_message(slack, client, payments):
    ts = client.chat_postMessage(channel=payments.id, text="x")["ts"]
    link = client.chat_getPermalink(channel=payments.id, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{payments.id}/p{ts.replace('.', '')}")


def test_planned_refusals_come_as_often_as_asked_and_are_no_findings(slack, client, payments):
    slack.fail_next("chat.postMessage", error="ratelimited", retry_after=7)
    response = refused(client.chat_postMessage, channel=payments.id, text="x")
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "7"
    client.chat_postMessage(channel=payments.id, text="x")
    assert slack.findings == []


def test_a_lost_reply_leaves_the_message_posted(slack, client, payments):
    slack.lose_reply_next("chat.postMessage")
    with pytest.raises((http.client.HTTPException, OSError)):
        client.chat_postMessage(channel=payments.id, text="x")
    assert [m.text for m in payments.messages] == ["x"]


def test_posting_is_paced_per_channel_once_that_is_switched_on(slack, client, payments):
    slack.clock.freeze()
    slack.rate_limits = True
    for _ in range(4):
        client.chat_postMessage(channel=payments.id, text="x")
    response = refused(client.chat_postMessage, channel=payments.id, text="x")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    client.chat_postMessage(channel=slack.as_user("ana").id, text="x")
    slack.clock.advance(1)
    client.chat_postMessage(channel=payments.id, text="x")


def press_go(slack, client, payments):
    """Post a message with a button, press it, and return its response_url."""
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    client.chat_postMessage(channel=payments.id, text="x", blocks=blocks)
    slack.as_user("ana").click("Go")
    return slack.deliveries[-1].payload["response_url"]


def post(url, body):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.status


def test_a_response_url_serves_five_answers(slack, client, payments, connected):
    connected.action("go")(lambda ack: ack())
    url = press_go(slack, client, payments)
    assert [post(url, {"text": "Hm"}) for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.as_user("ana").private_messages()) == 5


def test_a_response_url_serves_half_an_hour(slack, client, payments, connected):
    connected.action("go")(lambda ack: ack())
    url = press_go(slack, client, payments)
    slack.clock.advance(30 * 60 + 1)
    assert post(url, {"text": "Hm"}) == 404


def test_a_response_url_takes_known_arguments_in_json(slack, client, payments, connected):
    connected.action("go")(lambda ack: ack())
    url = press_go(slack, client, payments)
    assert post(url, {"text": "Hm", "colour": "red"}) == 200
    assert post(url, "Hm") == 400
    errors = [finding.error for finding in slack.findings]
    assert errors == ["unknown_argument", "invalid_payload"]


def test_a_response_url_replaces_deletes_and_speaks_in_public(slack, client, payments, connected):
    connected.action("go")(lambda ack: ack())
    url = press_go(slack, client, payments)
    assert post(url, {"text": "Done", "replace_original": True}) == 200
    assert [m.text for m in payments.messages] == ["Done"]
    assert post(url, {"text": "Hear", "response_type": "in_channel"}) == 200
    assert post(url, {"delete_original": True}) == 200
    assert [m.text for m in payments.messages] == ["Hear"]
    assert post(url, {"text": "x", "blocks": [{"type": "section"}]}) == 400
