"""Slack, the token or the way there is away for hours: all of it waits, and nothing is given up."""

from datetime import timedelta
from itertools import pairwise

import pytest
from slack_sdk import WebClient
from sqlalchemy import inspect, select

from bot.worker.claims import ASKS_SLACK, MOST_ATTEMPTS, LeaseLost
from bot.worker.jobs import Done, Task, perform
from bot.worker.kinds import at_its_time, jobs
from models.message import Message, MessageKind
from models.people.outage import Outage
from models.work import Work, put
from sandbox.call_faults import ANY
from tests.terminals import typed
from tests.worker.test_given_up import figures

MINUTE = timedelta(minutes=1)
TWO_HOURS = 120


def breaks(slack):
    slack.break_next(ANY, status=503, times=100_000)


def refuses_all(slack, error):
    slack.fail_next(ANY, error, times=100_000)


def passes(shop, minutes):
    """So many minutes go by, in which a worker does what is due now and then."""
    for _ in range(0, minutes, 6):
        shop.do_what_is_due()
        shop.slack.clock.advance(6 * MINUTE)


def rows(shop, noun):
    with shop.database.read() as session:
        return session.scalars(select(noun).order_by(*inspect(noun).primary_key)).all()


def outage(shop):
    return next(iter(rows(shop, Outage)), None)


def listed(database_url):
    return typed("work", "list", DATABASE_URL=database_url).stdout


@pytest.mark.parametrize(
    "goes_away",
    [
        breaks,
        lambda slack: refuses_all(slack, "internal_error"),
        lambda slack: refuses_all(slack, "fatal_error"),
        lambda slack: refuses_all(slack, "invalid_auth"),
        lambda slack: refuses_all(slack, "token_revoked"),
        lambda slack: refuses_all(slack, "account_inactive"),
        lambda slack: slack.lose_reply_next(ANY, times=100_000),
    ],
    ids=["503", "internal", "fatal", "invalid token", "revoked", "inactive", "network"],
)
def test_after_two_hours_away_a_card_is_shown_once_within_a_minute(shop, goes_away):
    goes_away(shop.slack)
    shop.propose()
    passes(shop, TWO_HOURS)
    (waiting,) = rows(shop, Work)
    assert (waiting.attempts, waiting.dead_at) == (0, None)
    shop.slack.clear_faults()
    shop.slack.clock.advance(MINUTE)
    shop.do_what_is_due()
    assert shop.texts == ["PAY-1 is in funnel"]
    assert (rows(shop, Work), rows(shop, Outage)) == ([], [])


def test_without_a_network_it_waits_as_well(shop):
    there = shop.client
    shop.client = WebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    shop.propose()
    passes(shop, TWO_HOURS)
    assert [(each.attempts, each.dead_at) for each in rows(shop, Work)] == [(0, None)]
    shop.client = there
    shop.do_for(40)
    assert shop.texts == ["PAY-1 is in funnel"]


def test_a_single_method_that_is_away_for_long_holds_nothing_else_up(shop):
    shop.slack.break_next("chat.postMessage", times=100_000)
    shop.propose()
    passes(shop, TWO_HOURS)
    assert [each.dead_at for each in rows(shop, Work)] == [None]
    shop.slack.clock.advance(MINUTE)
    shop.look("ben")
    assert shop.do_what_is_due() == 2
    shop.slack.wait_for(lambda: shop.calls("views.publish"))
    shop.look("ana")
    shop.do_what_is_due()
    assert len(shop.calls("views.publish")) == 2
    shop.slack.clear_faults()
    shop.do_for(40)
    assert shop.texts == ["PAY-1 is in funnel"]


def test_one_message_that_slack_alone_stumbles_over_is_given_up_and_somebody_hears_of_it(shop):
    shop.slack.fail_next("chat.postMessage", "internal_error", times=MOST_ATTEMPTS)
    shop.propose()
    passes(shop, TWO_HOURS)
    assert rows(shop, Outage) == []
    (refused, told) = rows(shop, Message)
    assert (refused.refusal, told.kind) == ("internal_error", MessageKind.REFUSAL)
    assert [each.key for each in rows(shop, Work) if each.dead_at] == ["message:1"]


