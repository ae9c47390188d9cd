"""The list of decisions and one of before, word for word."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.slack.answers import Answer
from bot.views.decisions import register
from bot.views.decisions.actions import DecisionsList, PastShown
from bot.workflows.decisions.listing import DecisionsPage, PastPage
from models.decisions.register.past import PastDecision
from tests.views.builders import HOSTILE, MONDAY, a_decision, a_portfolio, an_epic, closed
from tests.views.reading import buttons, shown

AUGUST = datetime(2022, 8, 2, tzinfo=UTC)
THURSDAY = timedelta(days=3, hours=6)


def a_past(**more):
    facts = {
        "id": 7,
        "portfolio": a_portfolio(),
        "source": "openssl-votes",
        "source_id": "OTC-20220726",
        "title": "Accept pull request 18878",
        "opened_at": AUGUST - timedelta(days=7),
        "closed_at": AUGUST,
        "votes_for": 3,
        "votes_against": 3,
        "abstained": 4,
        "eligible": 10,
        "outcome": "rejected",
        "imported_at": MONDAY,
    }
    return PastDecision(**(facts | more))


def gate(**more):
    """One that came without votes."""
    nothing = dict.fromkeys(("votes_for", "votes_against", "abstained", "eligible"))
    told = {"source_id": "PRR-1040-beta", "title": "KEP-1040 beta", "question": "beta"}
    return a_past(**{**nothing, **told, "opened_at": AUGUST, "outcome": "approved", **more})


def texts_of(page):
    return shown(Answer(page.blocks))


def listed(*decisions, portfolios=None, epic=None, **narrowed):
    found = DecisionsPage(decisions, 1, 1, len(decisions))
    page = DecisionsList(**narrowed)
    return register.decision_list(found, page, portfolios or [a_portfolio()], epic)


def menus(page):
    """What the list can be narrowed by."""
    drawn = next(block for block in page.blocks if block["type"] == "actions")
    return [each["action_id"].removeprefix("narrow_") for each in drawn["elements"]]


def past_page(past, *chosen):
    return texts_of(
        register.past_page(PastPage(past, chosen, 1, 1, len(chosen)), PastShown(past=7))
    )


def test_the_list_says_of_each_how_it_stands_or_how_it_ended():
    first, second = a_decision(an_epic(), voted=1), a_decision(an_epic(number=4), id=2)
    closed(second, "stop", "stop", "persevere", at=MONDAY + THURSDAY)
    before = [a_past(), gate(epic=an_epic(number=4)), a_past(outcome="accepted")]
    texts = texts_of(listed(first, second, *before))
    assert texts[0] == "*5 decisions* · the open ones first, then the newest"
    assert [text for text in texts if text.startswith("*") and "\n" in text] == [
        "*D-1 · PAY-12 Pay by bank transfer at checkout*\n"
        "1 of 3 have voted, closes {Sat 23 May, 11:00}",
        "*D-2 · PAY-4 Pay by bank transfer at checkout*\nDecided: stop, 2 to 1, {Thu 21 May}",
        "*OTC-20220726 · Accept pull request 18878*\n"
        "Rejected, 3 to 3, 2 Aug 2022 · earlier decision",
        "*PRR-1040-beta · KEP-1040 beta*\n"
        "Approved, 2 Aug 2022 · earlier decision · PAY-4 Pay by bank transfer at checkout",
        "*OTC-20220726 · Accept pull request 18878*\n"
        "Accepted, 3 to 3, 2 Aug 2022 · earlier decision\nIts votes give a different outcome",
    ]


def test_an_empty_list_says_how_one_is_opened_or_what_to_leave_out():
    said = texts_of(listed())[-1]
    assert said.startswith("No decision yet. *Open a decision* in the menu of an epic, or `/deci")
    assert texts_of(listed(mine=True))[-1].startswith("No decision matches. Remove a filter")


def test_the_list_is_narrowed_by_what_there_is_to_choose_from():
    two = [a_portfolio(), a_portfolio(id=2, name="Bank")]
    assert menus(listed(portfolios=two)) == ["which", "mine", "portfolio"]
    assert menus(listed(portfolios=two, portfolio=2)) == ["which", "mine", "portfolio", "stream"]
    about = listed(epic=an_epic())
    assert menus(about) == ["which", "mine", "stream", "epic"]
    assert texts_of(about)[0].startswith("*0 decisions* about PAY-12 Pay by bank transfer at che")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Recounted by this rule, the outcome is the same."),
        (
            {"outcome": "accepted"},
            "*Recounted by this rule, the outcome is different:* it does not pass.",
        ),
        ({"outcome": "deferred"}, "It cannot be recounted, so the outcome is the one in the file"),
    ],
)
def test_one_of_before_is_shown_as_it_stood_and_counted_anew(more, said):
    texts = past_page(a_past(**more), ("v001", "for"), ("v002", "not voted"))
    outcome = texts[1].splitlines()
    assert outcome[0].endswith("· opened 26 Jul 2022, closed 2 Aug 2022")
    assert outcome[1] == "3 for, 3 against, 4 abstained, 0 of 10 did not vote"
    assert outcome[2] == "More than half decides; at least 6 of 10 must vote."
    assert outcome[3].startswith(said)
    assert texts[2] == "v001 · *for*\nv002 · did not vote"
    assert texts[3].startswith("An earlier decision, from openssl-votes: `OTC-20220726`. It was")


def test_one_without_votes_says_so():
    texts = past_page(gate(item="KEP-1040"))
    assert texts[:3] == [
        "*KEP-1040 beta*\nBeta · KEP-1040, not an epic here",
        "*Approved* · 2 Aug 2022\n"
        "The file has no votes for it, so the outcome is the one in the file.",
        "The file does not say who voted what.",
    ]


def test_two_thirds_and_rules_that_are_not_counted_by_are_named():
    both = [past_page(a_past(threshold_percent=Decimal(each)))[1] for each in ("66.7", "75")]
    assert "Two thirds decide (66.7 % in the file); at least 6 of 10 must vote." in both[0]
    assert "75 % decides, a rule that Tack cannot count by; at least" in both[1]


def test_what_a_file_wrote_is_shown_as_words_and_its_longest_fits():
    past = a_past(
        title=HOSTILE * 15, source_id=HOSTILE * 3, item=HOSTILE, question=HOSTILE, outcome=HOSTILE
    )
    chosen = [(HOSTILE * 2, "for")] * 40
    texts = [*past_page(past, *chosen), *texts_of(listed(*[past] * 10))]
    assert not any("<!channel>" in text or "<https" in text for text in texts)
    assert buttons(listed(past).blocks)[-1].startswith("Open <!channel>")
