"""When a digest comes, to whom, and what is confirmed between two of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.board.confirmation import (
    Confirmation,
    FactCheck,
    NotInFlight,
    UnknownQuestion,
    asked,
)
from models.board.digest import (
    Digest,
    NoDigest,
    NotLive,
    NotOver,
    OnItsWay,
    SentAlready,
    Subscription,
    UnknownScope,
    Wish,
)
from models.message import Message, MessageKind
from tests.views.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
NINE_IN_BERLIN = datetime(2026, 5, 25, 7, 0, tzinfo=UTC)
"""The Monday after MONDAY, which is eleven in Berlin."""


def a_wish(**more):
    facts = {"portfolio_id": 1, "value_stream_id": None, "weekday": 0, "minute_of_day": 9 * 60}
    return Wish(**facts | {"time_zone": "Europe/Berlin"} | more)


def a_subscription(at=MONDAY, **wish):
    subscription = Subscription(id=3, workspace_id=1, channel_id="C0ALL", portfolio=a_portfolio())
    subscription.keep(a_wish(**wish), ANA, at)
    return subscription


# What it is about


def test_a_wish_is_for_a_portfolio_or_one_of_its_open_streams():
    portfolio = a_portfolio()
    payments = portfolio.value_streams[0]
    assert a_wish().scope(portfolio, 1) == (portfolio, None)
    assert a_wish(value_stream_id=payments.id).scope(portfolio, 1) == (portfolio, payments)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda portfolio: a_wish().scope(None, 1),
        lambda portfolio: a_wish().scope(portfolio, 2),
        lambda portfolio: a_wish(value_stream_id=4_711).scope(portfolio, 1),
        lambda portfolio: a_wish(value_stream_id=portfolio.value_streams[1].id).scope(portfolio, 1),
    ],
    ids=["gone", "of another workspace", "of another portfolio", "ended"],
)
def test_what_is_not_there_is_chosen_again(wanted):
    portfolio = a_portfolio()
    portfolio.value_streams[1].ended_at = MONDAY
    with pytest.raises(UnknownScope, match="Choose the portfolio or the stream again"):
        wanted(portfolio)


def test_a_channel_without_one_says_how_to_ask_for_it():
    subscription = a_subscription()
    assert Subscription.there(subscription) is subscription
    with pytest.raises(NoDigest, match="Type /flow digest subscribe here"):
        Subscription.there(None)


# When its day is a holiday


def off(subscription, *days):
    subscription.portfolio.holidays = [each.isoformat() for each in days]
    return subscription


def test_on_a_holiday_it_comes_on_the_next_working_day_and_then_on_its_day_again():
    whit_monday, tuesday = date(2026, 5, 25), date(2026, 5, 26)
    monday = off(a_subscription(), whit_monday)
    assert monday.slot_after(MONDAY) == NINE_IN_BERLIN + DAY
    assert monday.slot_after(NINE_IN_BERLIN + 2 * HOUR) == NINE_IN_BERLIN + DAY
    assert monday.slot_after(NINE_IN_BERLIN + DAY) == NINE_IN_BERLIN + WEEK
    assert off(monday, whit_monday, tuesday).slot_after(MONDAY) == NINE_IN_BERLIN + 2 * DAY


def test_where_its_week_has_no_working_day_left_it_is_left_out():
    friday = off(a_subscription(weekday=4), date(2026, 5, 22))
    assert friday.slot_after(MONDAY) == NINE_IN_BERLIN + 4 * DAY
    sunday = a_subscription(weekday=6)
    assert off(sunday, date(2026, 5, 24)).slot_after(MONDAY) == NINE_IN_BERLIN + 6 * DAY


def test_a_day_that_has_become_a_holiday_is_avoided():
    subscription = a_subscription()
    assert subscription.next_at == NINE_IN_BERLIN
    off(subscription, date(2026, 5, 25)).avoid_holidays()
    assert subscription.next_at == NINE_IN_BERLIN + DAY
    subscription.avoid_holidays()
    assert subscription.next_at == NINE_IN_BERLIN + DAY


# When it comes


def test_it_comes_at_its_next_slot_and_asked_for_again_at_the_new_one():
    subscription = a_subscription()
    assert (subscription.next_at, subscription.subscribed_by) == (NINE_IN_BERLIN, ANA)
    subscription.keep(a_wish(weekday=4, value_stream_id=1_000), BEN, NINE_IN_BERLIN + DAY)
    assert subscription.next_at == NINE_IN_BERLIN + 4 * DAY
    assert (subscription.subscribed_by, subscription.value_stream_id) == (BEN, 1_000)


def test_paused_twice_it_tells_who_paused_it_first_and_resumed_it_waits_for_its_next_slot():
    subscription = a_subscription()
    subscription.pause(BEN, MONDAY)
    subscription.pause(ANA, MONDAY + DAY)
    assert (subscription.paused_by, subscription.paused_at) == (BEN, MONDAY)
    subscription.resume(NINE_IN_BERLIN + DAY)
    assert (subscription.paused_by, subscription.paused_at) == (None, None)
    assert subscription.next_at == NINE_IN_BERLIN + WEEK


def test_asked_for_again_a_paused_one_comes():
    subscription = a_subscription()
    subscription.pause(BEN, MONDAY)
    subscription.keep(a_wish(), BEN, MONDAY)
    assert subscription.paused_at is None


@pytest.mark.parametrize(
    ("sent_at", "next_at"),
    [
        (MONDAY + DAY, NINE_IN_BERLIN),  # its slot is in the week after
        (NINE_IN_BERLIN - timedelta(hours=1), NINE_IN_BERLIN + WEEK),
        (NINE_IN_BERLIN + 6 * DAY, NINE_IN_BERLIN + WEEK),
    ],
)
def test_sent_by_hand_it_uses_the_slot_of_its_week(sent_at, next_at):
    subscription = a_subscription()
    subscription.use_slot_of_week(sent_at)
    assert subscription.next_at == next_at


def test_a_second_one_in_a_week_is_refused_with_when_the_first_came():
    assert SentAlready(datetime(2026, 5, 20, 11, 5, tzinfo=UTC)).sentence == (
        "This week's digest was posted on Wednesday, 20 May at 11:05, and a channel gets one "
        "a week. /flow digest preview shows you how things stand now."
    )


def test_it_has_come_once_slack_took_it_and_may_come_again_only_where_slack_refused_it():
    subscription, message = a_subscription(), Message(kind=MessageKind.DIGEST)
    with pytest.raises(OnItsWay, match="as soon as Slack accepts it"):
        subscription.check_was_refused(message)
    message.refusal = "channel_not_found"
    subscription.check_was_refused(message)
    message.ts = f"{NINE_IN_BERLIN.timestamp() + 7200:.6f}"
    with pytest.raises(SentAlready, match="posted on Monday, 25 May at 11:00"):
        subscription.check_was_refused(message)


def test_one_that_slack_took_soon_is_not_late():
    sent = Digest(at=MONDAY)
    assert not sent.is_late(MONDAY + timedelta(minutes=9))
    assert sent.is_late(MONDAY + timedelta(minutes=10))


@pytest.mark.parametrize("live_at", [None, MONDAY + DAY])
def test_before_its_portfolio_is_live_none_is_sent(live_at):
    subscription = a_subscription()
    subscription.check_is_live(MONDAY)
    subscription.portfolio.live_at = live_at
    with pytest.raises(NotLive, match="Shop is not live yet, so nothing is posted"):
        subscription.check_is_live(MONDAY)


# What is confirmed


@pytest.mark.parametrize("state", ["funnel", "done", "stopped"])
def test_only_what_is_in_flight_is_confirmed(state):
    confirmed = Confirmation.of(an_epic("ready"), ANA, MONDAY)
    assert (confirmed.epic_id, confirmed.user_id, confirmed.at) == (12, ANA, MONDAY)
    with pytest.raises(NotInFlight) as refused:
        Confirmation.of(an_epic(state), ANA, MONDAY)
    assert refused.value.sentence == (
        f"PAY-12 is now in {state.capitalize()}, so there is nothing to confirm."
    )


def test_a_week_without_a_digest_has_one_once_it_is_over_where_its_portfolio_is():
    over = datetime(2026, 5, 24, 22, 0, tzinfo=UTC)
    unsent = Digest.unsent(a_portfolio(), 7, "2026-W21", over)
    assert (unsent.since, unsent.until) == (over - WEEK, over)
    assert unsent.place == (a_portfolio().id, 7)
    with pytest.raises(NotOver, match="2026-W21 is not over yet"):
        Digest.unsent(a_portfolio(), None, "2026-W21", over - timedelta(seconds=1))


def test_a_question_is_answered_by_who_was_asked():
    question = FactCheck(workspace_id=1, user_id=ANA)
    assert asked(question, 1, ANA) is question
    for found, workspace_id, who in ((None, 1, ANA), (question, 2, ANA), (question, 1, BEN)):
        with pytest.raises(UnknownQuestion, match="Only the person who was asked"):
            asked(found, workspace_id, who)
