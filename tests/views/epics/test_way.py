"""An epic's way so far, and the form that moves it on."""

import pytest

from bot.slack.answers import note
from bot.views.board import card as epic_card
from bot.views.epics import move_form
from bot.views.epics.buttons import EpicHistory
from models.epics.belonging import StreamMove
from models.epics.column import Column
from models.epics.limit import FullPlace
from models.epics.obstacles import Move, NotYet, Obstacles
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase
from tests.views.builders import (
    BEN,
    HOSTILE,
    MONDAY,
    a_card,
    a_portfolio,
    a_step,
    an_epic,
    many_streams,
)
from tests.views.reading import buttons, element, options, shown, shown_form, view_of


def history(card, steps, total):
    return epic_card.history(card, steps, total, EpicHistory(epic=12))


def test_history_tells_the_newest_step_first():
    epic = an_epic("reviewing")
    steps = [a_step(epic, "funnel", by=BEN, reason="worth a look"), a_step(an_epic(), by=None)]
    assert shown_form(history(a_card(epic), steps, 2)) == [
        "PAY-12 · History",
        "{Mon 18 May} · *Reviewing*, from Funnel, by @Ben: worth a look",
        "{Mon 18 May} · *Funnel*",
    ]


def test_history_without_steps_says_so():
    assert shown_form(history(a_card(an_epic()), [], 0))[1:] == ["No steps yet."]


def test_history_tells_from_which_value_stream_it_went_to_which():
    epic = an_epic()
    payments, onboarding, _ = epic.portfolio.value_streams
    move = StreamMove(at=MONDAY, from_stream=payments, to_stream=onboarding, by_user_id=BEN)
    told = "{Mon 18 May} · given to *Onboarding*, from Payments, by @Ben"
    assert shown_form(history(a_card(epic), [move], 1))[1] == told
    move.reason = "it fits there"
    told += ": it fits there"
    assert shown_form(history(a_card(epic), [move], 1))[1] == told


@pytest.mark.parametrize(
    ("total", "last"),
    [(40, "{Mon 18 May} · *Funnel*, by @Ana"), (1_041, "The newest 40 of 1,041 steps.")],
)
def test_a_long_history_says_how_much_of_it_is_shown(total, last):
    view = history(a_card(an_epic()), [a_step(an_epic())] * 40, total)
    assert shown_form(view)[-1] == last
    assert len(view.blocks) == 40 + (total > 40)


@pytest.mark.parametrize("letter", ["&", "*", "🚀"])
def test_a_history_of_long_reasons_fits_a_form(letter):
    steps = [a_step(an_epic(), reason=letter * 3_000)] * 40
    shown_form(history(a_card(an_epic()), steps, 41))


def test_a_hypothesis_too_long_for_the_card_is_read_in_full_with_the_history():
    belief = "x" * 601
    assert shown_form(history(a_card(an_epic(hypothesis=belief)), [], 0))[1] == belief
    assert "y" * 600 not in shown_form(history(a_card(an_epic(hypothesis="y" * 600)), [], 0))


def test_history_tells_what_was_learned():
    step = a_step(an_epic("stopped"), "ready", reason="too dear")
    step.learned = "people trust the bank page"
    assert shown_form(history(a_card(an_epic()), [step], 1))[1] == (
        "{Mon 18 May} · *Stopped*, from Ready, by @Ana: too dear"
        " · learned: people trust the bank page"
    )


def test_the_form_to_move_offers_every_other_column_but_stopped():
    form = move_form.move_form(an_epic("ready"))
    assert shown_form(form) == [
        "Move PAY-12",
        "*PAY-12* · Pay by bank transfer at checkout · in *Ready* since {Mon 18 May}",
        "Where to?",
        "Choose one",
        "Why?",
        "Optional. It stays with the epic's history.",
    ]
    assert options(element(view_of(form)["blocks"], "to")) == [
        "Funnel",
        "Reviewing",
        "Analyzing",
        "Testing the MVP",
        "Delivering",
        "Done",
    ]
    assert form.submit == "Move"


