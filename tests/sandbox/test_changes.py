"""What an app is told of changes of groups, people and channels, if it asks for it."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox import NotPossible, Sandbox
from tests.sandbox.conftest import MANIFEST

EVENTS = [
    *("subteam_updated", "subteam_members_changed", "user_change"),
    *("channel_archive", "channel_unarchive", "channel_deleted", "group_archive"),
]


def manifest_with(events, scopes=("channels:read", "groups:read")):
    manifest = json.loads(json.dumps(MANIFEST))
    manifest["settings"]["event_subscriptions"]["bot_events"] = list(events)
    manifest["oauth_config"]["scopes"]["bot"] += scopes
    return manifest


@contextmanager
def workspace(manifest):
    with Sandbox(manifest) as slack:
        for name in ("ana", "ben", "cleo"):
            slack.add_user(name)
        slack.add_channel("payments", members=["ana", "ben"])
        yield slack


@pytest.fixture
def slack():
    """A workspace whose app asks for every event of change."""
    with workspace(manifest_with(EVENTS)) as slack:
        yield slack


@pytest.fixture
def heard(connected_over_http):
    """The events that reach the app."""
    events = []
    for name in EVENTS:
        connected_over_http.event(name)(lambda event: events.append(event))
    return events


def error_of(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response["error"]


def ids(slack, *names):
    return [slack.as_user(name).id for name in names]


def test_a_groups_new_people_are_told_as_a_difference_and_as_a_whole(slack, heard):
    slack.clock.freeze()
    group = slack.add_user_group("council", ["ana", "ben"])
    created = int(group.created_at.timestamp())
    slack.clock.advance(60)
    slack.change_user_group("council", ["ben", "cleo"])
    slack.wait_for(lambda: len(heard) == 2)
    difference, whole = sorted(heard, key=lambda event: event["type"])
    ana, ben, cleo = ids(slack, "ana", "ben", "cleo")
    assert difference["subteam_id"] == group.id
    assert (difference["added_users"], difference["removed_users"]) == ([cleo], [ana])
    assert (difference["added_users_count"], difference["removed_users_count"]) == (1, 1)
    assert difference["date_previous_update"] == created
    assert difference["date_update"] == created + 60
    assert (whole["subteam"]["users"], whole["subteam"]["user_count"]) == ([ben, cleo], 2)
    assert slack.findings == []


def test_a_group_that_is_renamed_switched_off_and_on_is_told_as_a_whole(slack, heard, client):
    slack.clock.freeze()
    group = slack.add_user_group("council", ["ana"])
    slack.change_user_group("council", new_handle="board")
    slack.disable_user_group("board")
    assert error_of(client.usergroups_users_list, usergroup=group.id) == "no_such_subteam"
    slack.enable_user_group("@board")
    assert client.usergroups_users_list(usergroup=group.id)["users"] == ids(slack, "ana")
    slack.wait_for(lambda: len(heard) == 3)
    assert {event["type"] for event in heard} == {"subteam_updated"}
    assert {event["subteam"]["handle"] for event in heard} == {"board"}
    assert sorted(bool(event["subteam"]["date_delete"]) for event in heard) == [False, False, True]


def test_a_deleted_group_is_told_and_unknown_from_then_on(slack, heard, client):
    group = slack.add_user_group("council", ["ana"])
    slack.delete_user_group("council")
    [event] = slack.wait_for(lambda: heard)
    assert event["subteam"]["date_delete"] > 0
    asked = {"usergroup": group.id, "include_disabled": True}
    assert error_of(client.usergroups_users_list, **asked) == "no_such_subteam"
    with pytest.raises(LookupError, match="council"):
        slack.change_user_group("council", ["ben"])


def test_who_is_deactivated_is_told_as_deleted(slack, heard):
    [ben] = ids(slack, "ben")
    slack.deactivate("ben")
    [event] = slack.wait_for(lambda: heard)
    assert (event["type"], event["user"]["id"], event["user"]["deleted"]) == (
        "user_change",
        ben,
        True,
    )


def test_a_channel_that_is_archived_restored_and_deleted_is_told(slack, heard, client):
    channel = slack.channel("payments")
    slack.archive_channel("payments", by="ben")
    assert error_of(client.chat_postMessage, channel=channel.id, text="x") == "is_archived"
    with pytest.raises(NotPossible, match="archived"):
        slack.as_user("ana").types("/idea", channel="payments")
    slack.unarchive_channel("payments", by="ben")
    client.chat_postMessage(channel=channel.id, text="x")
    slack.delete_channel("payments", by="ben")
    assert error_of(client.chat_postMessage, channel=channel.id, text="x") == "channel_not_found"
    slack.wait_for(lambda: len(heard) == 3)
    told = {(event["type"], event["channel"], event["user"]) for event in heard}
    [ben] = ids(slack, "ben")
    assert told == {
        (kind, channel.id, ben)
        for kind in ("channel_archive", "channel_unarchive", "channel_deleted")
    }


def test_a_deleted_channel_takes_no_answer_and_no_scheduled_message(slack, client):
    slack.clock.freeze()
    payments = slack.channel("payments")
    secret = slack.workspace.new_response_url(slack.as_user("ana").id, payments.id, None)
    at = int((slack.clock.now() + timedelta(hours=1)).timestamp())
    client.chat_scheduleMessage(channel=payments.id, text="Later", post_at=at)
    slack.delete_channel("payments")
    answer = WebhookClient(f"{slack.url}/response/{secret}").send(text="Late")
    assert (answer.status_code, json.loads(answer.body)["error"]) == (400, "channel_not_found")
    slack.clock.advance(timedelta(hours=2))
    slack.settle()
    assert payments.messages == []


def test_a_private_channel_is_told_of_only_where_the_bot_is(slack, heard):
    slack.add_channel("secret", ["ana"], private=True, bot_is_member=False)
    slack.add_channel("council", ["ana"], private=True)
    slack.archive_channel("secret")
    slack.archive_channel("council")
    [event] = slack.wait_for(lambda: heard)
    assert (event["type"], event["channel"]) == ("group_archive", slack.channel("council").id)


def test_an_event_nobody_asked_for_is_not_told():
    with workspace(manifest_with([])) as slack:
        slack.add_user_group("council", ["ana"])
        slack.change_user_group("council", ["ben"])
        slack.deactivate("ben")
        slack.archive_channel("payments")
        assert slack.deliveries == []


def test_an_event_without_its_scope_is_found_and_not_told():
    with workspace(manifest_with(["group_archive"], scopes=())) as slack:
        slack.add_channel("council", ["ana"], private=True)
        slack.archive_channel("council")
        assert slack.deliveries == []
        assert [finding.detail for finding in slack.findings] == [
            "the event group_archive needs the scope groups:read"
        ]
