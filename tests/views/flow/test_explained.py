"""What the figures are drawn from, word for word."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.slack.blocks import modal
from bot.views.flow.actions import ExplainDigest
from bot.views.flow.explained import explained
from bot.workflows.flow.explaining.behind import Figure, Item, Opens
from bot.workflows.flow.explaining.epics import Efficiency, Fact, Flowed, Standing, Worked
from bot.workflows.flow.explaining.explained import Explained, Part
from bot.workflows.flow.explaining.governing import Due, Known, Money, Sum, Taken
from bot.workflows.flow.net import NetFlow
from bot.workflows.flow.scope import Scope
from models.board.content import FrozenOutcomes, InFlight, OnTheirDates
from models.board.governance import Ended, Governance
from models.decisions.follow_up.outcome_review import Became
from models.flow.ageing import Aged
from models.flow.choice import FlowChoice
from models.flow.days import microseconds
from models.flow.flow import Load
from models.flow.frozen import FrozenDecisions, FrozenMoney
from models.flow.line import TooThin
from tests.views.board.contents import (
    MONDAY,
    START_OF_WEEK,
    WEEK,
    a_finished,
    a_time,
    flow,
    standings,
)
from tests.views.builders import HOSTILE, a_portfolio
from tests.views.reading import buttons, shown_form

DAY = timedelta(days=1)


def nobody(*counts):
    """Net flow of so many before, that came, finished and are now."""
    return NetFlow(*(np.arange(count) for count in counts))


STREAMS = {"Onboarding": Load(9), "Payments": Load(20, 18)}
NOTHING_COUNTED = {
    Figure.IN_FLIGHT: Standing(InFlight(whole=Load(0))),
    Figure.FLOW_TIME: np.empty(0),
    Figure.NET_FLOW: nobody(0, 0, 0, 0),
    Figure.EFFICIENCY: Efficiency(n=0, ratio=None),
    Figure.OUTCOMES: FrozenOutcomes(),
    Figure.DECISIONS: FrozenDecisions(),
    Figure.MONEY: FrozenMoney(),
    Figure.PROJECTS: OnTheirDates(),
}
"""What the digest says of each, where there is nothing to say."""


def an_item(number, title="Pay by bank", **fact):
    """An epic behind a figure of flow."""
    fact = Fact(**fact, column="Ready")
    return Item(Opens.EPIC, number, f"PAY-{number}", title, fact)


def a_page(*parts, portfolio=None, digest_at=MONDAY, number=1, pages=1, counts=None, **more):
    """The page that holds these parts: a figure, its items and how many there are of them."""
    portfolio, counts = portfolio or a_portfolio(), NOTHING_COUNTED | (counts or {})
    for state in portfolio.states:
        portfolio.all_states.append(state)
    facts = {
        "scope": Scope(portfolio),
        "figures": flow(past=[(5, True)]),
        "digest_at": digest_at,
        "choice": FlowChoice(),
        "restricted": 0,
        "flow": more.get("figures", flow(past=[(5, True)])).frozen,
        "since": START_OF_WEEK - WEEK,
        "until": START_OF_WEEK,
        "parts": [
            Part(each, items, n, begun=False, counts=counts.get(each, n))
            for each, items, n in parts
        ],
        "begins_on": dict.fromkeys(Figure, 1),
        "total": 60,
        "number": number,
        "pages": pages,
    }
    return explained(Explained(**(facts | more)), ExplainDigest(digest=7, number=number))


def read(page):
    return shown_form(modal("explain_digest", page.title, list(page.blocks), close="Close"))


def test_each_figure_reads_as_it_was_told_then_its_rule_then_the_epics_behind_it():
    portfolio = a_portfolio()
    page = a_page(
        (Figure.IN_FLIGHT, [an_item(4, day=74), an_item(6)], 2),
        (Figure.FINISHED, [an_item(1, at=MONDAY - 5 * DAY, newly=True)], 28),
        (Figure.TIME, [an_item(1, day=1), an_item(2, day=96)], 28),
        (Figure.AGEING, [an_item(5, day=200, newly=True), an_item(7, day=191)], 2),
        portfolio=portfolio,
        counts={Figure.IN_FLIGHT: Standing(InFlight(whole=Load(2), streams=standings(STREAMS)))},
    )
    texts = read(page)
    assert texts.count("Open") == 7
    assert [each for each in texts if each != "Open"] == [
        "Explain a number",
        "*Shop* · the figures of the digest of {Mon 18 May, 9:00}, up to {Mon 18 May, 0:00}.\n"
        "The figures are as they were posted; the lists below are of that moment, as the"
        " history has it now.\n"
        "Only epics that everybody may see are counted. Weeks are whole ones, from Monday to Sunday"
        " in Europe/Berlin.",
        "*In flight* 2\n*By value stream* Onboarding 9, Payments 20 of 18",
        "Between commitment, which is leaving Funnel, and done. Its day is the number of calendar"
        " days from its first commitment to that day; coming back does not restart it. 2 epics,"
        " the oldest first:",
        "*PAY-4* Pay by bank · ready, day 74",
        "*PAY-6* Pay by bank · ready, since today",
        "*Finished* 15 in 13 weeks, 13 in the 13 before: within the usual range\n"
        "*Finished per week, from 16 February* 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1",
        "Done for the first time, in the last 13 weeks and the 13 before those, from 17 Nov"
        " 2025 on. “More” or “fewer” is said only if chance alone would do that in fewer than 5 of"
        " 100 cases, even without the largest week. 28 epics, the oldest first:",
        "*PAY-1* Pay by bank · done {Wed 13 May}",
        "*Time to finish* half within 96 days (before: 104) · 13 of 15 within 190, the line"
        " (28 finished in 26 weeks)",
        "From the first commitment to the first time in done, in elapsed days. The line is the day"
        " by which 85 of 100 were done: of the stream's last 26 weeks, else of all streams' last"
        " 26, 52 or 104, whichever first holds 8. Rounded up to whole days. How many finished"
        " within it is counted against the line as it was 13 weeks ago. The half is taken from the"
        " 15 of the last 13 weeks. 28 epics of the line, 26 weeks, what took longest first:",
        "*PAY-1* Pay by bank · 1 day",
        "*PAY-2* Pay by bank · 96 days",
        "*Ageing* 1 is past the line of day 190; it crossed it this week (PAY-5)",
        "In flight, and past the line of day 190. 2 epics, the oldest first:",
        "*PAY-5* Pay by bank · day 200, crossed it since the last digest",
        "*PAY-7* Pay by bank · day 191",
    ]


def test_where_there_is_nothing_to_tell_it_says_so():
    nothing = flow(finished=a_finished(0, 0), time=a_time(TooThin(3)))
    every = [(figure, [], 0) for figure in Figure]
    page = a_page(*every, figures=nothing, digest_at=None, total=0)
    texts = read(page)
    assert texts[1].startswith("*Shop* · the figures as they are now.")
    assert "*Finished* none in 26 weeks" in texts
    assert "*Time to finish:* needs 8 finished epics, there are 3" in texts
    assert "*Ageing* no line yet" in texts
    assert "In flight, and past the line. 0 epics." in texts


def test_on_a_later_page_it_says_what_goes_on_and_where_the_other_figures_begin():
    page = a_page(number=3, pages=4, parts=[Part(Figure.TIME, [an_item(1, day=9)], 28, begun=True)])
    last = ["*Time to finish* 28, continued", "*PAY-1* Pay by bank · 9 days", "Open"]
    assert read(page)[-3:] == last
    names = ["In flight", "Net flow", "Finished", "Time to finish", "Ageing", "Flow time"]
    names += ["Flow efficiency", "Outcomes", "Decisions", "Money", "Projects"]
    assert buttons(page.blocks) == [*(f"{name}, page 1" for name in names), "Open PAY-1"]
    assert (page.page.number, page.of, page.counted) == (3, 4, "60 lines")


def behind(figure, *items, counts=None, **more):
    """What a page says of a figure beneath its lead: the lines, and what its buttons are called."""
    page = a_page(
        (figure, items, len(items)), counts=None if counts is None else {figure: counts}, **more
    )
    names = [name for name in buttons(page.blocks) if ", page" not in name]
    return [each for each in read(page)[2:] if each != "Open"], names


def an_item_of(opens, key, title, fact):
    return Item(opens, 3, key, title, fact)


def test_outcomes_say_what_was_said_last_of_each():
    items = [
        an_item_of(Opens.EPIC, "PAY-3", "Refunds", Known(Became.REACHED, MONDAY - DAY)),
        an_item_of(Opens.EPIC, "PAY-4", "Wallet", Known(Became.NOT_MEASURED, MONDAY)),
    ]
    counts = FrozenOutcomes(reached=1, recorded=1, not_measured=1)
    assert behind(Figure.OUTCOMES, *items, counts=counts) == (
        [
            "*Outcomes* 1 of 1 reached its target, 1 not measured",
            "The latest outcome recorded for each epic, up to then: its target was reached, partly"
            " or not. “Not measured” is counted separately. 2 epics, the oldest first:",
            "*PAY-3* Refunds · reached, recorded {Sun 17 May}",
            "*PAY-4* Wallet · not measured, recorded {Mon 18 May}",
        ],
        ["Open PAY-3", "Open PAY-4"],
    )


def test_decisions_say_which_closed_how_long_they_took_and_which_are_open():
    ways = [
        Taken(is_vote=True, newly=True, closed_at=MONDAY - DAY, days=4),
        Taken(is_vote=True, closed_at=MONDAY - 30 * DAY),
        Taken(is_vote=False, newly=True, closed_at=MONDAY - 2 * DAY, days=1),
        Taken(is_vote=True, days=12),
        Taken(is_vote=False),
    ]
    items = [an_item_of(Opens.DECISION, f"D-{n}", "Go on?", way) for n, way in enumerate(ways, 1)]
    counts = FrozenDecisions(closed=1, alone=1, open=2, oldest_days=12, timed=2)
    lines, names = behind(Figure.DECISIONS, *items, counts=counts)
    assert lines == [
        "*Decisions* 1 vote closed, 1 taken without a vote · 2 open, the oldest for 12 days",
        "What closed since the last digest, the votes of the last 13 weeks, and what is open. For"
        " votes, the working days from opening to close are counted; “half” needs three votes or"
        " more. What was withdrawn or asked again does not count. The most votes asked of one"
        " person is shown without a name. 5 decisions, the oldest first:",
        "*D-1* Go on? · a vote, closed {Sun 17 May} after 4 working days, since the last digest",
        "*D-2* Go on? · a vote, closed {Sat 18 Apr} on the same day",
        "*D-3* Go on? · without a vote, closed {Sat 16 May}, since the last digest",
        "*D-4* Go on? · a vote, open for 12 days",
        "*D-5* Go on? · without a vote, open since today",
    ]
    assert names == [f"Open D-{n}" for n in range(1, 6)]


def test_to_who_looks_alone_decisions_also_say_what_metrics_count_of_them():
    facts = {"is_vote": True, "working_days": 3, "has_case": True}
    ended = [
        Ended(**facts, is_lately=True, is_fresh=True, is_decided=True, is_stop=True),
        Ended(**facts, is_lately=False, is_fresh=False, is_decided=False, is_stop=False),
    ]
    ways = [
        Taken(is_vote=True, newly=each.is_lately, closed_at=MONDAY, days=3, ended=each)
        for each in ended
    ]
    items = [an_item_of(Opens.DECISION, "D-1", "Go on?", way) for way in ways]
    counts = {"open": 0, "oldest_days": 0, "days_before": None, "shifts": 1, "silent": 1}
    counts = Governance(ended=ended, **counts)
    lines, _ = behind(Figure.DECISIONS, *items, counts=counts, digest_at=None)
    assert lines[0].startswith("*Votes* 1 in 13 weeks (before: 1) · 0 open\n")
    assert "*Stopped* 1 of 1 decision in 13 weeks" in lines[0]
    assert "Shifts" not in lines[0]
    closed = "*D-1* Go on? · a vote, closed {Mon 18 May} after 3 working days"
    assert lines[2:] == [
        f"{closed}, fresh evidence, stopped",
        f"{closed}, in the 13 weeks before, no fresh evidence, not decided",
    ]
    moved = Sum(Money.APPROVED, 2_000_000, MONDAY)
    shift = an_item_of(Opens.SHIFT, "", "Payments to Platform", moved)
    lines, names = behind(Figure.MONEY, shift, counts=counts, digest_at=None)
    assert lines == [
        "*Shifts of money* 1 of 1 asked nobody, in 13 weeks",
        "What moved between streams in the last 13 weeks, and whether anybody had to approve it."
        " 1 shift, the oldest first:",
        "Payments to Platform · €20,000 moved with approval, {Mon 18 May}",
    ]
    assert names == ["Open Payments to Platform"]


def test_money_says_what_moved_was_asked_came_back_and_was_overspent():
    sums = [(Opens.SHIFT, "", "Payments to Platform", Money.MOVED)]
    sums += [(Opens.SHIFT, "", "Platform to Onboarding", Money.ASKED)]
    sums += [(Opens.EPIC, "PAY-3", "Refunds", Money.RETURNED)]
    sums += [(Opens.STREAM, "", "Platform", Money.OVERSPENT)]
    items = [
        an_item_of(opens, key, title, Sum(what, 2_000_000, MONDAY))
        for opens, key, title, what in sums
    ]
    amounts = {"moved_minor": 2_000_000, "asked_minor": 2_000_000, "returned_minor": 2_000_000}
    counts = FrozenMoney(moved=1, asked=1, **amounts, overspent=("Platform",))
    lines, names = behind(Figure.MONEY, *items, counts=counts)
    assert lines[0] == (
        "*Money* €20k moved without a vote (1) · €20k asked (1) · €20k returned by stops"
        " · overspent: Platform"
    )
    assert lines[2:] == [
        "Payments to Platform · €20,000 moved without a vote, {Mon 18 May}",
        "Platform to Onboarding · €20,000 asked, {Mon 18 May}",
        "*PAY-3* Refunds · €20,000 returned by a stop, {Mon 18 May}",
        "Platform · €20,000 overspent",
    ]
    routes = ["Payments to Platform", "Platform to Onboarding", "PAY-3", "Platform"]
    assert names == [f"Open {each}" for each in routes]


def test_projects_say_which_milestone_is_late_and_what_was_agreed():
    on = date(2026, 5, 1)
    dues = [Due(on, 0, has_come=True), Due(on, 14, has_come=True), Due(on, 3, has_come=False)]
    items = [an_item_of(Opens.PROJECT, "PRJ-2", "Go live", each) for each in dues]
    lines, names = behind(Figure.PROJECTS, *items, counts=OnTheirDates(on_date=1, agreed=3))
    assert lines == [
        "*Projects* 1 of 3 milestones on their date",
        "Milestones with an agreed date, of projects that are not closed, as the plans have them"
        " now. One is on its date unless it came, or is expected, later than agreed. 3 milestones,"
        " the earliest date first:",
        "*PRJ-2* Go live · came on its date, agreed for 1 May 2026",
        "*PRJ-2* Go live · came 14 days late, agreed for 1 May 2026",
        "*PRJ-2* Go live · 3 days late, agreed for 1 May 2026",
    ]
    assert names == ["Open PRJ-2"] * 3


def test_net_flow_and_efficiency_say_what_each_epic_did():
    days = [MONDAY - DAY, MONDAY]
    flowed = [Flowed(*days, 0), Flowed(days[0], None, 1), Flowed(None, days[1], -1)]
    items = [an_item_of(Opens.EPIC, "PAY-3", "Refunds", each) for each in flowed]
    lines, _ = behind(Figure.NET_FLOW, *items, counts=nobody(3, 2, 2, 2), digest_at=None)
    assert [lines[0], *lines[2:]] == [
        "*Net flow* in 13 weeks: 2 came in, 2 finished, 1 left unfinished",
        "*PAY-3* Refunds · came in {Sun 17 May}, finished {Mon 18 May}",
        "*PAY-3* Refunds · came in {Sun 17 May}, left unfinished",
        "*PAY-3* Refunds · finished {Mon 18 May}, came back",
    ]
    worked = an_item_of(Opens.EPIC, "PAY-3", "Refunds", Worked(3, 1_240.25))
    counts = Efficiency(n=1, ratio=3 / 1_240.25)
    lines, _ = behind(Figure.EFFICIENCY, worked, counts=counts, digest_at=None)
    assert [lines[0], *lines[2:]] == [
        "*Flow efficiency* 0.2 % of the time in active states and not blocked, of 1 finished in 26"
        " weeks",
        "*PAY-3* Refunds · active for 3.0 of 1,240.2 days",
    ]


def test_flow_times_and_ages_say_what_metrics_says_of_them_above_the_epics_they_are_of():
    took = np.array([3.2, *[10.0] * 6, 96.0])
    items = [an_item(8, day=96), an_item(1, day=4)]
    lines, names = behind(Figure.FLOW_TIME, *items, counts=took, digest_at=None)
    assert lines[0] == (
        "*Flow time* of the 8 finished in 26 weeks: half within 10 days, 70 of 100 within 10,"
        " 85 within 10, 95 within 96"
    )
    assert lines[2:] == ["*PAY-8* Pay by bank · 96 days", "*PAY-1* Pay by bank · 4 days"]
    assert names == ["Open PAY-8", "Open PAY-1"]
    since_us = np.array([microseconds(MONDAY - 74 * DAY), microseconds(MONDAY)])
    ages = Aged(np.array([4, 6]), since_us, MONDAY, ZoneInfo("Europe/Berlin"))
    counts = Standing(InFlight(whole=Load(2)), ages)
    items = [an_item(4, day=74), an_item(6)]
    lines, _ = behind(Figure.IN_FLIGHT, *items, counts=counts, digest_at=None)
    assert lines[0] == (
        "*In flight* 2\n*Age* of what is in flight: half since today, the oldest day 74"
    )


def test_of_a_digest_that_told_nothing_of_them_it_is_said_that_there_is_nothing():
    every = (Figure.OUTCOMES, Figure.DECISIONS, Figure.MONEY, Figure.PROJECTS)
    assert [behind(figure)[0][0] for figure in every] == [
        "*Outcomes* none known yet",
        "*Decisions* none closed, none open",
        "*Money* nothing moved without a vote, nothing is asked for, nothing came back",
        "*Projects* no milestone has an agreed date",
    ]
    assert [behind(figure)[0][-1].rpartition(". ")[2] for figure in every] == [
        "0 epics.",
        "0 decisions.",
        "0 amounts.",
        "0 milestones.",
    ]
    shifts, _ = behind(Figure.MONEY, counts=governed(), digest_at=None)
    assert shifts[0] == "*Shifts of money* none in 13 weeks"


def governed():
    """Nothing was decided, and nothing moved."""
    return Governance(ended=[], open=0, oldest_days=0, days_before=None, shifts=0, silent=0)


FACTS = {
    Figure.NET_FLOW: Flowed(MONDAY, MONDAY, 1),
    Figure.EFFICIENCY: Worked(99_999, 99_999),
    Figure.OUTCOMES: Known(Became.NOT_MEASURED, MONDAY),
    Figure.DECISIONS: Taken(is_vote=True, newly=True, closed_at=MONDAY, days=99),
    Figure.MONEY: Sum(Money.MOVED, 10**14, MONDAY),
    Figure.PROJECTS: Due(MONDAY.date(), 9_999, has_come=False),
}


@pytest.mark.parametrize("figure", Figure)
def test_slack_takes_a_page_of_the_longest_and_most_hostile_titles(figure):
    portfolio = a_portfolio(name=HOSTILE)
    fact = FACTS.get(figure) or Fact(day=9_999, at=MONDAY, newly=True, column=HOSTILE)
    items = [Item(Opens.EPIC, n + 1, f"PAY-{n}", HOSTILE * 9, fact) for n in range(24)]
    page = a_page((figure, items, 9_999), portfolio=portfolio)
    texts = read(page)
    assert "<!channel>" not in "".join(texts)
    assert sum(text.count("*PAY-") for text in texts) >= 24
