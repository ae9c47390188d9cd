"""The lead message with all there can be in it, and how long it then is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.slack.blocks import context
from bot.slack.mrkdwn import words
from bot.views.board import digest
from bot.workflows.board.needs import LEAD
from bot.workflows.board.over_limit import OverLimit
from bot.workflows.paging import Top
from models.board.content import (
    Changes,
    FrozenDecision,
    FrozenOutcomes,
    FrozenReading,
    FrozenSlip,
    FrozenStop,
    OnTheirDates,
)
from models.decisions.signal import SignalCheck
from models.epics.blocking import Blocking
from models.flow.flow import Load
from models.flow.frozen import FrozenDecisions, FrozenMoney, Several
from tests.needs import waiting
from tests.views.board.contents import (
    LINKED,
    MONDAY,
    START_OF_WEEK,
    WEEK,
    a_finished,
    a_line,
    a_telling,
    a_time,
    flow,
    in_flight,
    several,
    standings,
    stops,
)
from tests.views.builders import ANA, BEN, a_decision, a_portfolio, an_epic
from tests.views.reading import shown

USUAL = "A title of the usual length, in words"
LONG = f"{USUAL}, and more than anybody reads before lunch"[:80]
NO_CHARTS = "Slack did not draw the charts: their numbers are behind *Explain a number*."
DAY = timedelta(days=1)
LATE = "This digest is late"


def long(texts):
    """How many characters one reads; dates stand in braces here alone."""
    return len("\n".join(texts).replace("{", "").replace("}", ""))


def some_epics(portfolio, title, numbers):
    committed_at = MONDAY - 170 * DAY
    facts = {"portfolio": portfolio, "title": title, "committed_at": committed_at}
    epics = [an_epic("ready", number=n, **facts) for n in numbers]
    for epic in epics:
        epic.blocking = Blocking(
            epic_id=epic.id, reason="waits for the supplier", by_user_id=ANA, at=MONDAY - 12 * DAY
        )
    return epics


def ideas(portfolio, title):
    since = MONDAY - 3 * WEEK
    return [an_epic(number=n, portfolio=portfolio, title=title, since=since) for n in (20, 21, 22)]


READ = (
    FrozenReading(
        key="PAY-12", figure="Completion", unit=" %", value=Decimal(64), change=Decimal(1)
    ),
    FrozenReading(key="PAY-13", figure="Calls a day", value=Decimal(29)),
)


@pytest.mark.parametrize("count", [8, 21])
@pytest.mark.parametrize("title", [USUAL, LONG])
def test_a_full_lead_keeps_to_two_thumb_lengths(title, count):
    portfolio = a_portfolio()
    epics = some_epics(portfolio, title, range(1, 9))
    all_of_them = several(epics)
    changes = Changes(
        new_ideas=9,
        came_in=all_of_them,
        reopened=all_of_them,
        finished=all_of_them,
        stopped=stops(epics, "sold too few"),
    )
    streams = {f"A value stream of ours {n}": Load(5, 4 + n % 3) for n in range(count)}
    crowd = OverLimit(portfolio.value_streams[0], Load(5, 4), MONDAY, epics[0])
    slip = FrozenSlip(
        project_id=4,
        project="PRJ-204",
        milestone="M3",
        days=14,
        epics=Several(count=1, named=LINKED),
    )
    source = a_telling(
        portfolio,
        changes=changes,
        in_flight=in_flight(
            portfolio, streams, themes=standings({f"A theme of ours {n}": 3 for n in range(7)})
        ),
        flow=flow(
            finished=a_finished([8, *[1] * 7, *[0] * 5], [9, *[1] * 3, *[0] * 9]),
            time=a_time(a_line(185), held=a_line(190)),
            past=[(n, n < 4) for n in range(8)],
        ),
        needs=waiting(
            over_limit=Top([crowd], 1),
            answers=Top(ideas(portfolio, title)[:2], 6, 1),
            blocked=Top(epics, 40),
            overrides=Top([], 3),
            slips=Top([], 3),
        ),
        milestones=OnTheirDates(on_date=11, agreed=14, slip=slip),
        outcomes=FrozenOutcomes(reached=6, recorded=9, not_measured=2, read=READ),
        decisions=FrozenDecisions(
            closed=4, alone=3, half_days=3, timed=9, days_before=31, open=2, oldest_days=4
        ),
        money=FrozenMoney(moved_minor=2_400_000, asked_minor=8_000_000, returned_minor=9_500_000),
        first=True,
    )
    drawn = digest.digest(source)
    in_words = shown(drawn.without_charts)
    assert long(in_words) <= 1_500
    assert NO_CHARTS in in_words
    assert sum(each.startswith("*PAY-2") for each in in_words) == 2
    texts = shown(drawn)
    assert long(texts) <= 1_500
    lines = ("In flight* 29", "Finished* 15", "Time to", "Ageing* 8", "Outcomes* 6")
    for line in (*lines, "Decisions* 4", "Money* €24k", "Projects* 11 of 14"):
        assert f"*{line}" in texts[-4]
    assert "*Finished* PAY-1, PAY-2 and 6 more" in texts[1]
    assert "*Stopped* PAY-1 and 7 more. Thank you." in texts[1]
    third = f"{-(-count // 3)} streams"
    below = f"{count // 3} streams below"
    assert f"*Over* {third} · *at the limit* {third} · {below}\n" in texts[-4]
    assert texts[-3] == "In the thread: 52 in all"
    assert len([each for each in texts if each.startswith("*PAY-2")]) == 2  # with the stream three


LONGEST = "A value stream that has a name as long as anybody may type it in the form of it"


def fullest(count, name, needs):
    """Every line, each with all it can say, and numbers of a very large portfolio."""
    streams = ((f"{name} {n}", f"LONG{n}", BEN, None) for n in range(3))
    portfolio = a_portfolio(tuple(streams), name=LONGEST)
    epics = some_epics(portfolio, LONG, range(1_101, 1_109))
    told = several(epics).named
    went_back = f"€19,000 went back to {name}"
    stop = {"value_stream": name, "reason": LONG, "came_back": went_back, "in_flight_days": 1_200}
    decided = {"decision": "D-1108", "outcome": "persevere"}
    changes = Changes(
        new_ideas=1_009,
        came_in=several(epics),
        reopened=several(epics),
        finished=several(epics),
        back=several(epics),
        stopped=Several(count=18, named=[FrozenStop(**dict(each), **stop) for each in told]),
        stopped_ideas=12,
        decided=Several(count=18, named=[FrozenDecision(**dict(each), **decided) for each in told]),
    )
    says = "It is on day 1,400, and 85 of 100 epics finish by day 1,348 (drawn from the 27 that its"
    asks = {
        "ballots": [a_decision(each) for each in epics[:3]],
        "signals": [SignalCheck(id=1, version=1, epic=each, says=says) for each in epics[:3]],
        "over_limit": [
            OverLimit(stream, Load(1_500, 1_400), MONDAY - 1_200 * DAY, epics[0])
            for stream in portfolio.value_streams
        ],
        "answers": ideas(portfolio, LONG),
    }
    standing = in_flight(
        portfolio,
        {f"{name} {n}": Load(1_500, 1_400 + n % 3 * 100) for n in range(count)},
        themes=standings({f"A theme of ours {n}": 3 for n in range(7)}),
        without_theme=9,
        most={"testing": 7, "delivering": 6},
        before=31,
    )
    slip = FrozenSlip(
        project_id=4, project=LONGEST, milestone="M3", days=1_400, epics=Several(count=1)
    )
    return a_telling(
        portfolio,
        since=START_OF_WEEK - 3 * WEEK,
        changes=changes,
        in_flight=standing,
        flow=flow(
            finished=a_finished([800, *[100] * 7, *[0] * 5], [900, *[100] * 3, *[0] * 9]),
            time=a_time(a_line(1_385, half=1_200, n=1_227, weeks=104), held=a_line(1_390)),
            past=[(n, n < 1_104) for n in range(1_100, 1_118)],
        ),
        needs=waiting(
            **{needs: Top(asks[needs], 3)},
            blocked=Top(epics, 400),
            overrides=Top([], 30),
            slips=Top([], 30),
        ),
        milestones=OnTheirDates(on_date=1_100, agreed=1_400, slip=slip),
        outcomes=FrozenOutcomes(reached=600, recorded=900, not_measured=20, read=READ),
        decisions=FrozenDecisions(
            closed=40,
            alone=31,
            half_days=13,
            timed=90,
            days_before=31,
            open=12,
            oldest_days=41,
            most_asked=5,
        ),
        money=FrozenMoney(
            moved=12,
            moved_minor=2_400_000,
            asked=3,
            asked_minor=8_000_000,
            returned_minor=9_500_000,
            overspent=(LONGEST,) * 3,
        ),
    )


@pytest.mark.parametrize("needs", ["ballots", "signals", "over_limit", "answers"])
@pytest.mark.parametrize("name", ["Payments", LONGEST[:78]])
@pytest.mark.parametrize("count", [8, 21])
def test_the_fullest_lead_of_all_that_also_comes_late_keeps_to_two_thumb_lengths(
    count, name, needs
):
    assert needs in {each.name for each in LEAD}
    source = fullest(count, name, needs)
    zone = source.subscription.time_zone
    drawn = digest.digest(source, context(words("board/digest", "late", at=source.at, zone=zone)))
    texts = shown(drawn)
    for each in (texts, shown(drawn.without_charts)):
        assert long(each) <= 1_500
        assert each[-1].startswith(LATE)
        assert "This covers 3 weeks: no digest was posted in between." in each
        assert "*Needs you*" in each
        said = next(text for text in each if text.startswith("*In flight* 29 (31 before)"))
        for line in ("Over", "Finished", "Time to finish", "Ageing", "Outcomes", "Decisions"):
            assert f"\n*{line}* " in said
        assert "\n*Money* €24k moved without a vote (12) · €80k asked (3) · €95k returned" in said
        assert "\n*Projects* 1,100 of 1,400 milestones on their date" in said
    assert texts[1].startswith("8 came in, 8 came back, 8 finished, 18 were stopped")
    assert "Finished per week, 13 weeks" in texts
