"""What a digest tells of a week in May, to be drawn."""

from datetime import UTC, datetime, timedelta

from bot.workflows.board.content import Changes, InFlight, Needs, OnTheirDates, Telling
from models.board.digest import Subscription
from models.epics.column import columns
from models.flow.flow import Load
from tests.views.builders import ANA, a_portfolio

MONDAY = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""
WEEK = timedelta(days=7)
START_OF_WEEK = datetime(2026, 5, 17, 22, 0, tzinfo=UTC)
NOTHING = Changes(0, [], [], [], [], [], [])
STREAMS = {"Onboarding": Load(9), "Payments": Load(20)}


def a_subscription(portfolio, **more):
    facts = {"id": 9, "weekday": 0, "minute_of_day": 540, "time_zone": "Europe/Berlin"}
    facts |= {
        "subscribed_by": ANA,
        "next_at": MONDAY,
        "channel_id": "C0ALL",
        "portfolio": portfolio,
    }
    return Subscription(**(facts | more))


def in_flight(portfolio, streams=None, most=None, **more):
    """Four in reviewing, five in analyzing, six ready, eight that test, six that deliver."""
    committed = [each for each in columns(portfolio) if each.state.committed]
    counts = dict(zip(committed, (4, 5, 6, 8, 6), strict=True))
    loads = {each: Load(n, (most or {}).get(each.name)) for each, n in counts.items()}
    return InFlight(whole=Load(29), columns=loads, streams=streams or STREAMS, **more)


def a_telling(portfolio=None, **more):
    portfolio = portfolio or a_portfolio()
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
        "in_flight": in_flight(portfolio),
        "needs": Needs(),
        "milestones": OnTheirDates(),
        "finished_13_weeks": 15,
        "finished_13_weeks_before": 13,
        "open_total": 58,
        "finished_since_live": 0,
        "now": MONDAY,
    }
    return Telling(**(facts | more))
