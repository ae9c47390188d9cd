import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from bot.worker.claims import LeaseLost
from models.work import Work


def works(shop):
    with shop.database.read() as session:
        return {work.key: work for work in session.scalars(select(Work))}


def test_a_card_is_posted_once_and_shows_the_last_state(shop):
    epic = shop.propose()
    shop.do_for(2)
    for state in ("reviewing", "analyzing", "ready"):
        shop.move(epic, state)
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in ready"]
    assert len(shop.calls("chat.postMessage")) == 1
    assert len(shop.calls("chat.update")) == 1
    assert works(shop) == {}
    assert shop.slack.findings == []


def test_a_move_while_the_card_is_drawn_is_drawn_next(shop):
    epic = shop.propose()
    claim = shop.claim()[0]
    shop.move(epic, "reviewing")
    shop.do(claim)
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


def test_a_deleted_card_is_left_alone(shop):
    epic = shop.propose()
    shop.do_for(2)
    shop.slack.fail_next("chat.update", error="message_not_found")
    shop.move(epic, "reviewing")
    shop.do_for(3)
    assert works(shop) == {}
    assert shop.slack.dm("ben").messages == []


def test_work_that_fails_too_often_is_dead_until_it_is_put_again(shop):
    shop.slack.fail_next("chat.postMessage", error="internal_error", times=12)
    epic = shop.propose()
    for _ in range(24):
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
        shop.do(dead)
    assert shop.texts == ["PAY-1 is in funnel"]


def test_a_replica_that_lost_its_lease_posts_nothing(shop):
    shop.propose()
    late = shop.claim()[0]
    shop.slack.clock.advance(20)
    shop.claim()
    with pytest.raises(LeaseLost):
        shop.do(late)
    assert shop.texts == []


def test_an_app_home_is_published_again_after_a_change(shop):
    shop.look("ana")
    shop.do_for(1)
    shop.propose()
    shop.do_for(2)
    published = [str(request.args["view"]) for request in shop.calls("views.publish")]
    assert ["0 epics" in published[0], "1 epics" in published[1]] == [True, True]
    assert works(shop) == {}


class Watched(WebClient):
    """A client that notes how many connections to the database are in use at each call."""

    def __init__(self, shop):
        super().__init__(shop.slack.bot_token, base_url=shop.slack.api_url, retry_handlers=[])
        self.pool = shop.database.engine.pool
        self.in_use = []

    def api_call(self, *args, **kwargs):
        self.in_use.append(self.pool.checkedout())
        return super().api_call(*args, **kwargs)


def test_no_call_to_slack_is_made_inside_a_transaction(shop):
    shop.client = Watched(shop)
    shop.slack.lose_reply_next("chat.postMessage")
    shop.look("ana")
    epic = shop.propose()
    shop.do_for(4)
    shop.move(epic, "reviewing")
    shop.slack.fail_next("chat.update", error="is_archived")
    shop.do_for(4)
    assert shop.client.in_use == [0] * len(shop.client.in_use)
    assert {request.method for request in shop.slack.requests} == {
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.open",
        "views.publish",
    }


def test_that_a_post_begins_is_committed_before_the_call(shop):
    begun = []

    class Asks(WebClient):
        def chat_postMessage(self, **arguments):
            begun.append(shop.message().post_started_at)
            return super().chat_postMessage(**arguments)

    shop.client = Asks(shop.slack.bot_token, base_url=shop.slack.api_url)
    shop.propose()
    shop.do_what_is_due()
    assert begun == [shop.slack.clock.now()]


def test_an_older_drawing_that_comes_last_is_drawn_over(shop):
    epic = shop.propose()
    shop.do_for(2)
    shop.move(epic, "reviewing")
    late = shop.claim()[0]

    class IsLate(WebClient):
        def chat_update(self, **arguments):
            shop.slack.clock.advance(20)
            shop.move(epic, "ready")
            shop.client = in_time
            shop.do_what_is_due()
            return super().chat_update(**arguments)

    in_time = shop.client
    shop.client = IsLate(shop.slack.bot_token, base_url=shop.slack.api_url)
    with pytest.raises(LeaseLost):
        shop.do(late)
    assert shop.texts == ["PAY-1 is in reviewing"]
    shop.do_for(2)
    assert shop.texts == ["PAY-1 is in ready"]
