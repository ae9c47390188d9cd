"""App Home: the board at any size, one state of it, and the welcome before there is one."""

import pytest

from bot.views import home_board
from bot.views.values import HomeChoice
from tests.views.builders import ANA, BEN, CLEO, DANA, HOSTILE, a_board, a_portfolio, many_streams
from tests.views.reading import buttons, element, options, shown_home

FOOT = "Tack keeps the portfolio where you talk · `/epic help` says what you can type"
CHOICES = ["Value stream", "All value streams", "State", "All states", "Propose an epic"]
LINE = "Pay by bank transfer at checkout\nPayments · @Ana · here since {Mon 18 May}"


def home(board, portfolios=None):
    return home_board.home_board(board, portfolios or [board.portfolio])


def test_an_empty_board_says_how_little_it_takes():
    assert shown_home(home(a_board())) == [
        "Shop",
        "0 epics: funnel *0* · reviewing *0* · analyzing *0* · ready *0* · implementing *0*"
        " · done *0* · stopped *0*",
        *CHOICES,
        "No epics yet. The first one takes three answers.",
        FOOT,
    ]


def test_an_empty_stream_says_so():
    texts = shown_home(home(a_board(stream=1)))
    assert texts[1].startswith("0 epics in Onboarding: funnel *0*")
    assert texts[-2] == "Onboarding has no epics yet. The first one takes three answers."


def test_one_epic_stands_in_its_state():
    assert shown_home(home(a_board(funnel=1))) == [
        "Shop",
        "1 epic: funnel *1* · reviewing *0* · analyzing *0* · ready *0* · implementing *0*"
        " · done *0* · stopped *0*",
        *CHOICES,
        "*Funnel* · 1",
        f"*PAY-1* · {LINE}",
        "Open",
        "Nothing in reviewing, analyzing, ready, implementing, done, stopped.",
        FOOT,
    ]


@pytest.mark.parametrize(
    ("counts", "lead"),
    [
        (
            {"funnel": 90, "implementing": 5, "done": 4},
            "99 epics: funnel *90* · reviewing *0* · analyzing *0* · ready *0*"
            " · implementing *5* · done *4* · stopped *0*",
        ),
        (
            dict.fromkeys(("funnel", "reviewing", "analyzing", "ready", "done"), 20)
            | {"stopped": 1},
            "101 epics: funnel *20* · reviewing *20* · analyzing *20* · ready *20*"
            " · implementing *0* · done *20* · stopped *1*",
        ),
        (
            {"funnel": 1_500, "reviewing": 40, "analyzing": 60, "ready": 200, "implementing": 200}
            | {"done": 6_000, "stopped": 2_000},
            "10,000 epics: funnel *1,500* · reviewing *40* · analyzing *60* · ready *200*"
            " · implementing *200* · done *6,000* · stopped *2,000*",
        ),
    ],
)
def test_the_board_shows_the_first_of_each_state_and_a_way_to_the_rest(counts, lead):
    answer = home(a_board(**counts))
    texts = shown_home(answer)
    assert texts[1] == lead
    full = [name for name, count in counts.items() if count > 5]
    for name in full:
        place = texts.index(f"*{name.capitalize()}* · {counts[name]:,}")
        assert texts[place + 1] == f"See all {counts[name]:,}"
    called = buttons(answer.blocks)
    assert [text for text in called if text.startswith("See all")] == [
        f"See all {counts[name]:,} in {name}" for name in full
    ]
    assert sum(text.startswith("Open PAY-") for text in called) == sum(
        min(count, 5) for count in counts.values()
    )
    assert len(answer.blocks) <= 100


def test_see_all_leads_to_that_state_of_the_stream_chosen():
    answer = home(a_board(stream=0, ready=6))
    see = element(answer.blocks, f"{home_board.SEE}_ready")
    assert HomeChoice.read(see["value"]) == HomeChoice(portfolio=1, stream=1_000, state=103)


@pytest.mark.parametrize(
    ("page", "first", "place", "turns"),
    [
        (1, "Open PAY-1", "1,990 in funnel, page 1 of 100", ["Next page"]),
        (50, "Open PAY-981", "1,990 in funnel, page 50 of 100", ["Previous page", "Next page"]),
        (100, "Open PAY-1981", "1,990 in funnel, page 100 of 100", ["Previous page"]),
    ],
)
def test_one_state_is_read_page_by_page(page, first, place, turns):
    answer = home(a_board(state="funnel", page=page, funnel=1_990, done=5))
    texts = shown_home(answer)
    assert texts[2:7] == ["Value stream", "All value streams", "State", "Funnel", "Propose an epic"]
    assert texts[7] == "*Funnel* · 1,990"
    assert f"{place} · the longest here first" in texts
    shown = 10 if page == 100 else 20
    called = buttons(answer.blocks)
    assert called[1] == first
    assert called[1 + shown :] == [*turns, "All states"]


