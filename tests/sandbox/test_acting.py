"""A small real Bolt app behind the sandbox: the same scenes over a socket and over HTTP."""

import pytest
from slack_sdk import WebClient

from sandbox import NoAck, NotPossible, Sandbox


def plain(text):
    return {"type": "plain_text", "text": text}


def idea_form(**more):
    return {
        "type": "modal",
        "callback_id": "idea",
        "title": plain("Propose an idea"),
        "submit": plain("Propose"),
        "blocks": [
            {
                "type": "input",
                "block_id": "title",
                "label": plain("What should change?"),
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "stream",
                "label": plain("Value stream"),
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [
                        {"text": plain("Payments"), "value": "1"},
                        {"text": plain("Onboarding"), "value": "2"},
                    ],
                },
            },
        ],
        **more,
    }


def card(title, state):
    move = {"type": "button", "action_id": "move", "text": plain("Move on"), "value": title}
    return {
        "text": f"{title}: {state}",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}* {state}"}},
            {"type": "actions", "elements": [move]},
        ],
    }


@pytest.fixture
def ideas(connected):
    @connected.command("/idea")
    def propose(ack, body, client):
        ack()
        client.views_open(
            trigger_id=body["trigger_id"], view=idea_form(private_metadata=body["channel_id"])
        )

    @connected.view("idea")
    def store(ack, body, view, client):
        values = view["state"]["values"]
        title = values["title"]["text"]["value"]
        if title == "no":
            ack(response_action="errors", errors={"title": "Say more."})
            return
        ack()
        channel = view["private_metadata"]
        client.chat_postMessage(channel=channel, **card(title, "funnel"))
        client.chat_postEphemeral(channel=channel, user=body["user"]["id"], text="Stored.")

    @connected.action("move")
    def move(ack, action, body, client):
        ack()
        client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            **card(action["value"], "reviewing"),
        )

    @connected.event("app_home_opened")
    def home(event, client):
        blocks = [{"type": "header", "text": plain("Your ideas")}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    return connected


def test_an_idea_goes_from_command_to_moved_card(slack, ideas):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    form = ana.form()
    assert form.title == "Propose an idea"
    assert form.labels == ["What should change?", "Value stream"]
    form.fill("What should change?", "Pay by bank")
    form.choose("Value stream", "Payments")
    assert form.submit().closed
    channel = slack.channel("payments")
    slack.wait_for(lambda: channel.messages)
    assert ana.last_private().text == "Stored."
    slack.as_user("ben").click("Move on", containing="Pay by bank")
    [message] = channel.messages
    slack.wait_for(lambda: message.updates == 1)
    assert message.text == "Pay by bank: reviewing"
    assert message.buttons == ["Move on"]
    assert slack.as_user("ben").private_messages() == []
    assert slack.findings == []


def test_home_is_drawn_when_it_is_opened(slack, ideas):
    assert slack.as_user("ana").opens_home().texts == ["Your ideas"]


def test_errors_of_the_app_stand_at_their_label_and_the_form_stays(slack, ideas):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    form = ana.form()
    form.fill("What should change?", "no")
    form.choose("Value stream", "Onboarding")
    result = form.submit()
    assert not result.closed
    assert result.errors == {"What should change?": "Say more."}
    assert form.value("What should change?") == "no"


def test_a_form_with_empty_required_fields_does_not_reach_the_app(slack, ideas):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    result = ana.form().submit()
    assert set(result.errors) == {"What should change?", "Value stream"}
    assert [d.payload.get("type") for d in slack.deliveries] == [None]


def test_a_closed_form_cannot_be_submitted_again(slack, ideas):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    form = ana.form()
    form.fill("What should change?", "Pay by bank")
    form.choose("Value stream", "Payments")
    form.submit()
    with pytest.raises(NotPossible, match="closed"):
        form.submit()


def test_an_app_that_is_not_there_fails_visibly(slack):
    with pytest.raises(NoAck, match="dispatch_failed"):
        slack.as_user("ana").types("/idea", channel="payments")


def test_an_app_that_acks_late_times_out(slack, connected):
    slack.ack_within_s = 0.05
    connected.command("/idea")(lambda ack: slack.wait_for(lambda: slack.findings) and ack())
    with pytest.raises(NoAck, match="operation_timeout"):
        slack.as_user("ana").types("/idea", channel="payments")


def test_undeclared_commands_are_unknown_to_the_workspace(slack, connected):
    with pytest.raises(NotPossible, match="/foo is not a valid command"):
        slack.as_user("ana").types("/foo bar", channel="payments")


def test_words_in_the_ack_are_a_private_answer(slack, connected):
    connected.command("/idea")(lambda ack, command: ack(f"You said {command['text']}"))
    reply = slack.as_user("ana").types("/idea a < b", channel="payments")
    assert reply.text == "You said a &lt; b"
    assert slack.channel("payments").messages == []


def test_mentions_arrive_as_ids_where_the_manifest_asks_for_it(slack, connected):
    connected.command("/mentions")(lambda ack, command: ack(command["text"]))
    connected.command("/idea")(lambda ack, command: ack(command["text"]))
    council = slack.add_user_group("council", ["ben"])
    slack.add_user_group("former", ["ben"], disabled=True)
    ben, payments = f"<@{slack.as_user('ben').id}|ben>", slack.channel("payments")
    ana = slack.as_user("ana")
    for typed, told in {
        "@ben #payments @nobody": f"{ben} <#{payments.id}|payments> @nobody",
        "give PAY-1 @Ben, please": f"give PAY-1 {ben}, please",
        "(@ben) @ben.": f"({ben}) {ben}.",
        "@council @former": f"<!subteam^{council.id}|@council> @former",
        "ben@ben.example #1": "ben@ben.example #1",
    }.items():
        assert ana.types(f"/mentions {typed}", channel="payments").text == told
    assert ana.types("/idea for @ben", channel="payments").text == "for @ben"


def test_buttons_in_cards_carousels_and_containers_are_pressed(slack, client, connected):
    heard = []

    def press(ack, action):
        ack()
        heard.append((action["block_id"], action["value"]))

    def button(word):
        text = {"type": "plain_text", "text": word}
        return {"type": "button", "text": text, "action_id": "go", "value": word.lower()}

    def card(block_id, word):
        title = {"type": "mrkdwn", "text": f"*{word}*"}
        return {"type": "card", "block_id": block_id, "title": title, "actions": [button(word)]}

    connected.action("go")(press)
    actions = {"type": "actions", "block_id": "inside", "elements": [button("Three")]}
    blocks = [
        card("alone", "One"),
        {"type": "carousel", "elements": [card("first", "Two")]},
        {"type": "container", "title": plain("More"), "child_blocks": [actions]},
    ]
    channel = slack.channel("payments")
    client.chat_postMessage(channel=channel.id, text="Cards", blocks=blocks)
    assert channel.messages[0].buttons == ["One", "Two", "Three"]
    for word in ("One", "Two", "Three"):
        slack.as_user("ana").click(word)
    assert heard == [("alone", "one"), ("first", "two"), ("inside", "three")]


def test_without_interactivity_no_button_works():
    with Sandbox({"oauth_config": {"scopes": {"bot": ["chat:write"]}}}) as slack:
        slack.add_user("ana")
        channel = slack.add_channel("payments", ["ana"])
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        client.chat_postMessage(channel=channel.id, **card("Pay by bank", "funnel"))
        with pytest.raises(NotPossible, match="interactivity"):
            slack.as_user("ana").click("Move on")
