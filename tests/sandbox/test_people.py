"""Guests, people who left, people of other workspaces, and groups of them."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox import NotPossible, Sandbox

BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Go"},
    "action_id": "go",
}
WITH_BUTTON = [{"type": "actions", "elements": [BUTTON]}]
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


def error_of(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response["error"]


@pytest.fixture
def gone(slack):
    """Somebody who was in #payments and left the company."""
    user = slack.add_user("gone")
    slack.channel("payments").members.add(user.id)
    slack.deactivate("gone")
    return user


@pytest.fixture
def stranger(slack):
    """Somebody of another workspace, in #payments through Slack Connect."""
    user = slack.add_user("stranger", team_id="T0STRANGER")
    slack.channel("payments").members.add(user.id)
    return user


def test_all_members_are_told_page_by_page_with_bots_and_who_left(slack, client, gone):
    whole = client.users_list()
    assert whole["response_metadata"]["next_cursor"] == ""
    told = {each["id"]: each for each in whole["members"]}
    assert told[gone.id]["deleted"]
    assert told[slack.bot_user_id]["is_bot"]
    first = client.users_list(limit=2)
    rest = client.users_list(limit=100, cursor=first["response_metadata"]["next_cursor"])
    assert [each["id"] for each in (*first["members"], *rest["members"])] == list(told)


def test_who_is_deleted_is_described_with_little(slack, client, gone):
    described = client.users_info(user=gone.id)["user"]
    assert described["deleted"]
    assert "tz" not in described


def test_who_is_deleted_gets_nothing(slack, client, gone):
    payments = slack.channel("payments").id
    assert error_of(client.chat_postMessage, channel=gone.id, text="x") == "user_not_found"
    private = {"channel": payments, "user": gone.id, "text": "x"}
    assert error_of(client.chat_postEphemeral, **private) == "user_not_in_channel"
    assert error_of(client.conversations_open, users=gone.id) == "user_disabled"
    assert error_of(client.views_publish, user_id=gone.id, view=HOME) == "user_not_found"
    assert gone.id not in client.conversations_members(channel=payments)["members"]


def test_who_is_deleted_does_nothing(slack, gone):
    with pytest.raises(NotPossible, match="deactivated"):
        slack.as_user("gone").types("Hello", channel="payments")


def test_who_is_added_as_deleted_is_in_no_channel(slack):
    slack.add_user("former", deleted=True)
    assert slack.add_channel("old", members=["former", "ana"]).members == {
        slack.as_user("ana").id,
        slack.bot_user_id,
    }


def test_a_guest_is_restricted_and_sees_own_channels_only(slack, client):
    guest = slack.add_user("guest", guest=True)
    assert client.users_info(user=guest.id)["user"]["is_restricted"]
    with pytest.raises(NotPossible, match="not in payments"):
        slack.as_user("guest").types("/idea", channel="payments")


def test_a_strangers_click_carries_their_workspace(slack, client, connected, stranger):
    connected.action("go")(lambda ack: ack())
    client.chat_postMessage(channel=slack.channel("payments").id, text="x", blocks=WITH_BUTTON)
    slack.as_user("stranger").click("Go", channel="payments")
    payload = slack.deliveries[-1].payload
    assert payload["user"]["team_id"] == "T0STRANGER"
    assert payload["team"]["id"] == slack.team_id
    assert client.users_info(user=stranger.id)["user"]["team_id"] == "T0STRANGER"


def test_a_strangers_form_names_the_workspace_where_the_app_is_installed(
    slack, client, connected, stranger
):
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "divider"}],
    }

    @connected.action("go")
    def go(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    connected.view("form")(lambda ack: ack())
    client.chat_postMessage(channel=slack.channel("payments").id, text="x", blocks=WITH_BUTTON)
    slack.as_user("stranger").click("Go", channel="payments")
    assert slack.as_user("stranger").form().submit().closed
    payload = slack.deliveries[-1].payload
    assert payload["team"]["id"] == "T0STRANGER"
    assert payload["view"]["app_installed_team_id"] == slack.team_id


def test_strangers_have_no_command_and_no_home_of_the_app(slack, stranger):
    with pytest.raises(NotPossible, match="not a valid command"):
        slack.as_user("stranger").types("/idea", channel="payments")
    with pytest.raises(NotPossible, match="no Home"):
        slack.as_user("stranger").opens_home()


def test_an_event_of_a_channel_with_strangers_says_so(slack, connected, stranger):
    connected.event("app_mention")(lambda: None)
    slack.as_user("stranger").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    payload = slack.deliveries[-1].payload
    assert payload["is_ext_shared_channel"]
    assert payload["event"]["user_team"] == "T0STRANGER"


# groups


def test_a_group_lists_its_people_and_a_disabled_one_only_when_asked(slack, client):
    group = slack.add_user_group("voters", ["ana", "ben"])
    old = slack.add_user_group("old", ["ana"], disabled=True)
    people = [slack.as_user("ana").id, slack.as_user("ben").id]
    assert client.usergroups_users_list(usergroup=group.id)["users"] == people
    assert error_of(client.usergroups_users_list, usergroup=old.id) == "no_such_subteam"
    assert error_of(client.usergroups_users_list, usergroup="S404") == "no_such_subteam"
    asked = client.usergroups_users_list(usergroup=old.id, include_disabled=True)
    assert asked["users"] == people[:1]
    [shown] = client.usergroups_list(include_users=True, include_count=True)["usergroups"]
    assert (shown["handle"], shown["users"], shown["user_count"]) == ("voters", people, 2)
    everyone = client.usergroups_list(include_disabled=True)["usergroups"]
    assert [bool(each["date_delete"]) for each in everyone] == [False, True]


def test_a_free_plan_has_no_groups(slack, client):
    slack.free_plan = True
    assert error_of(client.usergroups_list) == "plan_upgrade_required"
    assert error_of(client.usergroups_users_list, usergroup="S1") == "plan_upgrade_required"


# what the manifest says


def test_a_messages_tab_that_is_read_only_takes_no_words():
    home = {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    with Sandbox({"features": {"app_home": home}}) as slack:
        slack.add_user("ana")
        with pytest.raises(NotPossible, match="turned off"):
            slack.as_user("ana").types("Hello")


def test_a_scope_that_slack_does_not_know_is_found():
    with Sandbox({"oauth_config": {"scopes": {"bot": ["chat:write", "chat:shout"]}}}) as slack:
        pass
    assert [finding.detail for finding in slack.findings] == ["no bot has the scope chat:shout"]
