"""The list of epics, told to one person page by page."""

import pytest

from bot.slack.blocks import TEXT_LIMIT, VALUE_LIMIT
from bot.views.epics import list as view
from bot.views.epics.list import HOW, ListPage
from models.epics.blocking import Blocking
from models.epics.listing import MOST_CHARACTERS, MOST_WORDS, Filter, Listing
from models.portfolio.portfolio import Phase
from tests.views.builders import HOSTILE, a_page
from tests.views.reading import buttons, element, shown


def epic_list(page, **narrowed):
    return view.epic_list(Listing(page, **narrowed))


def test_an_empty_list_says_how_to_begin():
    answer = epic_list(a_page(0))
    assert shown(answer) == ["There are no epics yet. Propose the first one with `/epic propose`."]


def test_one_epic_says_where_it_stands_since_when_and_whose_it_is():
    answer = epic_list(a_page(1))
    assert shown(answer) == [
        "1 epic, page 1 of 1 · in board order",
        "*PAY-1* · Pay by bank transfer at checkout\nFunnel since {Mon 18 May} · Payments · @Ana",
        "Open",
    ]
    assert buttons(answer.blocks) == ["Open PAY-1"]


def test_an_epic_of_nobody_says_nothing_of_an_owner():
    texts = shown(epic_list(a_page(1, owner_user_id=None)))
    assert texts[1].endswith("Funnel since {Mon 18 May} · Payments")


@pytest.mark.parametrize(
    ("number", "told", "epics", "turns"),
    [
        (1, "10,000 epics, page 1 of 500", 20, ["Next page"]),
        (2, "10,000 epics, page 2 of 500", 20, ["Previous page", "Next page"]),
        (500, "10,000 epics, page 500 of 500", 20, ["Previous page"]),
    ],
)
def test_a_full_page_turns_to_its_neighbours(number, told, epics, turns):
    answer = epic_list(a_page(10_000, number))
    assert shown(answer)[0] == f"{told} · in board order"
    assert shown(answer)[-1] == HOW
    called = buttons(answer.blocks)
    assert called[:epics] == [f"Open PAY-{(number - 1) * 20 + n}" for n in range(1, epics + 1)]
    assert called[epics:] == turns


def test_the_last_page_has_what_is_left():
    answer = epic_list(a_page(41, 3))
    assert buttons(answer.blocks) == ["Open PAY-41", "Previous page"]


@pytest.mark.parametrize("title", [HOSTILE, "&" * 80, "*" * 500])
def test_a_full_page_of_hostile_titles_fits_and_pings_nobody(title):
    answer = epic_list(a_page(20, title=title))
    lines = [text for text in shown(answer) if text.startswith("*PAY")]
    assert len(lines) == 20
    assert not [line for line in lines if "<" in line]
    assert len(answer.text) <= TEXT_LIMIT
    assert "<!" not in answer.text


def test_what_blocks_an_epic_and_who_sees_it_is_said_in_its_line():
    blocked = Blocking(reason="waits for the contract <b>")
    texts = shown(epic_list(a_page(1, blocking=blocked, restricted=True)))
    assert texts[1].endswith(
        "· @Ana · blocked: waits for the contract &lt;b&gt; · restricted to its circle"
    )


def test_the_columns_of_implementing_are_called_by_their_names():
    texts = shown(epic_list(a_page(1, state="implementing", phase=Phase.DELIVERING)))
    assert "\nDelivering, implementing since {Mon 18 May}" in texts[1]


READ = {"stream": "in Payments", "mine": "owned by you", "text": "with “<b>”"}
CHOSEN = Filter(streams=(1_000,), mine=True, texts=("<b>",))


def test_it_says_how_the_words_were_read():
    answer = epic_list(a_page(1), filter=CHOSEN, read=READ)
    assert shown(answer)[0] == (
        "1 epic, page 1 of 1 · in Payments · owned by you · with “&lt;b&gt;” · in board order"
    )


def test_turning_the_page_keeps_what_narrows_the_list():
    answer = epic_list(a_page(41, 2), filter=CHOSEN, read=READ)
    shown(answer)
    for action_id, page in (("list_page_1", 1), ("list_page_3", 3)):
        value = ListPage.read(element(answer.blocks, action_id)["value"])
        assert (value.filter, value.page) == (CHOSEN, page)


def test_the_longest_filter_fits_a_button():
    ids = tuple(2**31 - 1 - n for n in range(MOST_WORDS))
    texts = tuple('"' * (MOST_CHARACTERS // MOST_WORDS) for _ in range(MOST_WORDS))
    chosen = Filter(streams=ids, states=ids, themes=ids, phases=tuple(Phase), texts=texts)
    assert len(ListPage.of(chosen, 10**9).value) <= VALUE_LIMIT


def test_an_empty_list_says_what_to_leave_out():
    answer = epic_list(
        a_page(0), filter=CHOSEN, read=READ, without={"stream": 0, "mine": 4, "text": 1_200}
    )
    assert shown(answer) == [
        "No epic matches this filter: in Payments, owned by you, with “&lt;b&gt;”.\n"
        "Try leaving out one part.",
        "Without “mine”: 4",
        "Clear search: 1,200",
    ]
    value = ListPage.read(element(answer.blocks, "list_page_without_mine")["value"])
    assert value.filter == Filter(streams=(1_000,), texts=("<b>",))


def test_where_there_is_nothing_with_or_without_what_was_asked_for_it_says_how_to_begin():
    asked = {"filter": Filter(mine=True), "read": {"mine": "owned by you"}, "without": {"mine": 0}}
    assert shown(epic_list(a_page(0), **asked)) == [view.EMPTY]


def test_where_one_part_leaves_nothing_all_the_others_are_shown():
    answer = epic_list(
        a_page(0), filter=Filter(mine=True), read={"mine": "owned by you"}, without={"mine": 27}
    )
    assert shown(answer) == ["No epic matches this filter: owned by you.", "Show all 27"]


def test_where_nothing_helps_it_leads_to_the_whole_list():
    answer = epic_list(a_page(0), filter=CHOSEN, read=READ, without={"mine": 0})
    assert shown(answer)[0].endswith("Leaving out one part does not help. `/epic list` shows all.")
    assert buttons(answer.blocks) == ["Show all epics"]
    assert "`" not in answer.text
