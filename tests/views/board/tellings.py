"""What a digest tells of a week in May, to be drawn."""

from datetime import UTC, datetime, timedelta

import numpy as np

from bot.workflows.board.content import Changes, InFlight, OnTheirDates, Telling
from bot.workflows.flow.figures import FlowFigures
from bot.workflows.needs import Waits
from models.board.digest import Subscription
from models.epics.column import columns
from models.flow.ageing import Aged, Ageing
from models.flow.figures import Entries, Meaning, clocks_at
from models.flow.finishing import Finished, Quarter, TimeToFinish
from models.flow.flow import Load
from models.flow.line import Line, Sample
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


def evenly(count):
    """So many, spread over 13 weeks, in those that come first one more."""
    return [count // 13 + (place < count % 13) for place in range(13)]


def a_finished(lately=15, before=13, *, known=True):
    """What finished in the 26 weeks to that Monday: counts, or counts week by week."""
    quarters = []
    for weeks_ago, counts in ((13, lately), (26, before)):
        monday = START_OF_WEEK.date() + timedelta(days=1, weeks=-weeks_ago)
        mondays = [monday + timedelta(weeks=n) for n in range(13)]
        counts = evenly(counts) if isinstance(counts, int) else counts
        quarters.append(Quarter(mondays, counts))
    return Finished(*quarters, known_before=known)


def a_line(day=190, half=96, n=28, weeks=26, *, of_stream=False):
    """85 of 100 of so many finished by the day."""
    return Line(day, half, Sample(of_stream, weeks, np.zeros(n)))


def a_time(line=None, held=None, lately=(96,) * 13 + (200,) * 2, before=(104,) * 13):
    """How long it took, in days each."""
    times = (np.array(days, dtype=float) for days in (lately, before))
    return TimeToFinish(line or a_line(), held or line or a_line(), *times)


def flow(*, finished=None, time=None, past=(), keys=None):
    """The figures of 13 weeks; `past` are those past the line, each with whether it crossed it."""
    time, keys = time or a_time(), keys or {}
    aged = [Aged(n, 200, crossed=crossed) for n, crossed in past]
    nobody = clocks_at(MONDAY, Entries.of([]), Meaning(*(frozenset(),) * 3))
    return FlowFigures(
        finished=finished or a_finished(),
        time=time,
        ageing=Ageing(time.line, aged) if isinstance(time.line, Line) else None,
        keys={n: f"PAY-{n}" for n, _ in past} | keys,
        clocks=nobody,
        of_all=nobody,
    )


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
        "needs": Waits(),
        "milestones": OnTheirDates(),
        "digest_id": None if more.get("preview") else 7,
        "flow": flow(),
        "open_total": 58,
        "finished_since_live": 0,
        "now": MONDAY,
    }
    return Telling(**(facts | more))
