"""An epic's way so far, and the form that moves it on."""

import pytest

from bot.views import epic_card, move_form
from tests.views.builders import BEN, HOSTILE, a_card, a_portfolio, a_step, an_epic, many_streams
from tests.views.reading import element, options, shown_form


def test_history_tells_the_newest_step_first():
    epic = an_epic("reviewing")
    steps = [a_step(epic, "funnel", by=BEN, reason="worth a look"), a_step(an_epic(), by=None)]
    assert shown_form(epic_card.history(a_card(epic), steps, 2)) == [
        "PAY-12 · History",
        "{Mon 18 May} · *Reviewing*, from Funnel, by @Ben: worth a look",
        "{Mon 18 May} · *Funnel*",
    ]


def test_history_without_steps_says_so():
    assert shown_form(epic_card.history(a_card(an_epic()), [], 0))[1:] == ["No steps yet."]


@pytest.mark.parametrize(
    ("total", "last"),
    [(40, "{Mon 18 May} · *Funnel*, by @Ana"), (1_041, "The newest 40 of 1,041 steps.")],
)
def test_a_long_history_says_how_much_of_it_is_shown(total, last):
    view = epic_card.history(a_card(an_epic()), [a_step(an_epic())] * 40, total)
    assert shown_form(view)[-1] == last
    assert len(view["blocks"]) == 40 + (total > 40)


@pytest.mark.parametrize("letter", ["&", "*", "🚀"])
def test_a_history_of_long_reasons_fits_a_form(letter):
    steps = [a_step(an_epic(), reason=letter * 3_000)] * 40
    shown_form(epic_card.history(a_card(an_epic()), steps, 41))


def test_the_form_to_move_says_where_the_epic_is_and_offers_every_other_state():
    form = move_form.move_form(an_epic("ready"), "C0PAY")
    assert shown_form(form) == [
        "Move PAY-12",
        "*PAY-12* · Pay by bank transfer at checkout · in *Ready* since {Mon 18 May}",
        "To which state?",
        "Choose one",
        "Why?",
        "Optional. It stays with the epic's history.",
    ]
    assert options(element(form["blocks"], move_form.STATE)) == [
        "Funnel",
        "Reviewing",
        "Analyzing",
        "Implementing",
        "Done",
        "Stopped",
    ]
    assert form["submit"]["text"] == "Move"


def test_the_form_to_move_takes_the_longest_key_and_title():
    portfolio = a_portfolio(many_streams(1))
    portfolio.value_streams[0].key_prefix = "ABCDEFGHIJ"
    epic = an_epic(number=9_999_999, portfolio=portfolio, title=HOSTILE * 40)
    texts = shown_form(move_form.move_form(epic, None))
    assert texts[0] == "Move ABCDEFGHIJ-9999999"
    assert texts[1].endswith("… · in *Funnel* since {Mon 18 May}")
    assert shown_form(epic_card.history(a_card(epic), [a_step(epic)], 1))[0].startswith(
        "ABCDEFGHIJ-9999999"
    )