def test_turning_the_page_keeps_the_choice():
    answer = home(a_board(state="funnel", stream=0, page=2, funnel=60))
    turn = element(answer.blocks, f"{home_board.SEE}_page_3")
    assert HomeChoice.read(turn["value"]) == HomeChoice(
        portfolio=1, stream=1_000, state=100, page=3
    )


def test_a_state_without_epics_says_so():
    assert shown_home(home(a_board(state="ready", funnel=3)))[7:] == [
        "*Ready* · 0",
        "Nothing in ready now.",
        "All states",
        FOOT,
    ]


@pytest.mark.parametrize("count", [1, 99])
def test_fewer_than_a_hundred_streams_stand_in_a_menu(count):
    board = a_board(portfolio=a_portfolio(many_streams(count)), stream=count - 1, funnel=1)
    answer = home(board)
    shown_home(answer)
    menu = element(answer.blocks, f"{home_board.SEE}_stream")
    assert options(menu) == ["All value streams", *(f"Stream {n:03}" for n in range(count))]
    assert menu["initial_option"]["text"]["text"] == f"Stream {count - 1:03}"


@pytest.mark.parametrize(("chosen", "name"), [(None, "All value streams"), (100, "Stream 100")])
def test_a_hundred_streams_and_more_are_searched(chosen, name):
    portfolio = a_portfolio(many_streams(101))
    answer = home(a_board(portfolio=portfolio, stream=chosen, funnel=1))
    shown_home(answer)
    menu = element(answer.blocks, f"{home_board.SEE}_stream")
    assert menu["type"] == "external_select"
    assert menu["initial_option"]["text"]["text"] == name


def test_what_is_found_by_searching_always_begins_with_all_streams():
    streams = a_portfolio(many_streams(150)).value_streams
    found = home_board.stream_choices(streams, HomeChoice(portfolio=1, stream=7, state=3))
    assert len(found) == 100
    assert found[0]["text"]["text"] == "All value streams"
    assert HomeChoice.read(found[0]["value"]) == HomeChoice(portfolio=1, state=3)


@pytest.mark.parametrize("count", [2, 100, 101, 250])
def test_every_portfolio_can_be_chosen(count):
    portfolios = [a_portfolio(id=n, name=f"Portfolio {n}") for n in range(1, count + 1)]
    answer = home(a_board(portfolio=portfolios[-1], funnel=1), portfolios)
    assert shown_home(answer)[0] == f"Portfolio {count}"
    menu = element(answer.blocks, f"{home_board.SEE}_portfolio")
    assert options(menu) == [f"Portfolio {n}" for n in range(1, count + 1)]
    assert menu["initial_option"]["text"]["text"] == f"Portfolio {count}"


def test_one_portfolio_needs_no_menu():
    assert buttons(home(a_board()).blocks) == ["Propose an epic"]
    assert "Portfolio" not in shown_home(home(a_board()))


def test_the_fullest_home_fits():
    streams = [(f"{n:02}" + "&" * 78, f"S{n}", CLEO, None) for n in range(99)]
    portfolios = [a_portfolio(streams, id=n, name="🚀" * 80) for n in range(1, 102)]
    counts = dict.fromkeys(state.name for state in portfolios[0].states)
    board = a_board(portfolio=portfolios[100], stream=98, **dict.fromkeys(counts, 9_999_999))
    for epics in board.first.values():
        for epic in epics:
            epic.title = HOSTILE * 20
    texts = shown_home(home(board, portfolios))
    assert not [text for text in texts if "<" in text]


def test_an_admin_is_welcomed_with_the_form():
    answer = home_board.welcome([ANA, BEN, CLEO, DANA], is_admin=True)
    assert shown_home(answer) == [
        "Welcome to Tack",
        "*Tack is not set up yet.*\n"
        "@Ana or @Ben or @Cleo can do it with `/portfolio setup`: one form, about two minutes.",
        "Set up the portfolio",
    ]


def test_the_others_are_welcomed_with_whom_to_ask():
    assert shown_home(home_board.welcome([ANA], is_admin=False)) == [
        "Welcome to Tack",
        "*Tack is not set up yet.*\n"
        "@Ana can do it with `/portfolio setup`: one form, about two minutes.",
    ]


def test_without_an_admin_it_says_how_someone_becomes_one():
    assert shown_home(home_board.welcome([], is_admin=False)) == [
        "Welcome to Tack",
        "*Tack is not set up yet.*\n"
        "First, someone needs to be made an admin: start Tack with `TACK_ADMINS` set to a member "
        "id, or run `tack admin grant`. Then `/portfolio setup` asks for the rest.",
    ]
