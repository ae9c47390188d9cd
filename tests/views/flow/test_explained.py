"""What the figures are drawn from, word for word."""

from datetime import timedelta

import pytest

from bot.slack.blocks import modal
from bot.views.flow.actions import ExplainDigest
from bot.views.flow.explained import explained
from bot.workflows.flow.explaining import Explained, Fact, Figure, Item, Part
from bot.workflows.flow.scope import Scope
from models.flow.choice import FlowChoice
from models.flow.line import TooThin
from tests.views.board.tellings import MONDAY, START_OF_WEEK, WEEK, a_finished, a_time, flow
from tests.views.builders import HOSTILE, a_portfolio
from tests.views.reading import buttons, shown_form

DAY = timedelta(days=1)


def an_item(number, title="Pay by bank", **fact):
    return Item(f"PAY-{number}", title, Fact(number, **fact), "Ready")


def a_page(*parts, portfolio=None, digest_at=MONDAY, number=1, pages=1, **more):
    """The page that holds these parts: a figure, its items and how many there are of them."""
    portfolio = portfolio or a_portfolio()
    for state in portfolio.states:
        portfolio.all_states.append(state)
    facts = {
        "scope": Scope(portfolio),
        "figures": flow(past=[(5, True)]),
        "digest_at": digest_at,
        "choice": FlowChoice(),
        "restricted": 0,
        "told": more.get("figures", flow(past=[(5, True)])).told,
        "in_flight": None,
        "since": START_OF_WEEK - WEEK,
        "until": START_OF_WEEK,
        "parts": [Part(each, items, n, begun=False) for each, items, n in parts],
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
    )
    texts = read(page)
    assert texts.count("Open") == 7
    assert [each for each in texts if each != "Open"] == [
        "Explain a number",
        "*Shop* · the figures of the digest of {Mon 18 May, 9:00}, up to {Mon 18 May, 0:00}.\n"
        "The figures are as they were posted; the epics below are those of that moment, as the"
        " history has them now.\n"
        "Only epics that everybody may see are counted. Weeks are whole ones, from Monday to Sunday"
        " in Europe/Berlin.",
        "*In flight* 2",
        "Between commitment, which is leaving Funnel, and done. Its day is the number of calendar"
        " days from its first commitment to that day; coming back does not restart it. 2 epics,"
        " the oldest first:",
        "*PAY-4* Pay by bank · ready, day 74",
        "*PAY-6* Pay by bank · ready, since today",
        "*Finished* 15 in 13 weeks, 13 in the 13 before: within the usual range",
        "Done for the first time, in the last 13 weeks and the 13 before those, from 17 Nov"
        " 2025 on. More or fewer is said only where chance alone would do it in fewer than 5 of 100"
        " cases, even without the largest week. 28 epics, the oldest first:",
        "*PAY-1* Pay by bank · done {Wed 13 May}",
        "*Time to finish* half within 96 days (before: 104) · 13 of 15 within 190, the line"
        " (28 finished in 26 weeks)",
        "From the first commitment to the first time in done, in elapsed days. The line is the day"
        " by which 85 of 100 were done: of the stream's last 26 weeks, else of all streams' last"
        " 26, 52 or 104, whichever first holds 8. Rounded up to whole days. How many held it is"
        " counted against the line as it was 13 weeks ago. Half is taken from the 15 of the last 13"
        " weeks. 28 epics of the line, 26 weeks, what took longest first:",
        "*PAY-1* Pay by bank · 1 day",
        "*PAY-2* Pay by bank · 96 days",
        "*Ageing* 1 is past the line of day 190; it crossed it this week (PAY-5)",
        "In flight, and its day is greater than the line's, 190. 2 epics, the oldest first:",
        "*PAY-5* Pay by bank · day 200, crossed it since the digest before",
        "*PAY-7* Pay by bank · day 191",
    ]


def test_where_there_is_nothing_to_tell_it_says_so():
    nothing = flow(finished=a_finished(0, 0), time=a_time(TooThin(3)))
    page = a_page(*((figure, [], 0) for figure in Figure), figures=nothing, digest_at=None, total=0)
    texts = read(page)
    assert texts[1].startswith("*Shop* · the figures as they are now.")
    assert "*Finished* none in 26 weeks" in texts
    assert "*Time to finish:* needs 8 finished epics, there are 3" in texts
    assert "*Ageing* no line yet" in texts
    assert texts[-1] == "In flight, and its day is greater than the line's. 0 epics."


def test_on_a_later_page_it_says_what_goes_on_and_where_the_other_figures_begin():
    page = a_page(number=3, pages=4, parts=[Part(Figure.TIME, [an_item(1, day=9)], 28, begun=True)])
    last = ["*Time to finish* 28, continued", "*PAY-1* Pay by bank · 9 days", "Open"]
    assert read(page)[-3:] == last
    names = ["In flight", "Finished", "Time to finish", "Ageing"]
    assert buttons(page.blocks) == [*(f"{name}, page 1" for name in names), "Open PAY-1"]
    assert (page.page.number, page.of, page.counted) == (3, 4, "60 lines")


@pytest.mark.parametrize("figure", Figure)
def test_slack_takes_a_page_of_the_longest_and_most_hostile_titles(figure):
    portfolio = a_portfolio(name=HOSTILE)
    items = [an_item(n, HOSTILE * 9, day=n, at=MONDAY, newly=True) for n in range(24)]
    page = a_page((figure, items, 9_999), portfolio=portfolio)
    texts = read(page)
    assert "<!channel>" not in "".join(texts)
    assert sum(text.count("*PAY-") for text in texts) >= 24
