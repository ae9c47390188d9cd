"""The forms that answer, block and stop an epic, and what people hear of it, word for word."""

import pytest

from bot.views.epics import block_form, idea_answer, stop_form
from models.epics.answer import Answer, AnswerKind
from models.themes.theme import Theme
from tests.views.builders import ANA, BEN, HOSTILE, MONDAY, a_step, an_epic
from tests.views.reading import buttons, element, shown, shown_form, view_of

THEMES = [Theme(id=1, name="Fewer abandoned purchases"), Theme(id=2, name=HOSTILE)]
NAME = "*PAY-12 · Pay by bank transfer at checkout*"


def given(kind, words=None):
    return Answer(kind=kind, words=words, by_user_id=BEN, at=MONDAY)


# Answering


def test_the_form_to_answer_shows_the_idea_and_asks_for_what_a_yes_needs():
    form = idea_answer.answer_form(an_epic(proposed_by=ANA, owner_user_id=None), THEMES)
    assert shown_form(form) == [
        "Answer PAY-12",
        f"{NAME} · proposed by @Ana\nPaying from the bank gets more customers through checkout.",
        "Your answer",
        "Yes, let us review it",
        "Not now, because …",
        "I have a question first",
        "In a sentence",
        "Needed for “not now” and for a question: the proposer reads it.",
        "If yes: which theme?",
        "Choose one",
        "If it has no theme: why?",
        "If yes: who owns it?",
        "Choose one",
    ]
    themes = element(view_of(form)["blocks"], "theme_id")["options"]
    assert [each["value"] for each in themes] == ["1", "2"]


def test_what_is_known_already_is_not_asked_for():
    epic = an_epic(theme_id=1, proposed_by=ANA)
    assert "If yes: which theme?" not in shown_form(idea_answer.answer_form(epic, THEMES))


@pytest.mark.parametrize(("count", "menu"), [(0, None), (99, "static"), (250, "external")])
def test_any_number_of_themes_fits_the_form(count, menu):
    themes = [Theme(id=n, name=f"Theme {n} " + "x" * 100) for n in range(count)]
    form = idea_answer.answer_form(an_epic(title="<&>" * 2_000, hypothesis="&" * 3_000), themes)
    shown_form(form)
    fields = {b["block_id"]: b["element"]["type"] for b in view_of(form)["blocks"][1:]}
    assert fields.get("theme_id") == (menu and f"{menu}_select")


@pytest.mark.parametrize(
    ("kind", "words", "said", "button"),
    [
        (AnswerKind.YES, None, f"@Ben says yes to {NAME}.", "Open PAY-12"),
        (AnswerKind.YES, "good", f"@Ben says yes to {NAME}: good.", "Open PAY-12"),
        (
            AnswerKind.NOT_NOW,
            "the contract ends in June",
            f"@Ben says not now to {NAME}: the contract ends in June. "
            "Thank you for the idea; it stays where it can be taken up again.",
            "Open PAY-12",
        ),
        (
            AnswerKind.QUESTION,
            "Which countries?",
            f"@Ben has a question about {NAME}: Which countries?",
            "Reply",
        ),
        (
            AnswerKind.REPLY,
            "Germany",
            f"@Ben replies to the question about {NAME}: Germany",
            "Answer this idea",
        ),
    ],
)
def test_the_proposer_reads_the_answer_and_can_reply_to_a_question_and_who_asked_reads_that(
    kind, words, said, button
):
    assert shown(idea_answer.heard(an_epic(), given(kind, words))) == [said, button]


def test_the_words_of_an_answer_ping_nobody():
    told = idea_answer.heard(an_epic(), given(AnswerKind.QUESTION, HOSTILE))
    assert "<!channel>" not in told.text
    assert "&lt;!channel&gt;" in told.text


