"""One epic, from the command to the board, as people would go."""

from copy import deepcopy

import pytest

from tests.commands.conftest import card, epics, furnish, proposes, running


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_an_idea_becomes_a_card_and_moves_on_the_board(slack, database_url, mode):
    with running(slack, database_url, mode) as tack:
        furnish(slack, tack)
        assert proposes(slack, "Pay by bank transfer").closed
        ana, ben = slack.as_user("ana"), slack.as_user("ben")
        told = slack.wait_for(lambda: ana.private_messages())[-1].text
        assert told.startswith("PAY-1 · Pay by bank transfer is in the Payments funnel, 1st of 1")
        assert "Funnel · since today" in card(slack, "PAY-1").text
        ben.click("Move to Reviewing", channel="payments")
        slack.wait_for(lambda: "Reviewing · since today" in card(slack, "PAY-1").text)
        assert len(slack.channel("payments").messages) == 1
        home = slack.as_user("dana").opens_home()
        slack.wait_for(lambda: "*PAY-1* · Pay by bank transfer" in "\n".join(home.texts))


def test_moving_by_typing_takes_a_reason_and_redraws_the_card(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    said = slack.as_user("ben").types("/epic move pay-1 stopped too dear", channel="payments").text
    assert said.startswith("PAY-1 · Pay by bank transfer is stopped. Thank you")
    stopped = slack.wait_for(
        lambda: "Stopped" in card(slack, "PAY-1").text and card(slack, "PAY-1")
    )
    assert "too dear" in str(stopped.blocks)


def test_moving_by_form_says_when_someone_else_was_faster(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana = slack.as_user("ana")
    ana.chooses_overflow("Move", channel="payments")
    form = ana.form()
    form.choose("Where to?", "Done")
    slack.as_user("ben").types("/epic move PAY-1 ready", channel="payments")
    assert not form.submit().closed
    form = ana.form()
    assert "changed something else here while it was open" in "\n".join(form.texts)
    assert "in *Ready* since" in "\n".join(form.texts)
    assert form.value("Where to?")["value"] == "done"


def test_a_click_on_an_old_card_is_refused_with_the_present_state(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ana = slack.as_user("ana")
    ana.types("/epic show PAY-1", channel="payments")
    slack.as_user("ben").types("/epic move PAY-1 ready", channel="payments")
    old = ana.private_messages()[-1]
    ana.click("Move to Reviewing", in_message=old)
    assert "is now in Ready" in slack.wait_for(lambda: ana.last_private()).text


def test_a_card_only_one_sees_shows_the_state_after_a_click(slack, shop):
    proposes(slack, "Pay by bank transfer", channel="payments")
    ana = slack.as_user("ana")
    ana.types("/epic show PAY-1", channel="payments")
    ana.click("Move to Reviewing", in_message=ana.private_messages()[-1])
    slack.wait_for(lambda: "Reviewing · since today" in ana.private_messages()[-1].text)


def test_the_history_tells_every_step(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana = slack.as_user("ana")
    ana.types("/epic move PAY-1 ready because it is clear", channel="payments")
    ana.chooses_overflow("History", channel="payments")
    told = "\n".join(ana.form().texts)
    assert "it is clear" in told
    assert told.index("*Ready*") < told.index("*Funnel*")


def test_a_proposal_that_is_sent_again_once_alike_ideas_were_shown_is_answered_as_before(
    slack, shop
):
    proposes(slack, "Wallet payments")
    ana = slack.as_user("ana")
    ana.types("/epic propose", channel="payments")
    form = ana.form()
    form.fill("What should change?", "Wallet payments in shops")
    shown = slack.wait_for(lambda: "PAY-1" in "\n".join(ana.form().texts) and ana.form())
    shown.fill("What do you believe, in a sentence?", "It helps.")
    assert shown.submit().closed
    sent = [d for d in slack.deliveries if d.payload.get("type") == "view_submission"][-1]
    changed = deepcopy(sent.payload)  # as by who saw no answer, typed on and pressed once more
    (hypothesis,) = changed["view"]["state"]["values"]["hypothesis"].values()
    hypothesis["value"] = "It helps a lot."
    for again in (slack.deliver_again(sent), slack.acting._carrier.deliver("interactive", changed)):
        assert (again.error, again.ack) == (None, sent.ack)
    assert epics(shop) == 2
