"""Messages deleted, cut, scheduled and paced."""

from datetime import timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox


def error_of(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response["error"]


@pytest.fixture
def payments(slack):
    return slack.channel("payments")


def in_future(slack, **by):
    return int((slack.clock.now() + timedelta(**by)).timestamp())


def test_only_own_messages_are_deleted(slack, client, payments):
    slack.as_user("ana").types("Hello", channel="payments")
    ts = client.chat_postMessage(channel=payments.id, text="x")["ts"]
    client.chat_delete(channel=payments.id, ts=ts)
    [hers] = payments.messages
    assert error_of(client.chat_delete, channel=payments.id, ts=ts) == "message_not_found"
    assert error_of(client.chat_delete, channel=payments.id, ts=hers.ts) == "cant_delete_message"


def test_a_very_long_text_is_cut_and_found(slack, client, payments):
    client.chat_postMessage(channel=payments.id, text="x" * 40_001)
    assert len(payments.messages[0].text) == 40_000
    assert "text_truncated" in [finding.error for finding in slack.findings]


def test_a_scheduled_message_comes_at_its_moment(slack, client, payments):
    slack.clock.freeze()
    client.chat_scheduleMessage(
        channel=payments.id, text="Monday", post_at=in_future(slack, hours=1)
    )
    slack.clock.advance(timedelta(minutes=59))
    slack.settle()
    assert payments.messages == []
    slack.clock.advance(timedelta(minutes=1))
    slack.settle()
    assert [message.text for message in payments.messages] == ["Monday"]


def test_a_scheduled_message_is_taken_back_until_a_minute_before(slack, client, payments):
    slack.clock.freeze()

    def scheduled():
        answer = client.chat_scheduleMessage(
            channel=payments.id, text="x", post_at=in_future(slack, hours=1)
        )
        return {
            "channel": payments.id,
            "scheduled_message_id": answer["scheduled_message_id"],
        }

    client.chat_deleteScheduledMessage(**scheduled())
    late = scheduled()
    slack.clock.advance(timedelta(minutes=59))
    error = error_of(client.chat_deleteScheduledMessage, **late)
    assert error == "invalid_scheduled_message_id"
    slack.clock.advance(timedelta(minutes=1))
    slack.settle()
    assert len(payments.messages) == 1


def test_a_message_is_scheduled_for_the_next_120_days(slack, client, payments):
    slack.clock.freeze()

    def error(**ahead):
        post_at = in_future(slack, **ahead)
        return error_of(client.chat_scheduleMessage, channel=payments.id, text="x", post_at=post_at)

    assert error(seconds=-1) == "time_in_past"
    assert error(days=120, seconds=1) == "time_too_far"
    client.chat_scheduleMessage(
        channel=payments.id, text="x", post_at=in_future(slack, days=120) - 1
    )


def test_thirty_messages_are_scheduled_per_five_minutes_and_channel(slack, client, payments):
    slack.clock.freeze()
    lobby = slack.add_channel("lobby")
    window = in_future(slack, hours=1) // 300 * 300
    plan = {"text": "x", "post_at": window}
    for _ in range(30):
        client.chat_scheduleMessage(channel=payments.id, **plan)
    error = error_of(client.chat_scheduleMessage, channel=payments.id, **plan)
    assert error == "restricted_too_many"
    client.chat_scheduleMessage(channel=lobby.id, **plan)
    client.chat_scheduleMessage(channel=payments.id, text="x", post_at=window + 300)


def test_a_scheduled_message_with_metadata_never_comes(slack, client, payments):
    slack.clock.freeze()
    soon = in_future(slack, minutes=1)
    metadata = {"event_type": "digest", "event_payload": {}}
    plan = {"channel": payments.id, "post_at": soon}
    client.chat_scheduleMessage(text="never", metadata=metadata, **plan)
    client.chat_scheduleMessage(text="comes", **plan)
    assert [finding.error for finding in slack.findings] == ["metadata_not_posted"]
    slack.clock.advance(60)
    slack.settle()
    assert [message.text for message in payments.messages] == ["comes"]


def test_each_method_has_its_tier_once_limits_are_on(slack, client):
    slack.clock.freeze()
    slack.rate_limits = True
    ana = slack.as_user("ana").id
    for _ in range(100):
        client.users_info(user=ana)
    with pytest.raises(SlackApiError) as refusal:
        client.users_info(user=ana)
    assert refusal.value.response.status_code == 429
    client.views_publish(user_id=ana, view={"type": "home", "blocks": [{"type": "divider"}]})
    slack.clock.advance(int(refusal.value.response.headers["Retry-After"]))
    client.users_info(user=ana)
    assert [finding.warning for finding in slack.findings] == [True]


def test_a_workspace_takes_several_hundred_posts_a_minute(slack, client):
    slack.clock.freeze()
    slack.rate_limits = True
    channels = [slack.add_channel(f"c{number}").id for number in range(101)]
    for channel in channels[:100]:
        for _ in range(3):
            client.chat_postMessage(channel=channel, text="x")
    assert error_of(client.chat_postMessage, channel=channels[100], text="x") == "ratelimited"


def test_an_app_without_a_messages_tab_writes_to_nobody():
    manifest = {
        "features": {"app_home": {"messages_tab_enabled": False}},
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
    }
    with Sandbox(manifest) as slack:
        ana = slack.add_user("ana")
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        error = error_of(client.chat_postMessage, channel=ana.id, text="x")
    assert error == "messages_tab_disabled"


def test_members_are_listed_page_by_page(slack, client, payments):
    first = client.conversations_members(channel=payments.id, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = client.conversations_members(channel=payments.id, limit=2, cursor=cursor)
    assert {*first["members"], *rest["members"]} == payments.members
    assert not rest.get("response_metadata")
