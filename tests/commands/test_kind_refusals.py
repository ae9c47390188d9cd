"""Every listener refuses kindly, whatever is clicked and by whom."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.commands import OPTIONS, VIEWS
from models.audit.trail import note
from models.epics.epic import Epic, Transition
from models.message import Message
from models.people.member import Member
from sandbox.changes import user_changed
from tests.commands.conftest import card, epics, furnish, proposes, running

FORGED = ("", "{}", "[]", "null", '{"epic":"x"}', '{"epic":999999,"version":1,"to":1}', "\x00")


def forged_click(slack, action_id, value, user, *, answerable=True):
    """What Slack would deliver for a button of that name and value on a message."""
    told = [d for d in slack.deliveries if d.payload.get("type") == "block_actions"][-1].payload
    element = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    element["selected_option"] = {"value": value, "text": {"type": "plain_text", "text": "x"}}
    channel = slack.channel("payments").id
    url = f"{slack.url}/response/{slack.workspace.new_response_url(user.id, channel, None)}"
    payload = told | {"actions": [element], "user": told["user"] | {"id": user.id}}
    payload["trigger_id"] = slack.workspace.new_trigger(user.id)
    payload["response_url"] = url if answerable else f"{slack.url}/response/worn"
    return slack.acting._carrier.deliver("interactive", payload)


@pytest.fixture
def clicked(slack, shop):
    """Someone has clicked, so that there is a payload to forge."""
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    slack.as_user("ben").click("Move to Reviewing", channel="payments")
    slack.wait_for(lambda: "Reviewing" in card(slack, "PAY-1").text)
    return slack


def test_a_form_with_forged_memory_is_never_an_error_of_tacks(clicked, shop):
    ana = clicked.as_user("ana")
    ana.types("/epic propose", channel="payments")
    form = ana.form()
    form.fill("What should change?", "Pay by card")
    form.fill("What do you believe, in a sentence?", "It helps.")
    form.submit()
    sent = [d for d in clicked.deliveries if d.payload.get("type") == "view_submission"][-1]
    before = epics(shop)
    for callback_id in VIEWS:
        for value in FORGED:
            view = sent.payload["view"] | {"callback_id": callback_id, "private_metadata": value}
            answer = clicked.acting._carrier.deliver("interactive", sent.payload | {"view": view})
            assert answer.error is None, callback_id
            assert answer.ack.get("response_action") in {"errors", "update"}, (callback_id, value)
            assert "Something broke" not in str(answer.ack)
    assert epics(shop) == before


def test_forged_suggestions_suggest_nothing(clicked):
    told = [d for d in clicked.deliveries if d.payload.get("type") == "block_actions"][-1].payload
    view = {"id": "V0", "type": "modal", "callback_id": "x", "private_metadata": "{}"}
    view |= {"blocks": [], "state": {"values": {}}, "hash": "1.x"}
    payload = {k: v for k, v in told.items() if k not in {"actions", "message", "container"}}
    payload |= {"type": "block_suggestion", "view": view, "block_id": "b", "value": "zzz"}
    for action_id in OPTIONS:
        sent = payload | {"action_id": action_id}
        answer = clicked.acting._carrier.deliver("interactive", sent)
        shown = [option["text"]["text"] for option in answer.ack["options"]]
        assert shown in ([], ["All value streams"], ["Every value stream"]), action_id


def test_a_button_of_a_deleted_epic_says_that_it_is_gone(clicked, shop):
    with shop.database.write() as session:
        session.execute(delete(Message))
        session.execute(delete(Transition))
        session.execute(delete(Epic))
        note(session, 1, "epics", "all", {}, verb="removed")
    ana = clicked.as_user("ana")
    ana.click("Move to Analyzing", channel="payments")
    assert clicked.wait_for(ana.last_private).text == "That epic is not there any more."


def test_a_button_a_year_old_still_answers(clicked, shop):
    clicked.clock.advance(timedelta(days=365))
    ana = clicked.as_user("ana")
    ana.click("Move to Analyzing", channel="payments")
    clicked.wait_for(lambda: "Analyzing" in card(clicked, "PAY-1").text)


def test_a_guest_is_refused_in_commands_clicks_and_home(slack, shop):
    slack.add_user("gil", guest=True)
    slack.channel("payments").members.add(slack.workspace.user_named("gil").id)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    gil = slack.as_user("gil")
    said = gil.types("/epic list", channel="payments").text
    assert said.startswith("Guests of this workspace cannot use Tack")
    gil.click("Move to Reviewing", channel="payments")
    assert slack.wait_for(gil.last_private).text == said
    assert "PAY-1" not in "\n".join(gil.opens_home().texts)
    assert card(slack, "PAY-1").text.startswith("PAY-1 · Pay by bank transfer")


SILENT = {
    "ratelimited": lambda slack: slack.fail_next("users.info", "ratelimited", 30, times=100),
    "internal_error": lambda slack: slack.fail_next("users.info", "internal_error", times=100),
    "500": lambda slack: slack.break_next("users.info", 500, times=100),
    "network": lambda slack: slack.lose_reply_next("users.info", times=100),
}


def test_who_was_never_known_waits_while_slack_does_not_say_whether_they_are_a_guest(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    for number, falls_silent in enumerate(SILENT.values()):
        slack.channel("payments").members.add(slack.add_user(f"gil{number}", guest=True).id)
        falls_silent(slack)
        gil = slack.as_user(f"gil{number}")
        said = gil.types("/epic list", channel="payments").text
        assert said.startswith("Slack cannot say right now whether you are a guest")
        assert gil.types("/epic propose My idea", channel="payments").text == said
        gil.click("Move to Reviewing", channel="payments")
        assert slack.wait_for(gil.last_private).text == said
        assert "PAY-1" not in "\n".join(gil.opens_home().texts)
        slack.behave()
        known = gil.types("/epic list", channel="payments").text
        assert known.startswith("Guests of this workspace")
    assert epics(shop) == 1


def test_while_slack_is_silent_each_counts_as_they_were_last_known(slack, shop):
    proposes(slack, "Pay by bank transfer")
    slack.channel("payments").members.add(slack.add_user("gil", guest=True).id)
    ana, gil = slack.as_user("ana"), slack.as_user("gil")
    gil.types("/epic list", channel="payments")
    for falls_silent in SILENT.values():
        slack.clock.advance(timedelta(hours=3))
        falls_silent(slack)
        assert "PAY-1" in str(ana.types("/epic list", channel="payments").blocks)
        refused = gil.types("/epic list", channel="payments").text
        assert refused.startswith("Guests of this workspace")
        slack.behave()


def test_while_slack_is_silent_who_is_named_counts_as_they_were_last_known(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    given = [
        ben.types(f"/epic owner PAY-1 @{name}", channel="payments").text for name in ("cleo", "ana")
    ]
    slack.clock.advance(timedelta(hours=3))
    SILENT["500"](slack)
    assert ben.types("/epic owner PAY-1 @cleo", channel="payments").text == given[0]
    said = ben.types("/epic owner PAY-1 @dana", channel="payments").text
    assert said == "Slack did not say who that is. Nothing was changed; try once more."


def test_after_a_restart_while_slack_is_silent_each_counts_as_they_were_last_known(
    slack, database_url
):
    slack.channel("payments").members.add(slack.add_user("gil", guest=True).id)
    ana, gil, dana = (slack.as_user(name) for name in ("ana", "gil", "dana"))
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        proposes(slack, "Pay by bank transfer")
        gil.types("/epic list", channel="payments")
        slack.wait_for(lambda: known(tack) == {ana.user.id: False, gil.user.id: True})
    SILENT["500"](slack)
    with running(slack, database_url):
        assert "PAY-1" in str(ana.types("/epic list", channel="payments").blocks)
        said = gil.types("/epic list", channel="payments").text
        assert said.startswith("Guests of this workspace")
        said = dana.types("/epic list", channel="payments").text
        assert said.startswith("Slack cannot say right now whether you are a guest")


def known(tack):
    with tack.database.read() as session:
        return {each.user_id: each.is_guest for each in session.scalars(select(Member))}


def test_who_became_a_guest_is_one_from_the_moment_slack_tells_of_it(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ana = slack.as_user("ana")
    SILENT["500"](slack)
    ana.user.guest = True
    slack.acting.tell("user_change", user_changed(slack.workspace, ana.user))
    slack.wait_for(
        lambda: ana.types("/epic list", channel="payments").text.startswith("Guests of this")
    )


def test_a_button_whose_response_url_is_worn_out_is_answered_in_the_channel(clicked, shop):
    clicked.as_user("ana").types("/epic show PAY-1", channel="payments")
    ana = clicked.as_user("ana")
    forged = forged_click(clicked, "move_epic", "{}", ana.user, answerable=False)
    assert forged.error is None
    clicked.wait_for(
        lambda: ana.private_messages()[-1].text.startswith("That button is out of date")
    )
    clicked.findings.clear()
