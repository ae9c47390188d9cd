"""The list of epics, told to one person page by page."""

import pytest

from bot.views.blocks import TEXT_LIMIT
from bot.views.epic_list import epic_list
from tests.views.builders import HOSTILE, a_page
from tests.views.reading import buttons, read_aloud, shown


def test_an_empty_list_says_how_to_begin():
    answer = epic_list(a_page(0))
    assert shown(answer) == ["There are no epics yet. Propose the first one with `/epic propose`."]
    assert answer.text == "There are no epics yet. Propose the first one with /epic propose."


def test_one_epic_says_where_it_stands_since_when_and_whose_it_is():
    answer = epic_list(a_page(1))
    assert shown(answer) == [
        "1 epic, page 1 of 1 · in the order of the board",
        "*PAY-1* · Pay by bank transfer at checkout\nFunnel since {Mon 18 May} · Payments · @Ana",
        "Open",
    ]
    assert read_aloud(answer) == (
        "1 epic, page 1 of 1: PAY-1 Pay by bank transfer at checkout (funnel)"
    )
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
    assert shown(answer)[0] == f"{told} · in the order of the board"
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
    assert "<" not in answer.text


def test_a_long_title_leaves_room_for_the_others_to_be_read_aloud():
    answer = epic_list(a_page(20, title="x" * 5_000))
    assert answer.text.count("x… (funnel)") == 20
