"""What Slack refuses is told once, to someone who can mend it."""

import pytest

from bot.workflows.people.workspaces import grant_admin
from models.epics.epic import Epic
from models.message import Message


def told(shop, name="ben"):
    return [message.text for message in shop.slack.dm(name).messages]


@pytest.mark.parametrize(
    "error", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action"]
)
def test_a_refusal_is_told_once_to_the_owner_of_the_stream_and_not_tried_over_and_over(shop, error):
    shop.slack.fail_next("chat.postMessage", error=error)
    epic = shop.propose()
    shop.do_for(3)
    shop.slack.fail_next("chat.postMessage", error=error)
    shop.move(epic, "reviewing")
    shop.do_for(60)
    assert told(shop) == [f"Tack cannot post in {shop.channel_id}: {error}"]
    assert len(shop.calls("chat.postMessage")) == 3  # the card twice, the word to Ben once
    assert shop.message().refusal == error
    assert shop.message().post_started_at is None


def test_once_mended_the_next_change_posts_the_card_and_the_word_says_so(shop):
    shop.slack.fail_next("chat.postMessage", error="not_in_channel")
    epic = shop.propose()
    shop.do_for(3)
    shop.move(epic, "reviewing")
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in reviewing"]
    assert shop.message().refusal is None
    assert told(shop) == [f"Tack cannot post in {shop.channel_id}: None"]


def test_what_breaks_again_after_it_was_mended_is_told_again(shop):
    shop.slack.fail_next("chat.postMessage", error="not_in_channel")
    epic = shop.propose()
    shop.do_for(3)
    shop.move(epic, "reviewing")
    shop.do_for(3)
    shop.slack.fail_next("chat.update", error="is_archived")
    shop.move(epic, "ready")
    shop.do_for(3)
    assert len(told(shop)) == 2
    assert told(shop)[-1] == f"Tack cannot post in {shop.channel_id}: is_archived"


def test_where_nobody_owns_the_stream_an_admin_is_told(shop):
    cleo = shop.slack.add_user("cleo")
    shop.slack.fail_next("chat.postMessage", error="not_in_channel")
    epic = shop.propose()
    with shop.database.write() as session:
        grant_admin(session, shop.workspace_id, cleo.id, None, shop.slack.clock.now())
        orphan = session.get_one(Epic, epic.id)
        orphan.value_stream.owner_user_id = orphan.proposed_by = None
    shop.do_for(3)
    assert len(told(shop, "cleo")) == 1


def test_a_word_that_cannot_be_told_is_not_told_about(shop):
    shop.slack.fail_next("chat.postMessage", error="not_in_channel")
    shop.slack.fail_next("conversations.open", error="user_disabled")
    shop.propose()
    shop.do_for(30)
    assert shop.message(2).refusal == "user_disabled"
    with shop.database.read() as session:
        assert session.query(Message).count() == 2
