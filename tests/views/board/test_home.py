"""App Home: what waits, the board at any size, one column of it, and who has no part in it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.views.board import home as home_board
from bot.views.board import home_choices
from bot.views.board.home_choices import HomeChoice
from bot.workflows.board.home import Reader
from bot.workflows.paging import Top
from bot.workflows.projects.slips import Slip
from models.epics.blocking import Blocking
from models.flow.flow import Load
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase
from models.projects.project import Milestone, Project
from models.themes.theme import Theme
from tests.needs import waiting
from tests.views.board.contents import LINKED
from tests.views.builders import (
    ANA,
    BEN,
    CLEO,
    DANA,
    HOSTILE,
    MONDAY,
    a_board,
    a_portfolio,
    an_epic,
    many_streams,
)
from tests.views.reading import buttons, element, options, shown_form, shown_home

FOOT = (
    "Tack keeps the portfolio where you talk · `/epic` ideas and what becomes of them · "
    "`/decision` votes · `/budget` money · `/portfolio` streams, projects, roles, export · "
    "`/flow` the weekly digest and its numbers · `help` after each"
)
NOTHING = "*Nothing is waiting for you.* New items appear here first."
CHOICES = [
    "Value stream",
    "All value streams",
    "Column",
    "All columns",
    "Only mine",
    "Search",
    "Propose an epic",
]
LINE = "Pay by bank transfer at checkout\nPayments · @Ana · here since {Mon 18 May}"
OWNER = Reader(user_id=BEN)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def home(board, portfolios=None, waits=None, reader=OWNER, now=MONDAY):
    portfolios = portfolios or [board.portfolio]
    return home_board.home(board, waits or waiting(), reader, portfolios, now)


def test_an_empty_board_says_how_little_it_takes():
    assert shown_home(home(a_board())) == [
        NOTHING,
        "Shop",
        "0 epics · in flight *0*",
        *CHOICES,
        "No epics yet. The first one takes three answers.",
        FOOT,
    ]


def test_an_empty_stream_says_so():
    texts = shown_home(home(a_board(stream=1)))
    assert texts[1:3] == ["Shop · Onboarding", "Owner @Cleo · 0 epics · in flight *0*"]
    assert texts[-2] == "Onboarding has no epics yet. The first one takes three answers."


def test_what_moved_on_to_delivering_tells_since_when_it_is_implementing():
    texts = shown_home(home(a_board(delivering=1)))
    assert any(text.endswith("· @Ana · implementing since {Mon 18 May}") for text in texts)


def test_one_epic_stands_in_its_column():
    assert shown_home(home(a_board(funnel=1))) == [
        NOTHING,
        "Shop",
        "1 epic · in flight *0*",
        *CHOICES,
        "*Funnel* · 1",
        f"*PAY-1* · {LINE}",
        "Open",
        "Nothing in reviewing, analyzing, ready, testing the MVP, delivering, done, stopped.",
        FOOT,
    ]


def test_the_label_of_an_empty_column_pings_nobody():
    board = a_board(funnel=1)
    board.portfolio.state("analyzing").label = "<!channel> & <https://evil.example|x>"
    said = str(home(board))
    assert "Nothing in reviewing, &lt;!channel&gt; &amp; &lt;https://evil.example|x&gt;" in said
    assert "<!channel>" not in said.replace("'text': '<!channel>", "")


def test_testing_the_mvp_and_delivering_are_two_columns_each_with_its_limit():
    board = a_board(testing=6, delivering=2, ready=3, most={"testing": 5, "delivering": 2})
    texts = shown_home(home(board))
    assert "*Testing the MVP* · 6 of 5, over by 1" in texts
    assert "*Delivering* · 2 of 2, full" in texts
    assert "*Ready* · 3" in texts


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (None, "5 epics · in flight *5*"),
        (6, "5 epics · in flight *5 of 6*"),
        (5, "5 epics · in flight *5 of 5, full*"),
        (3, "5 epics · in flight *5 of 3, over by 2*"),
    ],
)
def test_what_is_in_flight_is_told_against_its_limit(most, said):
    assert shown_home(home(a_board(ready=5, in_flight=most)))[2] == said


def test_work_in_flight_is_told_by_theme_and_without_one():
    board = replace(
        a_board(ready=5),
        phases_together=Load(4, 3),
        in_flight_of_themes=[("Trust", 3), ("Speed", 1)],
        in_flight_without_theme=1,
    )
    assert shown_home(home(board))[2] == (
        "5 epics · in flight *5* · testing and delivering together 4 of 3, over by 1\n"
        "In flight by theme: Trust 3 · Speed 1 · no theme 1"
    )


def test_more_themes_than_a_line_takes_are_added_up():
    themes = [(f"Theme {n}", 10 - n) for n in range(9)]
    board = replace(a_board(ready=5), in_flight_of_themes=themes)
    assert shown_home(home(board))[2].endswith("Theme 5 5 · 3 more 9")


@pytest.mark.parametrize(
    "counts",
    [
        {"funnel": 90, "testing": 5, "done": 4},
        dict.fromkeys(("funnel", "reviewing", "analyzing", "ready", "done"), 20) | {"stopped": 1},
        {"funnel": 1_500, "reviewing": 40, "analyzing": 60, "ready": 200, "testing": 100}
        | {"delivering": 100, "done": 6_000, "stopped": 2_000},
    ],
)
def test_the_board_shows_the_first_of_each_open_column_and_a_way_to_the_rest(counts):
    answer = home(a_board(**counts))
    shown_home(answer)
    called = buttons(answer.blocks)
    ended = ("done", "stopped")
    full = [name for name, n in counts.items() if n > 5 or name in ended]
    labels = {"testing": "testing the MVP"}
    assert [text for text in called if text.startswith("See all")] == [
        f"See all {counts[name]:,} in {labels.get(name, name)}" for name in full
    ]
    assert sum(text.startswith("Open PAY-") for text in called) == sum(
        min(count, 5) for name, count in counts.items() if name not in ended
    )
    assert len(answer.blocks) <= 100


def test_see_all_leads_to_that_column_of_the_stream_chosen():
    answer = home(a_board(stream=0, testing=6))
    see = element(answer.blocks, f"{home_choices.SEE}_testing")
    assert HomeChoice.read(see["value"]) == HomeChoice(
        portfolio=1, stream=1_000, state=104, phase=Phase.TESTING
    )


@pytest.mark.parametrize(
    ("page", "first", "place", "turns"),
    [
        (1, "Open PAY-1", "1,990 in funnel, page 1 of 100", ["Next page"]),
        (50, "Open PAY-981", "1,990 in funnel, page 50 of 100", ["Previous page", "Next page"]),
        (100, "Open PAY-1981", "1,990 in funnel, page 100 of 100", ["Previous page"]),
    ],
)
def test_one_column_is_read_page_by_page(page, first, place, turns):
    answer = home(a_board(column="funnel", page=page, funnel=1_990, done=5))
    texts = shown_home(answer)
    assert texts[3:7] == ["Value stream", "All value streams", "Column", "Funnel"]
    assert "*Funnel* · 1,990" in texts
    assert f"{place} · the longest here first" in texts
    shown = 10 if page == 100 else 20
    called = buttons(answer.blocks)
    opened = called.index(first)
    assert called[opened + shown :] == [*turns, "All columns"]


def test_turning_the_page_keeps_the_choice():
    board = a_board(column="funnel", stream=0, page=2, funnel=60, more={"mine": True})
    turn = element(home(board).blocks, f"{home_choices.SEE}_page_3")
    assert HomeChoice.read(turn["value"]) == HomeChoice(
        portfolio=1, stream=1_000, state=100, mine=True, page=3
    )


def test_a_column_without_epics_says_so():
    assert shown_home(home(a_board(column="ready", funnel=3)))[-4:] == [
        "*Ready* · 0",
        "Nothing in ready now.",
        "All columns",
        FOOT,
    ]


def test_what_narrows_the_board_is_said_and_its_limits_stay_those_of_all():
    board = a_board(stream=0, testing=1, more={"mine": True, "text": "bank"})
    testing = next(each for each in board.loads if each.name == "testing")
    board = replace(board, loads={**board.loads, testing: Load(5, 5)})
    texts = shown_home(home(board))
    assert texts[2] == "Owner @Ben · 1 epic · owned by you · with “bank” · in flight *1*"
    assert "*Testing the MVP* · 1 of these, 5 of 5, full in all" in texts
    assert "Everyone's" in texts
    assert "Clear search" in texts


def test_nothing_that_fits_the_choice_is_no_empty_board():
    texts = shown_home(home(a_board(stream=0, more={"text": "<b>", "mine": True})))
    assert texts[-2] == "No epic matches this filter: owned by you, with “&lt;b&gt;”."


def test_a_theme_or_none_can_be_chosen():
    board = replace(
        a_board(ready=1, more={"theme_id": 7}),
        themes=[Theme(id=7, name="Trust"), Theme(id=8, name="Speed")],
    )
    answer = home(board)
    assert "1 epic · for Trust" in shown_home(answer)[2]
    menu = element(answer.blocks, f"{home_choices.SEE}_theme")
    assert options(menu) == ["All themes", "Without a theme", "Trust", "Speed"]
    assert menu["initial_option"]["text"]["text"] == "Trust"
    none = replace(a_board(ready=1, more={"no_theme": True}), themes=board.themes)
    menu = element(home(none).blocks, f"{home_choices.SEE}_theme")
    assert menu["initial_option"]["text"]["text"] == "Without a theme"


@pytest.mark.parametrize("count", [1, 99])
def test_fewer_than_a_hundred_streams_stand_in_a_menu(count):
    board = a_board(portfolio=a_portfolio(many_streams(count)), stream=count - 1, funnel=1)
    answer = home(board)
    shown_home(answer)
    menu = element(answer.blocks, f"{home_choices.SEE}_stream")
    assert options(menu) == ["All value streams", *(f"Stream {n:03}" for n in range(count))]
    assert menu["initial_option"]["text"]["text"] == f"Stream {count - 1:03}"


@pytest.mark.parametrize(("chosen", "name"), [(None, "All value streams"), (100, "Stream 100")])
def test_a_hundred_streams_and_more_are_searched(chosen, name):
    portfolio = a_portfolio(many_streams(101))
    answer = home(a_board(portfolio=portfolio, stream=chosen, funnel=1))
    shown_home(answer)
    menu = element(answer.blocks, f"{home_choices.SEE}_stream")
    assert menu["type"] == "external_select"
    assert menu["initial_option"]["text"]["text"] == name


def test_a_stream_that_was_merged_is_offered_only_where_it_is_seen():
    portfolio = a_portfolio()
    portfolio.value_streams[1].ended_at = MONDAY
    menu = element(home(a_board(portfolio=portfolio)).blocks, f"{home_choices.SEE}_stream")
    assert options(menu) == ["All value streams", "Payments", "Platform"]
    seen = a_board(portfolio=portfolio, stream=1)
    menu = element(home(seen).blocks, f"{home_choices.SEE}_stream")
    assert options(menu)[-1] == "Onboarding"


def test_what_is_found_by_searching_always_begins_with_all_streams():
    streams = a_portfolio(many_streams(150)).value_streams
    found = home_choices.stream_choices(streams, HomeChoice(portfolio=1, stream=7, state=3))
    assert len(found) == 100
    assert found[0]["text"]["text"] == "All value streams"
    assert HomeChoice.read(found[0]["value"]) == HomeChoice(portfolio=1, state=3)


@pytest.mark.parametrize("count", [2, 100, 101, 250])
def test_every_portfolio_can_be_chosen(count):
    portfolios = [a_portfolio(id=n, name=f"Portfolio {n}") for n in range(1, count + 1)]
    answer = home(a_board(portfolio=portfolios[-1], funnel=1), portfolios)
    assert shown_home(answer)[1] == f"Portfolio {count}"
    menu = element(answer.blocks, f"{home_choices.SEE}_portfolio")
    assert options(menu) == [f"Portfolio {n}" for n in range(1, count + 1)]
    assert menu["initial_option"]["text"]["text"] == f"Portfolio {count}"


def test_one_portfolio_needs_no_menu():
    assert buttons(home(a_board()).blocks) == ["Only mine", "Search", "Propose an epic"]


def test_the_fullest_home_fits():
    streams = [(f"{n:02}" + "&" * 78, f"S{n}", CLEO, None) for n in range(99)]
    portfolios = [a_portfolio(streams, id=n, name="🚀" * 80) for n in range(1, 102)]
    names = (
        "funnel",
        "reviewing",
        "analyzing",
        "ready",
        "testing",
        "delivering",
        "done",
        "stopped",
    )
    board = a_board(
        portfolio=portfolios[100],
        stream=98,
        more={"text": HOSTILE},
        **dict.fromkeys(names, 9_999_999),
    )
    for epics in board.first.values():
        for epic in epics:
            epic.title = HOSTILE * 20
            epic.blocking = a_blocking(epic, HOSTILE * 20)
    board = replace(board, in_flight_of_themes=[(HOSTILE * 2, 9_999_999)] * 99)
    answer = home(
        board, portfolios, everything_waits(portfolios[100]), Reader(user_id=DANA, has_part=False)
    )
    texts = shown_home(answer)
    assert not [text for text in texts if "<" in text]
    assert len(answer.blocks) <= 100


def test_a_board_of_very_many_columns_still_fits():
    portfolio = a_portfolio()
    for number in range(60):
        state = type(portfolio.states[1])(
            id=900 + number,
            name=f"step_{number}",
            label=f"Step {number}",
            kind="active",
            position=1,
            committed=True,
            phased=False,
            exit_requires=[],
        )
        portfolio.states.insert(1, state)
    board = a_board(portfolio=portfolio, **{f"step_{n}": 9 for n in range(60)})
    answer = home(board, waits=everything_waits(portfolio))
    shown_home(answer)
    assert len(answer.blocks) <= 100


def test_a_stream_s_board_can_be_read_where_a_message_is():
    board = a_board(stream=0, testing=6, most={"testing": 5})
    texts = shown_form(home_board.stream_board(board))
    assert texts[:4] == [
        "Board",
        "Shop · Payments",
        "Owner @Ben · 6 epics · in flight *6*",
        "*Testing the MVP* · 6 of 5, over by 1",
    ]


# What waits


def a_blocking(epic, reason="waits for the supplier", days=12):
    return Blocking(epic_id=epic.id, reason=reason, by_user_id=ANA, at=MONDAY - days * DAY)


def a_slip(days=14):
    milestone = Milestone(code="M3", name="Go-live", baseline_on=date(2026, 5, 4))
    return Slip(Project(id=4, code="PRJ-204", name="Checkout renewal"), milestone, days, LINKED)


def everything_waits(portfolio):
    epic = an_epic("reviewing", portfolio=portfolio, title=HOSTILE * 20)
    epic.blocking = a_blocking(epic, HOSTILE * 20)
    lacks = [*Requirement]
    return waiting(
        answers=Top([epic] * 5, 9_999),
        blocked=Top([epic] * 5, 9_999),
        lacking=Top([(epic, lacks)] * 5, 9_999),
        stale=Top([(epic, MONDAY - WEEK)] * 5, 9_999),
        unowned=Top([epic] * 5, 9_999),
        streams=Top(portfolio.value_streams[:5], 9_999),
        slips=Top([a_slip()] * 5, 9_999),
    )


def test_what_waits_stands_first_each_thing_with_its_one_button():
    portfolio = a_portfolio()
    late = an_epic(number=7, portfolio=portfolio, since=MONDAY - 3 * WEEK)
    due = an_epic(number=8, portfolio=portfolio)
    stuck = an_epic("implementing", number=9, portfolio=portfolio, phase=Phase.TESTING)
    stuck.blocking = a_blocking(stuck)
    short = an_epic("reviewing", number=10, portfolio=portfolio)
    quiet = an_epic("implementing", number=11, portfolio=portfolio, phase=Phase.DELIVERING)
    waits = waiting(
        answers=Top([late, due], 2),
        blocked=Top([stuck], 1),
        lacking=Top([(short, [Requirement.KILL_THRESHOLD, Requirement.MVP_COST])], 1),
        stale=Top([(quiet, MONDAY - 16 * DAY)], 1),
        unowned=Top([an_epic("ready", number=13, portfolio=portfolio, owner_user_id=None)], 1),
        streams=Top([portfolio.value_streams[2]], 1),
        slips=Top([a_slip()], 1),
    )
    title = "Pay by bank transfer at checkout*"
    assert shown_home(home(a_board(portfolio=portfolio), waits=waits))[:18] == [
        "What waits for you",
        f"*PAY-7 · {title}\nAn idea for Payments · answer due {{Mon 11 May}}, 7 days late",
        "Answer this idea",
        f"*PAY-8 · {title}\nAn idea for Payments · answer due {{Mon 1 Jun}}",
        "Answer this idea",
        f"*PAY-9 · {title}\nTesting the MVP · blocked 12 days: waits for the supplier",
        "Unblock",
        f"*PAY-10 · {title}\n"
        "Reviewing · 2 answers open before analysis: the stop line, the cost of the MVP",
        "Add 2 answers",
        f"*PAY-11 · {title}\nDelivering · last update 16 days ago. Is this still right?",
        "Still right",
        f"*PAY-13 · {title}\nReady in Payments · it has no owner yet",
        "Give it an owner",
        "*Platform*\nThis value stream has no owner yet, so nobody answers its ideas.",
        "Give it an owner",
        "*PRJ-204 · Checkout renewal*\n"
        "M3 Go-live · 14 days after its date of 4 May 2026 · linked to PAY-12",
        "Open PRJ-204",
        "Shop",
    ]


def test_beyond_three_of_a_kind_the_others_are_counted():
    portfolio = a_portfolio()
    ideas = [an_epic(number=n, portfolio=portfolio) for n in range(5)]
    waits = waiting(answers=Top(ideas, 10), stale=Top([(ideas[0], MONDAY - 16 * DAY)], 1))
    texts = shown_home(home(a_board(portfolio=portfolio), waits=waits))
    assert texts.count("Answer this idea") == 3
    assert "And 7 more ideas to answer." in texts


def test_what_finds_no_place_at_all_is_counted_by_its_kind():
    texts = shown_home(home(a_board(), waits=everything_waits(a_portfolio())))
    assert texts[19] == (
        "And 9,996 more ideas to answer, 9,996 more blocked, 9,996 more with open answers, "
        "9,999 more stale, 9,999 more without an owner, 9,999 more streams without an "
        "owner, 9,999 more milestones off their dates."
    )


def test_in_the_first_weeks_nothing_that_waits_is_called_late():
    portfolio = a_portfolio()
    portfolio.live_at = MONDAY - WEEK
    waits = waiting(answers=Top([an_epic(portfolio=portfolio, since=MONDAY - 9 * WEEK)], 1))
    texts = shown_home(home(a_board(portfolio=portfolio), waits=waits))
    assert texts[1].endswith("An idea for Payments · here since {Mon 16 Mar}")


# Who has no part in it


def test_who_has_no_part_reads_what_tack_is_and_what_they_can_do():
    texts = shown_home(home(a_board(), reader=Reader(user_id=DANA, has_part=False)))
    assert texts[0] == (
        "*Tack* keeps the portfolio where you talk: ideas and what becomes of them, from a first "
        "sentence to an outcome, on one board.\n"
        "Everybody can read this board and propose an epic: three answers are enough, and someone "
        "answers you within 10 working days."
    )


def test_who_may_only_look_is_not_offered_to_propose():
    reader = Reader(user_id=DANA, has_part=False, may_propose=False)
    answer = home(a_board(), reader=reader)
    assert "ask an admin for the proposer role" in shown_home(answer)[0]
    assert "Propose an epic" not in buttons(answer.blocks)


def test_before_it_is_live_home_says_that_nothing_is_posted():
    portfolio = a_portfolio()
    portfolio.live_at = None
    board = a_board(portfolio=portfolio)
    assert (
        shown_home(home(board))[0]
        == "Shop is not live yet: nothing is posted, and nothing is late."
    )
    admin = Reader(user_id=ANA, is_admin=True)
    assert (
        "`/portfolio setup` continues where it was left" in shown_home(home(board, reader=admin))[0]
    )


def test_an_admin_is_welcomed_with_the_form():
    answer = home_board.welcome([ANA, BEN, CLEO, DANA], is_admin=True)
    assert shown_home(answer) == [
        "Welcome to Tack",
        "*Tack* keeps the portfolio where you talk: ideas and what becomes of them, from a first "
        "sentence to an outcome, on one board.",
        "*Tack is not set up yet.*\n"
        "@Ana, @Ben or @Cleo can set it up with `/portfolio setup`, "
        "which can be closed and continued later.",
        "Set up the portfolio",
    ]


def test_the_others_are_welcomed_with_whom_to_ask():
    texts = shown_home(home_board.welcome([ANA], is_admin=False))
    assert texts[-1].startswith(
        "*Tack is not set up yet.*\n@Ana can set it up with `/portfolio setup`"
    )


def test_without_an_admin_it_says_how_someone_becomes_one():
    assert shown_home(home_board.welcome([], is_admin=False))[-1] == (
        "*Tack is not set up yet.*\n"
        "First, make someone an admin: start Tack with `TACK_ADMINS` set to a member "
        "id, or run `tack admin grant`. Then `/portfolio setup` asks for the rest."
    )


def test_who_may_see_no_portfolio_reads_whom_to_ask():
    assert shown_home(home_board.closed([ANA, BEN]))[-1] == (
        "*Only people with a role can see what is here, and you have none yet.*\n"
        "Ask @Ana or @Ben: an admin gives roles with `/portfolio roles`."
    )


def test_what_takes_long_is_announced_in_one_line():
    assert shown_home(home_board.on_its_way()) == ["*Your board is loading.* One moment, please."]
