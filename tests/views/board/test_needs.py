"""What holds of how every need looks, whatever it is about."""

from datetime import timedelta

import pytest

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.views.board import digest, digest_thread, inbox
from bot.views.board.needs import LOOKS, line_of, shows
from bot.workflows.board.content import Needs
from bot.workflows.board.inbox import Waits
from bot.workflows.board.needs import NEEDS
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.register import BALLOT
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.paging import Pile
from models.budgets.seats import Seat
from models.budgets.shift import Approval, Shift
from models.epics.blocking import Blocking
from models.message import MessageKind
from models.portfolio.portfolio import Phase
from tests.views.board.tellings import a_telling
from tests.views.builders import (
    ANA,
    ELI,
    HOSTILE,
    MONDAY,
    a_decision,
    a_portfolio,
    an_epic,
)
from tests.views.reading import buttons, shown, shown_home

DAY = timedelta(days=1)
LONGEST_TITLE, LONGEST_REASON = HOSTILE * 4, HOSTILE * 10


def a_blocked_epic(number=4, portfolio=None, *, days=12, reason="waits for the supplier", **more):
    epic = an_epic("implementing", number=number, portfolio=portfolio, phase=Phase.TESTING, **more)
    at = MONDAY - days * DAY
    epic.blocking = Blocking(epic_id=epic.id, reason=reason, by_user_id=ANA, at=at)
    return epic


def a_waiting_shift(number=4, portfolio=None, *, name="Onboarding"):
    """Platform of Eli asks Onboarding of Cleo, and finance."""
    portfolio = portfolio or a_portfolio()
    _, onboarding, platform = portfolio.value_streams
    onboarding.name = name
    shift = Shift(
        id=number, amount_minor=8_000_000 + 100_000 * number, asked_by=ELI, reason="It waits."
    )
    shift.portfolio, shift.from_stream, shift.to_stream = portfolio, onboarding, platform
    shift.lapses_at = MONDAY + 4 * DAY
    shift.approvals = [Approval(seat=Seat.GIVER), Approval(seat=Seat.FINANCE)]
    return shift


def a_hostile_decision():
    epic = an_epic("implementing", phase=Phase.TESTING, title=LONGEST_TITLE)
    return a_decision(epic)


EXAMPLES = {
    BALLOT: lambda number=4, portfolio=None: a_decision(
        an_epic("implementing", number=number, portfolio=portfolio, phase=Phase.TESTING)
    ),
    BLOCKED: a_blocked_epic,
    SHIFTS: a_waiting_shift,
}
HOSTILE_ONES = {
    BALLOT: a_hostile_decision,
    BLOCKED: lambda: a_blocked_epic(title=LONGEST_TITLE, reason=LONGEST_REASON),
    SHIFTS: lambda: a_waiting_shift(name=HOSTILE[:80]),
}
THREADS = {BLOCKED: MessageKind.DIGEST_BLOCKED, SHIFTS: MessageKind.DIGEST_SHIFTS}
"""What has a reply in a digest's thread; a vote has a clock of its own, and none."""

every_need = pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
every_need_with_a_thread = pytest.mark.parametrize("need", THREADS, ids=lambda need: need.name)


def test_every_need_is_shown_by_one_function_and_held_to_what_holds_of_all():
    assert set(LOOKS) == set(NEEDS) == set(EXAMPLES) == set(HOSTILE_ONES)


@every_need
def test_a_need_is_not_shown_in_two_ways(need):
    with pytest.raises(ValueError, match=f"{need.name} is shown already"):
        shows(need)(lambda each, now, *, asks: ("", {}))


def the_line(need, each, *, asks):
    said, button = line_of(need, each, MONDAY, asks=asks)
    return Answer(said, [section(said, button)])


@every_need
@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("examples", [EXAMPLES, HOSTILE_ONES], ids=["usual", "hostile"])
def test_its_line_is_one_that_slack_takes_with_one_button(need, asks, examples):
    told = the_line(need, examples[need](), asks=asks)
    texts = shown(told)
    assert len(buttons(told.blocks)) == 1
    assert len(texts) == 2
    assert "<" not in texts[0]
    assert len(texts[0]) < 500


