"""What a digest tells of a week in May, to be drawn."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bot.workflows.board.content import DigestContent
from bot.workflows.flow.figures import FlowFigures
from bot.workflows.needs import Waits
from models.board.content import (
    Changes,
    Content,
    FrozenScope,
    FrozenStop,
    InFlight,
    OnTheirDates,
    Standing,
)
from models.board.digest import Subscription
from models.epics.column import columns
from models.flow.ageing import Aged, Ageing
from models.flow.days import microseconds
from models.flow.figures import Entries, Meaning, clocks_at
from models.flow.finishing import Finished, Quarter, TimeToFinish
from models.flow.flow import Load
from models.flow.frozen import FrozenEpic, Several
from models.flow.line import Line, Sample
from tests.views.builders import ANA, a_portfolio

MONDAY = datetime(2026, 5, 18, 7, 0, tzinfo=UTC)
"""Nine o'clock in Berlin."""
WEEK = timedelta(days=7)
LINKED = (FrozenEpic(id=12, key="PAY-12", title="Pay by bank transfer"),)
START_OF_WEEK = datetime(2026, 5, 17, 22, 0, tzinfo=UTC)
NOTHING = Changes()
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
    frozen_columns = [
        Standing(id=each.state.id, name=each.label, load=load) for each, load in loads.items()
    ]
    told = standings(streams or STREAMS)
    return InFlight(whole=Load(29), columns=frozen_columns, streams=told, **more)


def standings(loads):
    """So many by name: loads, or counts."""
    return tuple(
        Standing(id=id_, name=name, load=load if isinstance(load, Load) else Load(load))
        for id_, (name, load) in enumerate(loads.items(), 1)
    )


def several(epics):
    """The epics as they are told."""
    return Several(count=len(epics), named=tuple(FrozenEpic.of(each) for each in epics))


def stops(epics, reason):
    """They were stopped for the reason."""
    told = [
        FrozenStop(
            **FrozenEpic.of(each).model_dump(), value_stream=each.value_stream.name, reason=reason
        )
        for each in epics
    ]
    return Several(count=len(told), named=tuple(told))


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


def flow(*, finished=None, time=None, past=()):
    """The figures of 13 weeks; `past` are those past the line, each with whether it crossed it."""
    time = time or a_time()
    since_us = np.full(len(past), microseconds(START_OF_WEEK - timedelta(days=200)))
    aged = Aged(
        np.array([n for n, _ in past], dtype=np.int64), since_us, MONDAY, ZoneInfo("Europe/Berlin")
    )
    crossed_it = np.array([lately for _, lately in past], dtype=np.bool_)
    crossed, earlier = ([n for n, lately in past if lately is which] for which in (True, False))
    named = {n: FrozenEpic(id=n, key=f"PAY-{n}", title="") for n in (*crossed[:3], *earlier[:3])}
    nobody = clocks_at(MONDAY, Entries.of([]), Meaning(*(frozenset(),) * 3))
    return FlowFigures(
        finished=finished or a_finished(),
        time=time,
        ageing=Ageing(time.line, aged, crossed_it) if isinstance(time.line, Line) else None,
        named=named,
        clocks=nobody,
        of_all=nobody,
    )


def a_telling(portfolio=None, *, value_stream=None, preview=False, needs=None, **more):
    portfolio = portfolio or a_portfolio()
    needs = needs or Waits()
    frame = {
        "portfolio": portfolio,
        "subscription": a_subscription(portfolio),
        "digest_id": None if preview else 7,
        "first": False,
        "at": MONDAY,
        "since": START_OF_WEEK - WEEK,
        "until": START_OF_WEEK,
        "now": MONDAY,
    }
    frame |= {name: more.pop(name) for name in frame if name in more}
    told = {
        "changes": NOTHING,
        "in_flight": in_flight(portfolio),
        "milestones": OnTheirDates(),
        "flow": flow(),
        "open_total": 58,
    } | more
    told["flow"] = told["flow"].frozen
    first = frame["first"]
    content = Content(
        scope=FrozenScope(
            portfolio_id=portfolio.id,
            stream_id=value_stream.id if value_stream else None,
            stream=value_stream.name if value_stream else None,
            time_zone="Europe/Berlin",
        ),
        is_beginning=first and not portfolio.calls_late(frame["at"]),
        is_quiet=not (first or told["changes"].any or needs.count),
        **told,
    )
    return DigestContent(content=content, needs=needs, **frame)