def test_who_answers_is_told_what_became_of_it():
    epic = an_epic("reviewing", proposed_by=ANA)
    yes = given(AnswerKind.YES)
    assert shown(idea_answer.answered(epic, yes, ()))[0] == f"{NAME} is now in *Reviewing*."
    idea = an_epic(proposed_by=ANA, accepted_at=MONDAY)
    missing = ["1 answer open before the review: a theme or why there is none"]
    assert shown(idea_answer.answered(idea, yes, missing)) == [
        f"Your yes to {NAME} is saved. 1 answer open before the review: "
        "a theme or why there is none.",
        "Add 1 answer",
    ]
    for kind, said in (
        (AnswerKind.QUESTION, f"Your question about {NAME} was sent to @Ana."),
        (AnswerKind.NOT_NOW, f"{NAME} stays in *Funnel*; @Ana can read why."),
    ):
        assert shown(idea_answer.answered(idea, given(kind, "x"), ()))[0] == said


def test_an_idea_from_elsewhere_has_nobody_to_hear_the_answer():
    epic = an_epic(proposed_by=None)
    told = idea_answer.answered(epic, given(AnswerKind.NOT_NOW, "x"), ())
    assert shown(told)[0] == f"{NAME} stays in *Funnel*; the reason is kept."
    told = idea_answer.answered(epic, given(AnswerKind.QUESTION, "x"), ())
    assert shown(told)[0] == f"Your question about {NAME} is on its card."


# Blocking


def test_the_form_to_block_asks_what_it_waits_for():
    assert shown_form(block_form.block_form(an_epic("ready"))) == [
        "Blocked: PAY-12",
        "*PAY-12* · Pay by bank transfer at checkout · in *Ready* since {Mon 18 May}",
        "What does it wait for?",
        "Waits for the contract with the bank",
        "It is on the card, so that someone can help.",
    ]


def test_who_blocks_and_unblocks_is_told_so():
    assert shown(block_form.blocked(an_epic())) == [
        f"{NAME} is marked as blocked; the reason is on its card.",
        "Open PAY-12",
    ]
    assert shown(block_form.unblocked(an_epic()))[0] == (f"{NAME} is unblocked. Thank you.")


# Stopping


def test_the_form_to_stop_says_what_it_does_and_asks_why_and_what_was_learned():
    form = stop_form.stop_form(an_epic("ready"))
    assert shown_form(form) == [
        "Stop PAY-12?",
        f"{NAME} leaves *Ready*, and Payments has one fewer in flight. Nothing is deleted: its "
        "history stays, and it can be taken up again. @Ana is notified privately.",
        "Why?",
        "Everybody can read it on the card.",
        "What was learned?",
        "Up to 500 characters.",
    ]
    assert (form.submit, form.close) == ("Stop it", "Keep it")


def test_an_idea_that_is_stopped_frees_nothing():
    said = shown_form(stop_form.stop_form(an_epic("funnel")))[1]
    assert said.startswith(f"{NAME} leaves *Funnel*. Nothing is deleted")
    assert shown(stop_form.stopped(an_epic("stopped")))[0] == (
        f"{NAME} is stopped. Thank you for saying so."
    )


def test_the_owner_is_thanked():
    step = a_step(an_epic("stopped"), "ready", by=BEN, reason="below 63 %")
    told = stop_form.thanks(step)
    assert shown(told) == [
        f"@Ben stopped {NAME}: below 63 %. Thank you for finding it out.",
        "Open PAY-12",
    ]
    step.learned = HOSTILE
    assert "<!channel>" not in stop_form.thanks(step).text
    assert buttons(told.blocks) == ["Open PAY-12"]


@pytest.mark.parametrize("letter", ["&", "*", "🚀"])
def test_the_longest_words_fit_everywhere(letter):
    epic = an_epic("stopped", title=letter * 5_000)
    step = a_step(epic, "ready", by=BEN, reason=letter * 3_000)
    step.learned = letter * 3_000
    for told in (
        stop_form.thanks(step),
        stop_form.stopped(epic),
        block_form.blocked(epic),
        idea_answer.heard(epic, given(AnswerKind.QUESTION, letter * 1_000)),
    ):
        shown(told)
    for form in (stop_form.stop_form(epic), block_form.block_form(epic)):
        shown_form(form)
