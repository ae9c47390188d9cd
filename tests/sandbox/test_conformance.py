"""The same scenes over a socket and over HTTP, through a real Bolt app: both sides say the same."""

import pytest
from slack_sdk import WebClient

from sandbox import Sandbox


def plain(text):
    return {"type": "plain_text", "text": text}


FORM = {
    "type": "modal",
    "callback_id": "idea",
    "title": plain("Propose an idea"),
    "submit": plain("Propose"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": plain("Title"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
GO = {"type": "button", "text": plain("Go"), "action_id": "go"}


def answer_everything(app):
    """Listen to all that a person can do; calls come before acks, so that their order is sure."""

    @app.command("/idea")
    def command(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    @app.view("idea")
    def submitted(ack, body, view, client):
        title = view["state"]["values"]["title"]["text"]["value"]
        if title == "no":
            ack(response_action="errors", errors={"title": "Say more."})
            return
        blocks = [{"type": "actions", "elements": [GO]}]
        client.chat_postMessage(channel=body["user"]["id"], text=title, blocks=blocks)
        ack()

    @app.action("go")
    def went(ack, body, client):
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Gone", blocks=[]
        )
        ack()

    @app.shortcut("from_anywhere")
    def shortcut(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    app.view_closed("idea")(lambda ack: ack())
    app.event("app_home_opened")(lambda: None)


def propose(slack):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    form = ana.form()
    form.fill("Title", "no")
    assert form.submit().errors == {"Title": "Say more."}
    form.fill("Title", "Pay by bank")
    assert form.submit().closed
    ana.click("Go")


def think_better_of_it(slack):
    slack.as_user("ben").uses_shortcut("from_anywhere")
    slack.as_user("ben").form().close()


def fail_and_try_again(slack):
    slack.fail_next("chat.postMessage", "internal_error")
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    form = ana.form()
    form.fill("Title", "Pay by bank")
    with pytest.raises(AssertionError, match="view_submission failed"):
        form.submit()
    assert form.submit().closed
    slack.findings.clear()


PROPOSED = [
    "← views.open 'Propose an idea': ok",
    "→ view_submission idea by @ana: acknowledged errors",
    "→ view_submission idea by @ana: acknowledged",
    "← chat.postMessage in @ana 'Pay by bank': ok",
    "→ block_actions go by @ana: acknowledged",
    "← chat.update in the messages of @ana 'Gone': ok",
]


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        (propose, ["→ /idea by @ana: acknowledged", *PROPOSED]),
        (
            think_better_of_it,
            [
                "→ shortcut from_anywhere by @ben: acknowledged",
                "← views.open 'Propose an idea': ok",
                "→ view_closed idea by @ben: acknowledged",
            ],
        ),
    ],
)
def test_a_scene_has_one_transcript_over_a_socket_and_over_http(slack, connected, scene, said):
    answer_everything(connected)
    scene(slack)
    assert slack.transcript() == said
    assert slack.findings == []


def test_a_failure_shows_in_the_transcript_and_trying_again_helps(slack, connected):
    slack.ack_within_s = 0.5
    answer_everything(connected)
    fail_and_try_again(slack)
    failed = next(line for line in slack.transcript() if "internal_error" in line)
    assert failed == (
        "← chat.postMessage in @ana 'Pay by bank': internal_error, refused with internal_error"
    )
    assert "→ view_submission idea by @ana: acknowledged" in slack.transcript()


def test_a_transcript_with_times_says_when_and_how_fast(slack, connected):
    answer_everything(connected)
    slack.clock.freeze()
    slack.as_user("ana").types("/idea", channel="payments")
    [command] = [line for line in slack.transcript(times=True) if "/idea" in line]
    assert command.startswith(f"{slack.clock.now():%H:%M:%S} → /idea by @ana")
    assert command.endswith(" ms)")


def test_a_duplicated_click_reaches_the_app_twice(slack, connected):
    answer_everything(connected)
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    ana.form().fill("Title", "Pay by bank")
    ana.form().submit()
    slack.duplicate_next()
    ana.click("Go")
    clicks = [d for d in slack.deliveries if d.payload.get("type") == "block_actions"]
    assert [(click.copy, click.error) for click in clicks] == [(False, None), (True, None)]


def test_an_event_that_met_no_app_arrives_once_the_app_is_there(slack, app, arrive):
    heard = []
    app.event("app_mention")(lambda event: heard.append(event["text"]))
    slack.clock.freeze()
    slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    slack.wait_for(lambda: len([d for d in slack.deliveries if d.error]) == 2)
    with arrive(app, slack):
        slack.clock.advance(60)
        slack.wait_for(lambda: heard)
        slack.wait_for(lambda: slack.deliveries[-1].ack is not None)
    slack.clock.advance(60 * 60)
    slack.settle()
    assert len(heard) == 1


def test_the_sdks_client_turns_pages():
    manifest = {"oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}}}
    with Sandbox(manifest) as slack:
        channel = slack.add_channel("payments").id
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        for number in range(5):
            client.chat_postMessage(channel=channel, text=str(number))
        pages = client.conversations_history(channel=channel, limit=2)
        texts = [message["text"] for page in pages for message in page["messages"]]
    assert texts == ["4", "3", "2", "1", "0"]
