"""A Slack in trouble: nothing is shown twice, nothing is lost, and people can mend it."""

from tests.faults.conftest import STREAMS

STARTED_S = 20
"""Replicas are processes that begin, on a busy machine two of them at once."""


def words_to(shop, name):
    return shop.slack.dm(name).messages


def test_an_unknown_message_is_posted_by_the_button_that_a_person_gets(shop):
    shop.slack.fail_next("chat.postMessage", error="internal_error")
    shop.slack.fail_next("conversations.history", error="missing_scope")
    shop.run()
    shop.propose()
    word = shop.slack.wait_for(lambda: words_to(shop, "ben"), STARTED_S)[0]
    assert shop.shown() == []
    shop.slack.as_user("ben").click("Try again", in_message=word)
    shop.wait_until_nothing_waits()
    shop.check_cards()
    shop.slack.wait_for(lambda: not word.buttons)
    assert len(words_to(shop, "ben")) == 1


def test_a_channel_the_bot_is_not_in_is_told_once_and_shown_after_the_invitation(shop):
    channel = shop.slack.channel("payments")
    channel.members.remove(shop.slack.bot_user_id)
    running = shop.run(2)
    epic = shop.propose()
    shop.slack.wait_for(lambda: words_to(shop, "ben"), STARTED_S)
    shop.move(epic, "ready")
    shop.wait_until_nothing_waits()
    assert len(words_to(shop, "ben")) == 1
    channel.members.add(shop.slack.bot_user_id)
    shop.move(epic, "implementing")
    shop.wait_until_nothing_waits()
    running.kill_all()
    assert [text.startswith("PAY-1 ") for _, _, text in shop.shown()] == [True]
    assert "is now shown in" in words_to(shop, "ben")[0].text


def test_in_a_slack_where_a_third_of_all_calls_go_wrong_each_card_is_there_once(shop, chance):
    running = shop.run(2)
    shop.slack.misbehave(seed=chance.randrange(1_000_000), share=1 / 3)
    epics = [shop.propose(number) for number in range(4 * len(STREAMS))]
    for state in ("reviewing", "ready"):
        for epic in epics:
            shop.move(epic, state)
    shop.wait_until_nothing_waits(timeout=60)
    running.kill_all()
    shop.check_cards()
