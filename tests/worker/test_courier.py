import pytest
from sqlalchemy import select

from bot.worker.claims import LeaseLost
from bot.workflows import looking
from models.message import Message
from models.work import Work


def works(shop):
    with shop.database.read() as session:
        return {work.key: work for work in session.scalars(select(Work))}


def calls(shop, method):
    return [request for request in shop.slack.requests if request.method == method]


def test_a_card_is_posted_once_and_shows_the_last_state(shop):
    epic = shop.propose()
    shop.do_for(2)
    for state in ("reviewing", "analyzing", "ready"):
        shop.move(epic, state)
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in ready"]
    assert len(calls(shop, "chat.postMessage")) == 1
    assert len(calls(shop, "chat.update")) == 1
    assert works(shop) == {}
    assert shop.slack.findings == []


def test_a_move_while_the_card_is_drawn_is_drawn_next(shop):
    epic = shop.propose()
    claim = shop.claim()[0]
    shop.move(epic, "reviewing")
    shop.courier.show_message(claim)
    assert set(works(shop)) == {"message:1"}
    shop.slack.clock.advance(1)
    shop.do_for(2)
    assert shop.texts == ["PAY-1 is in reviewing"]


def test_a_channel_gets_one_message_a_second(shop):
    for number in range(3):
        shop.propose(f"Idea {number}")
    seen = []
    for _ in range(4):
        shop.do_what_is_due()
        seen.append(len(shop.texts))
        shop.slack.clock.advance(1)
    assert seen == [1, 2, 3, 3]


def test_a_post_whose_reply_was_lost_is_found_and_not_posted_again(shop):
    epic = shop.propose()
    shop.slack.lose_reply_next("chat.postMessage")
    shop.do_what_is_due()
    assert shop.texts == ["PAY-1 is in funnel"]
    assert shop.message().ts is None
    shop.move(epic, "reviewing")
    shop.do_for(5)
    assert shop.texts == ["PAY-1 is in reviewing"]
    assert shop.message().ts == shop.slack.channel("payments").messages[0].ts
    assert len(calls(shop, "chat.postMessage")) == 1


def test_a_post_that_never_arrived_is_posted(shop):
    shop.propose()
    with shop.database.write() as session:
        session.get_one(Message, 1).post_started_at = shop.slack.clock.now()
    shop.do_for(2)
    assert shop.texts == ["PAY-1 is in funnel"]


def test_without_the_right_to_look_a_lost_post_is_not_posted_again(shop):
    shop.propose()
    shop.slack.lose_reply_next("chat.postMessage")
    shop.slack.fail_next("conversations.history", error="missing_scope")
    shop.do_for(5)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert shop.message().refusal == "unknown: missing_scope"
    assert len(calls(shop, "chat.postMessage")) == 2  # the card, and the word to Ben


def test_a_channel_without_the_bot_is_told_once_to_the_owner_of_the_stream(shop):
    away = shop.slack.add_channel("away", members=["ben"], bot_is_member=False)
    epic = shop.propose()
    with shop.database.write() as session:
        session.get_one(Message, 1).channel_id = away.id
    shop.do_for(3)
    shop.move(epic, "reviewing")
    shop.do_for(3)
    assert shop.message().refusal == "not_in_channel"
    told = [message.text for message in shop.slack.dm("ben").messages]
    assert told == [f"Tack cannot post in {away.id}: not_in_channel"]
    assert works(shop) == {}


def test_once_the_bot_is_invited_the_next_change_posts_the_card(shop):
    shop.slack.fail_next("chat.postMessage", error="not_in_channel")
    epic = shop.propose()
    shop.do_for(3)
    shop.move(epic, "reviewing")
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in reviewing"]
    assert shop.message().refusal is None


def test_a_deleted_card_is_left_alone(shop):
    epic = shop.propose()
    shop.do_for(2)
    shop.slack.fail_next("chat.update", error="message_not_found")
    shop.move(epic, "reviewing")
    shop.do_for(3)
    assert works(shop) == {}
    assert shop.slack.dm("ben").messages == []


def test_retry_after_holds_the_whole_lane(shop):
    shop.slack.fail_next("chat.postMessage", error="ratelimited", retry_after=30)
    shop.propose("First")
    shop.propose("Second")
    shop.do_for(29)
    assert len(calls(shop, "chat.postMessage")) == 1
    shop.do_for(4)
    assert len(shop.texts) == 2
    assert works(shop) == {}


@pytest.mark.parametrize("error", ["internal_error", "invalid_auth", "fatal_error"])
def test_another_error_is_tried_again_later(shop, error):
    shop.slack.fail_next("chat.postMessage", error=error, times=2)
    shop.propose()
    shop.do_for(10)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert works(shop) == {}


def test_work_that_fails_too_often_is_dead_until_it_is_put_again(shop):
    shop.slack.fail_next("chat.postMessage", error="internal_error", times=12)
    epic = shop.propose()
    for _ in range(12):
        shop.do_what_is_due()
        shop.slack.clock.advance(400)
    dead = works(shop)["message:1"]
    assert dead.dead_at is not None
    assert dead.last_error == "internal_error"
    assert shop.do_what_is_due() == 0
    shop.move(epic, "reviewing")
    shop.do_for(2)
    assert shop.texts == ["PAY-1 is in reviewing"]


def test_work_of_a_dead_replica_is_taken_over_when_its_lease_lapses(shop):
    shop.propose()
    dead = shop.claim()[0]
    assert shop.claim() == []
    shop.slack.clock.advance(20)
    shop.do_for(2)
    with pytest.raises(LeaseLost):
        shop.courier.show_message(dead)
    assert shop.texts == ["PAY-1 is in funnel"]


def test_a_replica_that_lost_its_lease_posts_nothing(shop):
    shop.propose()
    late = shop.claim()[0]
    shop.slack.clock.advance(20)
    shop.claim()
    with pytest.raises(LeaseLost):
        shop.courier.show_message(late)
    assert shop.texts == []


def test_an_app_home_is_published_again_after_a_change(shop):
    user_id = shop.slack.as_user("ana").user.id
    with shop.database.write() as session:
        looking.look(session, shop.workspace_id, user_id, shop.slack.clock.now())
    shop.do_for(1)
    shop.propose()
    shop.do_for(2)
    published = [str(request.args["view"]) for request in calls(shop, "views.publish")]
    assert ["0 epics" in published[0], "1 epics" in published[1]] == [True, True]
    assert works(shop) == {}
