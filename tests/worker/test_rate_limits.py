"""What Slack limits is held by all replicas, for the method it said."""

from models.message import Message


def also_shown_in(shop, name, epic):
    """The epic has a second card, in another channel."""
    channel = shop.slack.add_channel(name, members=["ben"])
    with shop.database.write() as session:
        session.add(
            Message(
                workspace_id=shop.workspace_id,
                channel_id=channel.id,
                kind="epic_card",
                subject_id=epic.id,
            )
        )
    return channel


def test_ten_refusals_in_a_row_and_then_one_message(shop):
    shop.slack.fail_next("chat.postMessage", error="ratelimited", retry_after=2, times=10)
    shop.propose()
    shop.do_for(25)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert len(shop.calls("chat.postMessage")) == 11


def test_retry_after_holds_the_whole_lane(shop):
    shop.slack.fail_next("chat.postMessage", error="ratelimited", retry_after=30)
    shop.propose("First")
    shop.propose("Second")
    shop.do_for(29)
    assert len(shop.calls("chat.postMessage")) == 1
    shop.do_for(4)
    assert len(shop.texts) == 2


def test_retry_after_holds_the_method_in_every_channel_and_no_other_method(shop):
    epic = shop.propose()
    elsewhere = also_shown_in(shop, "elsewhere", epic)
    shop.move(epic, "reviewing")
    shop.do_for(3)
    shop.slack.fail_next("chat.update", error="ratelimited", retry_after=30)
    shop.move(epic, "ready")
    shop.do_what_is_due()
    shop.do_what_is_due()
    shop.propose("Another")
    shop.do_for(29)
    assert len(shop.calls("chat.update")) == 1
    assert elsewhere.messages[0].text == "PAY-1 is in reviewing"
    shop.do_for(4)
    assert elsewhere.messages[0].text == "PAY-1 is in ready"
    assert shop.texts == ["PAY-1 is in ready", "PAY-2 is in funnel"]


def test_a_post_is_made_while_updates_have_to_wait(shop):
    epic = shop.propose()
    shop.do_for(2)
    elsewhere = also_shown_in(shop, "elsewhere", epic)
    shop.slack.fail_next("chat.update", error="ratelimited", retry_after=30)
    shop.move(epic, "ready")
    shop.do_for(3)
    assert [message.text for message in elsewhere.messages] == ["PAY-1 is in ready"]
    assert shop.texts == ["PAY-1 is in funnel"]


def test_retry_after_of_one_home_holds_every_home(shop):
    shop.slack.fail_next("views.publish", error="ratelimited", retry_after=10)
    shop.look("ana")
    shop.look("ben")
    shop.do_for(9)
    assert len(shop.calls("views.publish")) == 1
    shop.do_for(4)
    assert len(shop.calls("views.publish")) == 3


def test_under_slacks_own_limits_every_card_is_shown_and_nothing_is_given_up(shop):
    shop.slack.rate_limits = True
    epics = [shop.propose(f"Idea {number}") for number in range(8)]
    shop.do_for(10)
    for state in ("reviewing", "analyzing", "ready"):
        for epic in epics:
            shop.move(epic, state)
        shop.do_for(20)
    shop.do_for(30)
    assert sorted(shop.texts) == [f"PAY-{number} is in ready" for number in range(1, 9)]


def test_a_wait_that_slack_words_strangely_is_a_second(shop):
    shop.slack.fail_next("chat.postMessage", error="ratelimited", retry_after="soon")
    shop.propose()
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in funnel"]