def test_what_is_refused_for_good_is_given_up_at_once_whatever_was_away_before(shop):
    breaks(shop.slack)
    shop.propose()
    passes(shop, 12)
    shop.slack.clear_faults()
    shop.slack.fail_next("chat.postMessage", "channel_not_found")
    shop.do_for(40)
    (refused, told) = rows(shop, Message)
    assert (refused.refusal, told.kind) == ("channel_not_found", MessageKind.REFUSAL)
    assert shop.slack.dm("ben").messages[-1].text.startswith("Tack cannot post in ")


def test_while_slack_is_away_it_is_asked_ever_more_rarely_whatever_waits(shop):
    breaks(shop.slack)
    for number in range(20):
        shop.propose(f"Idea {number}")
    shop.do_for(200)
    asked = [each for each in shop.slack.requests if each.method.startswith("chat.")]
    assert len(asked) <= 24
    shop.slack.clear_faults()


def test_once_it_is_back_a_channel_gets_one_message_a_second(shop):
    breaks(shop.slack)
    for number in range(5):
        shop.propose(f"Idea {number}")
    shop.do_for(60)
    shop.slack.clear_faults()
    before = len(shop.texts)
    shop.do_for(30)
    shown = len(shop.texts) - before
    assert shown > 0
    shop.do_for(30)
    assert len(shop.texts) == 5
    moments = sorted(float(each.ts) for each in shop.slack.channel("payments").messages)
    assert min(b - a for a, b in pairwise(moments)) >= 1


def test_what_comes_at_its_time_comes_while_slack_is_away(shop):
    breaks(shop.slack)
    shop.propose()
    shop.do_what_is_due()
    with shop.database.write() as session:
        put(session, shop.workspace_id, "close:7", shop.slack.clock.now())
    (claim,) = shop.claim()
    perform(
        at_its_time(lambda session, subject_id, now: None),
        Task(claim, shop.database, shop.slack.clock, shop.client),
    )
    assert [each.key for each in rows(shop, Work)] == ["message:1"]


def test_every_kind_of_work_that_asks_slack_waits_for_it():
    timers = {kind for kind, job in jobs().items() if job.__qualname__.startswith("at_its_time")}
    assert timers.isdisjoint(ASKS_SLACK)
    assert timers | set(ASKS_SLACK) == set(jobs())


def test_a_clock_that_is_set_back_does_not_prolong_it(shop):
    breaks(shop.slack)
    shop.propose()
    shop.do_what_is_due()
    assert shop.claim() == []
    shop.slack.clear_faults()
    shop.slack.clock.advance(timedelta(hours=-1))
    shop.look("ben")
    assert shop.do_what_is_due() == 1


def test_an_outage_is_stored_only_by_who_still_has_the_work(shop):
    breaks(shop.slack)
    shop.propose()
    (late,) = shop.claim()
    shop.slack.clock.advance(MINUTE)
    (taken_over,) = shop.claim()
    task = Task(taken_over, shop.database, shop.slack.clock, shop.client)
    perform(lambda task: Done(), task)
    with pytest.raises(LeaseLost):
        shop.do(late)
    assert rows(shop, Outage) == []


def test_that_slack_is_away_is_listed_with_what_waits(shop, database_url):
    breaks(shop.slack)
    shop.propose()
    shop.do_what_is_due()
    first, second = listed(database_url).splitlines()
    assert first.startswith("Slack is away since ")
    assert "(chat.postMessage: status 503)" in first
    assert second.split()[0] == "message:1"
    shop.slack.clear_faults()
    shop.do_for(15)
    assert listed(database_url) == ""


@pytest.mark.parametrize(("minutes", "is_away"), [(0, "1.0"), (5, "0.0")])
def test_that_slack_is_away_is_told_to_who_watches_until_nothing_fails_any_more(
    shop, database_url, minutes, is_away
):
    breaks(shop.slack)
    shop.propose()
    shop.do_what_is_due()
    shop.slack.clear_faults()
    shop.slack.clock.advance(minutes * MINUTE)
    assert f"tack_slack_away {is_away}" in figures(shop, database_url)