def test_the_form_to_move_takes_the_longest_key_and_title():
    portfolio = a_portfolio(many_streams(1))
    portfolio.value_streams[0].key_prefix = "ABCDEFGHIJ"
    epic = an_epic(number=9_999_999, portfolio=portfolio, title=HOSTILE * 40)
    texts = shown_form(move_form.move_form(epic))
    assert texts[0] == "Move ABCDEFGHIJ-9999999"
    assert texts[1].endswith("… · in *Funnel* since {Mon 18 May}")
    assert shown_form(history(a_card(epic), [a_step(epic)], 1))[0].startswith("ABCDEFGHIJ-9999999")
    to = Column(portfolio.state("reviewing"))
    not_yet = NotYet(Move(epic, to, None, Obstacles([Requirement.OWNER])), may_override=True)
    for form in (
        move_form.override_form(not_yet, HOSTILE * 100),
        note(move_form.not_yet(not_yet, HOSTILE * 100)),
        move_form.persevere_form(epic),
        move_form.nothing_missing(epic, move_form.override_form(not_yet, HOSTILE * 100).about),
    ):
        shown_form(form)


FULL = FullPlace("Payments", None, 5, 5, "PAY-9")


def not_yet(*lacks, full=(), may_override=False, state="reviewing", to="analyzing"):
    epic = an_epic(state)
    column = Column(epic.portfolio.state(to))
    return NotYet(Move(epic, column, None, Obstacles(lacks, full)), may_override=may_override)


def test_a_refused_move_lists_what_is_missing_and_offers_to_fill_it():
    refused = not_yet(Requirement.KILL_THRESHOLD, Requirement.MVP_COST, full=[FULL])
    told = move_form.not_yet(refused)
    assert shown(told) == [
        "*PAY-12* stays in *Reviewing* and cannot move to *Analyzing* yet:"
        "\n• 2 answers open before analysis: the stop line, the cost of the MVP"
        "\n• Payments has 5 of 5 in flight; a place opens when PAY-9 is done or stopped",
        "Add 2 answers",
    ]
    assert refused.sentence == (
        "PAY-12 stays in Reviewing. 2 answers open before analysis: the stop line, the cost of "
        "the MVP. Payments has 5 of 5 in flight; a place opens when PAY-9 is done or stopped."
    )


def test_those_who_may_are_offered_to_move_it_anyway():
    told = move_form.not_yet(not_yet(Requirement.MVP_COST, may_override=True))
    assert buttons(told.blocks) == ["Add 1 answer: PAY-12", "Override: move PAY-12, with a reason"]
    only_full = move_form.not_yet(not_yet(full=[FULL], may_override=True))
    assert buttons(only_full.blocks) == ["Override: move PAY-12, with a reason"]
    assert "Move" not in str(buttons(move_form.not_yet(not_yet(full=[FULL])).blocks))


def test_an_idea_without_its_yes_is_answered_first():
    lacks = (Requirement.ANSWER, Requirement.THEME)
    told = move_form.not_yet(not_yet(*lacks, state="funnel", to="reviewing"))
    assert buttons(told.blocks) == ["Answer this idea: PAY-12"]
    assert "• The idea is not accepted yet\n• 1 answer open before the review" in shown(told)[0]


def test_what_was_typed_comes_back_with_the_refusal_and_in_the_form():
    refused = not_yet(Requirement.MVP_COST, may_override=True)
    assert shown(move_form.not_yet(refused, "they <wait>"))[-1] == "You wrote: they &lt;wait&gt;"
    form = move_form.override_form(refused, "they <wait>")
    assert element(view_of(form)["blocks"], "reason")["initial_value"] == "they <wait>"
    assert shown_form(form)[0] == "Override: PAY-12"


def test_persevering_asks_what_the_mvp_has_shown_and_names_the_stop_line():
    epic = an_epic("implementing", phase=Phase.TESTING, kill_threshold="below 63 %")
    form = move_form.persevere_form(epic)
    assert shown_form(form) == [
        "Persevere: PAY-12",
        "*PAY-12 · Pay by bank transfer at checkout* moves on after its MVP, from "
        "*Testing the MVP* to *Delivering*.\nIts stop line: below 63 %.",
        "Why?",
        "What did its MVP show? It stays with the epic's history.",
    ]
