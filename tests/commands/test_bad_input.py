"""What people should not do, and do: every time a clear answer, and nothing is lost."""

import sqlite3

from sqlalchemy import text

from tests.commands.conftest import card, epics, proposes

NASTY = "<!channel> & <https://evil.example|x> *b*"


def test_marks_and_pings_are_shown_as_they_were_typed(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/epic propose", channel="payments")
    ana.form().click("Add numbers now")
    form = slack.wait_for(lambda: "For whom?" in ana.form().labels and ana.form())
    form.fill("What should change?", NASTY)
    for label in (
        "What do you believe, in a sentence?",
        "For whom?",
        "Which figure will move?",
        "We stop if …",
    ):
        form.fill(label, NASTY)
    assert form.submit().closed
    shown = card(slack, "PAY-1")
    for block in shown.blocks:
        for said in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
            if said and said.get("type") == "mrkdwn":
                assert "<!channel>" not in said["text"]
                assert "<https" not in said["text"]
                assert "*b*" not in said["text"]
    assert "<!channel>" not in shown.text
    assert NASTY in [b["text"]["text"] for b in shown.blocks if b.get("text")]
    ana.types(f"/epic move PAY-1 stopped {NASTY}", channel="payments")
    slack.wait_for(lambda: "Stopped" in card(slack, "PAY-1").text)
    assert "<!channel>" not in str(card(slack, "PAY-1").blocks[-3:])
    home = ana.opens_home()
    assert "<!channel>" not in "\n".join(home.texts)


def test_an_expired_trigger_gives_a_button_that_opens_the_form_with_what_was_typed(slack, shop):
    slack.fail_next("views.open", "expired_trigger_id")
    ana = slack.as_user("ana")
    ana.types("/epic propose Pay by bank transfer", channel="payments")
    ana.click("Open the form", in_message=ana.private_messages()[-1])
    form = ana.form()
    form.fill("What do you believe, in a sentence?", "It helps.")
    assert form.submit().closed
    assert card(slack, "PAY-1").text.startswith("PAY-1 · Pay by bank transfer")
    slack.findings.clear()


def test_a_channel_without_the_bot_is_told_to_its_owner_who_mends_it(slack, shop):
    channel = slack.channel("payments")
    channel.members.discard(slack.bot_user_id)
    proposes(slack, "Pay by bank transfer", channel="lobby")
    told = slack.wait_for(lambda: slack.dm("ben").messages)[-1]
    assert "it is not a member there" in told.text
    assert slack.wait_for(lambda: slack.dm("ana").messages)[-1].text.startswith("PAY-1")
    channel.members.add(slack.bot_user_id)
    slack.as_user("ben").click("Try again", in_message=told)
    assert card(slack, "PAY-1")
    slack.findings.clear()


def test_someone_of_another_workspace_is_refused_kindly(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    slack.as_user("ben").click("Move to Reviewing", channel="payments")
    slack.wait_for(lambda: "Reviewing" in card(slack, "PAY-1").text)
    click = [d for d in slack.deliveries if d.payload.get("type") == "block_actions"][-1]
    click.payload["user"]["team_id"] = "T0STRANGER"
    click.payload["actions"][0]["value"] = '{"epic":1,"version":2,"to":3}'
    assert slack.deliver_again(click).error is None
    assert "Reviewing" in card(slack, "PAY-1").text
    said = slack.wait_for(lambda: slack.as_user("ben").private_messages())[-1].text
    assert said.startswith("Only members of this workspace")


def test_a_locked_database_is_answered_in_time_and_the_form_keeps_what_was_typed(slack, shop):
    slack.ack_within_s = 3
    if shop.database.engine.dialect.name != "sqlite":
        lock = shop.database.engine.connect()
        lock.execute(text("LOCK TABLE value_streams, epics IN ACCESS EXCLUSIVE MODE"))
    ana = slack.as_user("ana")
    if shop.database.engine.dialect.name == "sqlite":
        ana.types("/epic propose", channel="payments")
        lock = sqlite3.connect(shop.database.engine.url.database, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        form = ana.form()
        form.fill("What should change?", "Pay by bank transfer")
        form.fill("What do you believe, in a sentence?", "It helps.")
        errors = form.submit().errors
        assert "Tack cannot reach its database" in errors["What should change?"]
        lock.execute("ROLLBACK")
        assert form.submit().closed
        assert epics(shop) == 1
    else:
        said = ana.types("/epic list", channel="payments").text
        assert "Tack cannot reach its database" in said
    lock.close()