def of(need, count, named):
    """So many of the kind, of which some are named."""
    portfolio = a_portfolio()
    return portfolio, {
        need.name: Pile([EXAMPLES[need](n, portfolio) for n in range(1, named + 1)], count)
    }


def at_home(need, count, named):
    portfolio, piles = of(need, count, named)
    return shown_home(Answer("", inbox.waits(Waits(**piles), portfolio, MONDAY)))


def in_the_lead(need, count, named):
    portfolio, piles = of(need, count, named)
    return shown(digest.digest(a_telling(portfolio, needs=Needs(**piles))))


def in_the_thread(need, count, named):
    portfolio, piles = of(need, count, named)
    return shown(digest_thread.reply(THREADS[need], Needs(**piles), portfolio, MONDAY))


def lines(need, texts, *, asks):
    """How many of the texts are lines of the need."""
    known = {shown(the_line(need, EXAMPLES[need](n), asks=asks))[0] for n in range(1, 11)}
    return len([text for text in texts if text in known])


@every_need
def test_home_names_three_and_says_how_many_more_there_are(need):
    none, few, many = at_home(need, 0, 0), at_home(need, 2, 2), at_home(need, 4_321, 5)
    assert [lines(need, each, asks=False) for each in (none, few, many)] == [0, 2, 3]
    assert none == ["*Nothing waits for you.* What will, stands here first."]
    assert not few[-1].startswith("And ")
    assert many[-1].startswith("And 4,318 more ")


@every_need
def test_a_digest_names_three(need):
    none, few, many = in_the_lead(need, 0, 0), in_the_lead(need, 2, 2), in_the_lead(need, 4_321, 9)
    assert [lines(need, each, asks=True) for each in (none, few, many)] == [0, 2, 3]
    assert "nothing waits" in none[0]


@every_need_with_a_thread
def test_a_digest_counts_all_that_is_in_its_thread(need):
    few, many = in_the_lead(need, 2, 2), in_the_lead(need, 4_321, 9)
    assert few[-3].startswith("In the thread: 2 ")
    assert many[-3].startswith("In the thread: 4,321 ")


@every_need_with_a_thread
def test_the_thread_names_ten_and_says_how_many_more_there_are(need):
    none, few = in_the_thread(need, 0, 0), in_the_thread(need, 2, 2)
    many = in_the_thread(need, 4_321, 10)
    assert [lines(need, each, asks=True) for each in (none, few, many)] == [0, 2, 10]
    assert none[0].endswith("Thank you.")
    assert "not named here" not in few[-1]
    assert many[-1] == "4,311 more are not named here."


@pytest.mark.parametrize(
    ("days", "since"), [(0, "since today"), (1, "1 day"), (12, "12 days"), (1_234, "1,234 days")]
)
def test_what_is_blocked_says_where_it_stands_for_how_long_and_why(days, since):
    assert shown(the_line(BLOCKED, a_blocked_epic(days=days), asks=False)) == [
        "*PAY-4 · Pay by bank transfer at checkout*\n"
        f"Testing the MVP · blocked {since}: waits for the supplier",
        "Unblock",
    ]


@pytest.mark.parametrize(("owner", "asked"), [(ANA, "@Ana"), (None, "nobody yet")])
def test_in_a_channel_what_is_blocked_asks_its_owner(owner, asked):
    epic = a_blocked_epic(owner_user_id=owner)
    in_channel, at_home = (shown(the_line(BLOCKED, epic, asks=asks))[0] for asks in (True, False))
    assert in_channel == f"{at_home} · {asked}"


def test_a_shift_says_how_much_goes_where_and_who_is_asked_until_when():
    shift = a_waiting_shift(1)
    said = "*€81k from Onboarding to Platform*\n"
    said += "waits for {} until {{Fri 22 May, 11:00}} · asked by @Eli"
    assert shown(the_line(SHIFTS, shift, asks=True))[0] == said.format("@Cleo and finance")
    assert shown(the_line(SHIFTS, shift, asks=False))[0] == said.format("your yes")
