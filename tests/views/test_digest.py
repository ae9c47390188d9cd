from datetime import UTC, datetime, timedelta

import pytest

from bot.views import digest, fact_check, subscription
from models.digest import Changes, Quiet, Subscription, Telling, Waiting
from tests.views.builders import ANA, BEN, HOSTILE, a_portfolio, an_epic
from tests.views.reading import options, read_aloud, shown

MONDAY = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""
WEEK = timedelta(days=7)
START_OF_WEEK = datetime(2026, 5, 17, 22, 0, tzinfo=UTC)
NOTHING = Changes(0, [], [], [], [], [], [])
NONE_WAIT, NONE_QUIET = Waiting([], 0, 0), Quiet([], 0)


def a_subscription(portfolio, **more):
    facts = {"id": 9, "weekday": 0, "minute_of_day": 540, "time_zone": "Europe/Berlin"}
    facts |= {
        "subscribed_by": ANA,
        "next_at": MONDAY,
        "channel_id": "C0ALL",
        "portfolio": portfolio,
    }
    return Subscription(**(facts | more))


def a_telling(portfolio=None, **more):
    portfolio = portfolio or a_portfolio()
    committed = [state for state in portfolio.states if state.committed]
    facts = {
        "portfolio": portfolio,
        "value_stream": None,
        "subscription": a_subscription(portfolio),
        "first": False,
        "preview": False,
        "at": MONDAY,
        "since": START_OF_WEEK - WEEK,
        "until": START_OF_WEEK,
        "changes": NOTHING,
        "in_flight": dict(zip(committed, (4, 5, 6, 14), strict=True)),
        "in_flight_of_streams": {"Payments": 20, "Onboarding": 9},
        "waiting": NONE_WAIT,
        "quiet": NONE_QUIET,
        "finished_13_weeks": 15,
        "finished_13_weeks_before": 13,
        "now": MONDAY,
    }
    return Telling(**(facts | more))


def some_changes(portfolio):
    titles = (
        "Address check in one step",
        "Call-back in 2 hours",
        "Refunds",
        "Wallet",
        "Gift cards",
    )
    epics = [
        an_epic("done", number=n, portfolio=portfolio, title=title)
        for n, title in enumerate(titles, 1)
    ]
    return Changes(
        new_ideas=2,
        came_in=epics[2:],
        reopened=[],
        finished=epics[:2],
        stopped=[(epics[4], "sold too few.")],
        back=[],
        declined=[],
    )


def test_a_week_reads_first_what_changed_then_what_needs_someone_then_the_flow():
    portfolio = a_portfolio()
    late = an_epic(number=7, portfolio=portfolio, since=MONDAY - 3 * WEEK)
    quiet = an_epic("implementing", number=8, portfolio=portfolio, since=MONDAY - 4 * WEEK)
    telling = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        waiting=Waiting([late], 6, 1),
        quiet=Quiet([(quiet, MONDAY - 2 * WEEK)], 1),
    )
    assert shown(digest.digest(telling)) == [
        "Week 20 · 29 epics in flight",
        "3 came in, 2 finished, 1 was stopped, 2 new ideas.\n"
        "*Finished* PAY-1 Address check in one step, PAY-2 Call-back in 2 hours\n"
        "*Came in* PAY-3 Refunds, PAY-4 Wallet, PAY-5 Gift cards\n"
        "*Stopped* PAY-5 Gift cards: sold too few. Thank you, Payments, for finding it out.",
        "*Needs you*",
        "*PAY-7 · Pay by bank transfer at checkout*\n"
        "waits for its first answer since {Mon 27 Apr}, hoped for by {Mon 11 May} · Payments, @Ben",
        "Open PAY-7",
        "*PAY-8 · Pay by bank transfer at checkout*\n"
        "Implementing · last news 14 days ago. Does it still stand so, @Ana?",
        "Still right",
        "*In flight* 29 (as before): reviewing 4 · analyzing 5 · ready 6 · implementing 14\n"
        "*By stream* Onboarding 9 · Payments 20\n"
        "*Finished* 15 in 13 weeks, 13 in the 13 before\n"
        "*Ideas* 6 wait for a first answer, 1 past its date",
        "Shop · every Monday at 9:00 (Europe/Berlin), asked for by @Ana",
    ]


def test_read_aloud_it_says_all_that_matters():
    portfolio = a_portfolio()
    late = an_epic(number=7, portfolio=portfolio, since=MONDAY - 3 * WEEK)
    told = digest.digest(
        a_telling(portfolio, changes=some_changes(portfolio), waiting=Waiting([late], 1, 1))
    )
    assert read_aloud(told) == (
        "Week 20, 11–17 May. 29 epics in flight, as before: 3 came in, 2 finished, 1 was stopped, "
        "2 new ideas. One thing waits: a first answer to PAY-7."
    )


def test_a_week_without_anything_is_one_line():
    told = digest.digest(a_telling())
    assert shown(told) == ["*Week 20* · nothing changed and nothing waits. 29 epics in flight."]


