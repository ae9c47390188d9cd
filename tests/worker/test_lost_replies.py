"""A post whose reply never came: looked for, adopted, and never made twice."""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.workflows.redrawing import redraw_message
from bot.workflows.showing_again import show_again
from models.message import Message
from sandbox import SandboxClock


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
    assert len(shop.calls("chat.postMessage")) == 1


def test_a_lost_reply_in_a_thread_is_found_there(shop):
    shop.slack.as_user("ana").types("What is new?", channel="payments")
    parent = shop.slack.channel("payments").messages[0]
    shop.propose()
    with shop.database.write() as session:
        session.get_one(Message, 1).thread_ts = parent.ts
    shop.slack.lose_reply_next("chat.postMessage")
    shop.do_for(5)
    assert shop.texts == ["What is new?", "PAY-1 is in funnel"]
    assert shop.message().ts is not None


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "fatal_error"])
def test_a_lookup_that_fails_does_not_make_the_post_twice(shop, error):
    shop.slack.lose_reply_next("chat.postMessage")
    shop.slack.fail_next("conversations.history", error=error, retry_after=5, times=3)
    shop.propose()
    shop.do_for(40)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert len(shop.calls("conversations.history")) == 4
    assert len(shop.calls("chat.postMessage")) == 1
    assert shop.message().ts is not None


def test_an_adopted_message_whose_update_fails_is_not_posted_again(shop):
    shop.slack.lose_reply_next("chat.postMessage")
    shop.slack.fail_next("chat.update", error="ratelimited", retry_after=5)
    shop.propose()
    shop.do_for(12)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert len(shop.calls("chat.postMessage")) == 1


def test_a_post_that_never_arrived_is_posted_once_it_cannot_be_on_its_way_any_more(shop):
    shop.propose()
    with shop.database.write() as session:
        session.get_one(Message, 1).post_started_at = shop.slack.clock.now()
    shop.do_for(9)
    assert shop.texts == []
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in funnel"]


def breaks(slack):
    slack.break_next("chat.postMessage")


def fails(slack):
    slack.fail_next("chat.postMessage", error="internal_error")


@pytest.mark.parametrize("goes_wrong", [breaks, fails])
def test_a_post_that_slack_may_have_made_is_looked_for_before_it_is_made_again(shop, goes_wrong):
    goes_wrong(shop.slack)
    shop.propose()
    shop.do_for(20)
    assert shop.texts == ["PAY-1 is in funnel"]
    methods = [request.method for request in shop.slack.requests]
    assert methods[0] == methods[-1] == "chat.postMessage"
    assert set(methods[1:-1]) - {"auth.test"} == {"conversations.history"}


def test_a_post_that_never_left_is_not_looked_for(shop):
    reachable = shop.client
    shop.client = WebClient(shop.slack.bot_token, base_url="http://127.0.0.1:1/api/")
    shop.propose()
    shop.do_what_is_due()
    assert shop.message().post_started_at is None
    shop.client = reachable
    shop.do_for(5)
    assert [request.method for request in shop.slack.requests] == ["chat.postMessage"]


def test_a_lost_post_is_found_though_the_clock_was_wrong_when_it_was_made(shop):
    wrong = SandboxClock(shop.slack.clock.now() + timedelta(hours=1))
    shop.slack.lose_reply_next("chat.postMessage")
    shop.propose()
    shop.do(shop.claim()[0], wrong)
    shop.slack.clock.advance(30)
    with shop.database.write() as session:
        show_soon(session, shop)
    shop.do_for(5)
    assert len(shop.calls("chat.postMessage")) == 1
    assert shop.message().ts is not None


def show_soon(session, shop):
    """Have it drawn now: its next try was set by the wrong clock."""
    redraw_message(session, session.get_one(Message, 1), shop.slack.clock.now())


@pytest.mark.parametrize("error", ["missing_scope", "access_denied", "not_allowed_token_type"])
def test_without_the_right_to_look_a_lost_post_is_unknown_and_not_posted_again(shop, error):
    shop.slack.lose_reply_next("chat.postMessage")
    shop.slack.fail_next("conversations.history", error=error, times=2)
    epic = shop.propose()
    shop.do_for(5)
    shop.move(epic, "reviewing")
    shop.do_for(5)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert shop.message().refusal == f"unknown: {error}"
    told = [message.text for message in shop.slack.dm("ben").messages]
    assert told == [f"Tack cannot post in {shop.channel_id}: unknown: {error}"]


def test_beyond_the_limit_of_the_lookup_a_lost_post_is_unknown(shop):
    shop.slack.lose_reply_next("chat.postMessage")
    shop.propose()
    shop.do_what_is_due()
    channel = shop.slack.channel("payments")
    for _ in range(500):
        shop.slack.workspace.post(channel, "U0ANA", "hello")
    shop.do_for(5)
    assert shop.message().refusal == "unknown: too many messages since"
    assert len(shop.calls("conversations.history")) == 5
    assert "PAY-1 is in funnel" not in shop.texts[1:]


def test_an_unknown_message_is_posted_when_a_person_says_so(shop):
    shop.slack.fail_next("chat.postMessage", error="internal_error")
    shop.slack.fail_next("conversations.history", error="missing_scope")
    shop.propose()
    shop.do_for(5)
    assert shop.texts == []
    with shop.database.write() as session:
        show_again(session, shop.workspace_id, 1, shop.slack.clock.now())
    shop.do_for(3)
    assert shop.texts == ["PAY-1 is in funnel"]
    assert shop.message().refusal is None


def test_a_lookup_from_a_channel_that_the_bot_has_left_is_told_and_not_posted_again(shop):
    shop.slack.lose_reply_next("chat.postMessage")
    shop.slack.fail_next("conversations.history", error="not_in_channel")
    epic = shop.propose()
    shop.do_for(5)
    assert shop.message().refusal == "not_in_channel"
    shop.move(epic, "reviewing")
    shop.do_for(5)
    assert shop.texts == ["PAY-1 is in reviewing"]
    assert shop.message().refusal is None