def test_after_weeks_away_it_says_that_it_tells_of_all_of_them():
    portfolio = a_portfolio()
    telling = a_telling(portfolio, changes=some_changes(portfolio), since=START_OF_WEEK - 3 * WEEK)
    lines = shown(digest.digest(telling))
    assert lines[0] == "Weeks 18–20 · 29 epics in flight"
    assert "It tells of 3 weeks together: no digest came in between." in lines


def test_not_of_whole_weeks_it_names_its_days():
    portfolio = a_portfolio()
    telling = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        since=datetime(2026, 4, 29, 9, tzinfo=UTC),
        until=datetime(2026, 5, 5, 9, tzinfo=UTC),
    )
    assert shown(digest.digest(telling))[0] == "29 Apr–5 May · 29 epics in flight"


def test_at_most_three_things_are_asked_and_the_rest_is_named():
    portfolio = a_portfolio()
    asked = [
        (an_epic("ready", number=n, portfolio=portfolio), MONDAY - 3 * WEEK) for n in range(1, 11)
    ]
    lines = shown(digest.digest(a_telling(portfolio, quiet=Quiet(asked, 40))))
    assert lines.count("Still right") == 3
    also = "PAY-4, PAY-5, PAY-6, PAY-7, PAY-8, PAY-9 and 31 more"
    assert f"Also without news for two weeks: {also}." in lines


def test_what_people_wrote_pings_nobody_and_links_nowhere():
    portfolio = a_portfolio(((HOSTILE, "PAY", BEN, None),), name=HOSTILE)
    epic = an_epic(portfolio=portfolio, title=HOSTILE, since=MONDAY - 3 * WEEK)
    changes = Changes(1, [epic], [epic], [epic], [(epic, HOSTILE)], [epic], [epic])
    told = digest.digest(
        a_telling(
            portfolio,
            value_stream=portfolio.value_streams[0],
            changes=changes,
            waiting=Waiting([epic], 1, 1),
            quiet=Quiet([(epic, MONDAY - 3 * WEEK)], 1),
        )
    )
    marked = [b["text"]["text"] for b in told.blocks if b.get("text", {}).get("type") == "mrkdwn"]
    for words in (told.text, *marked):
        assert "<!channel>" not in words
        assert "<https" not in words
        assert "&amp;amp;" not in words


@pytest.mark.parametrize("preview", [True, False])
def test_only_what_was_sent_can_be_paused_from_it(preview):
    portfolio = a_portfolio()
    telling = a_telling(portfolio, changes=some_changes(portfolio), preview=preview)
    menus = [each for each in digest.digest(telling).blocks if "accessory" in each]
    offered = [options(each["accessory"]) for each in menus]
    expected = ["Preview the next one", "Change day or time", "Pause"]
    assert offered == ([] if preview else [expected])


# Thursday's question


def test_an_owner_is_asked_about_all_their_epics_at_once():
    portfolio = a_portfolio()
    epics = [an_epic("ready", number=n, portfolio=portfolio) for n in (1, 2)]
    told = fact_check.fact_check(5, [(epics[0], None), (epics[1], MONDAY)], 2)
    assert shown(told) == [
        "2 epics of yours for the next digest: are these still right?",
        "*PAY-1 · Pay by bank transfer at checkout*\nReady since {Mon 18 May} · Payments",
        "Still right",
        "*PAY-2 · Pay by bank transfer at checkout*\nReady since {Mon 18 May} · Payments"
        " · said {Mon 18 May}: still right",
        "Something changed",
    ]


def test_with_more_than_a_screen_of_epics_the_others_are_counted():
    portfolio = a_portfolio()
    asked = [(an_epic("ready", number=n, portfolio=portfolio), None) for n in range(1, 11)]
    lines = shown(fact_check.fact_check(5, asked, 25))
    assert "15 more of yours are in flight; `/epic list` shows them." in lines
    assert lines[-2:] == ["Something changed", "All still right!"]


def test_answered_it_says_thank_you_and_asks_nothing():
    epic = an_epic("ready")
    assert shown(fact_check.fact_check(5, [(epic, MONDAY)], 1))[0] == (
        "Thank you: your epic stands as told, and the next digest will say so."
    )
    assert shown(fact_check.fact_check(5, [], 0)) == [
        "None of your epics is in flight any more. Thank you."
    ]


# Asking for it


def test_the_answers_about_a_digest_say_when_the_next_one_comes():
    found = a_subscription(a_portfolio(), next_at=MONDAY + WEEK)
    when = "{Mon 25 May, 9:00}"
    assert shown(subscription.state(found)) == [
        f"The digest of Shop comes to this channel every Monday at 9:00 (Europe/Berlin), "
        f"the next one {when}. @Ana asked for it."
    ]
    assert when in read_aloud(subscription.subscribed(found))
    assert when in read_aloud(subscription.resumed(found))
    assert when in read_aloud(subscription.sent(found))
    assert "Invite @Tack there" in shown(subscription.outside(found, "U0TACK"))[1]


def test_a_paused_digest_says_since_when_and_by_whom():
    found = a_subscription(a_portfolio(), paused_at=MONDAY, paused_by=BEN)
    assert shown(subscription.state(found))[0].startswith(
        "The digest of Shop is paused in this channel since {Mon 18 May}, by @Ben."
    )
