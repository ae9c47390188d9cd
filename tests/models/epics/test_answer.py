"""What is answered to an idea, and what comes with a yes."""

import pytest

from models.epics.answer import LONGEST, AnswerKind, IdeaAnswer, NotAnIdea, WhichAnswer
from models.errors import FieldMistakes, MovedMeanwhile
from models.themes.theme import Theme
from tests.views.builders import ANA, BEN, CLEO, MONDAY, an_epic

LATER = MONDAY.replace(day=25)
NOT_NOW = IdeaAnswer(kind=AnswerKind.NOT_NOW, words=" June ")


def a_yes(**more):
    return IdeaAnswer(kind=AnswerKind.YES, **more)


def a_theme(portfolio_id=1, **more):
    return Theme(id=7, portfolio_id=portfolio_id, name="Checkout", **more)


def test_a_yes_is_kept_and_brings_an_owner_and_why_there_is_no_theme():
    idea = an_epic()
    said = a_yes(theme_none_because=" the law ", owner_user_id=CLEO, words=" go ")
    given = idea.answer(said, None, BEN, MONDAY)
    assert (given.epic_id, given.kind, given.words) == (12, AnswerKind.YES, "go")
    assert (given.by_user_id, given.at) == (BEN, MONDAY)
    assert (idea.answered_at, idea.accepted_at, idea.version) == (MONDAY, MONDAY, 2)
    assert (idea.owner_user_id, idea.theme_none_because) == (CLEO, "the law")


def test_an_owner_and_a_theme_that_no_answer_names_stay():
    idea = an_epic(theme_id=7)
    idea.answer(a_yes(), None, BEN, MONDAY)
    assert (idea.owner_user_id, idea.theme_id) == (ANA, 7)


def test_a_theme_ends_the_reason_why_there_was_none_and_the_other_way_round():
    idea = an_epic(portfolio_id=1, theme_none_because="the law")
    theme = a_theme()
    idea.answer(a_yes(theme_id=7), theme, BEN, MONDAY)
    assert (idea.theme, idea.theme_id, idea.theme_none_because) == (theme, 7, None)
    idea.answer(a_yes(theme_none_because="the law"), None, BEN, MONDAY)
    assert (idea.theme, idea.theme_id, idea.theme_none_because) == (None, None, "the law")


@pytest.mark.parametrize(
    "theme",
    [None, a_theme(closed_at=MONDAY), a_theme(portfolio_id=2)],
    ids=["gone", "closed", "of another"],
)
def test_a_theme_that_is_gone_closed_or_of_another_portfolio_is_refused(theme):
    idea = an_epic(portfolio_id=1)
    with pytest.raises(FieldMistakes) as refused:
        idea.answer(a_yes(theme_id=7), theme, BEN, MONDAY)
    said = "That theme is not open any more. Choose another one."
    assert refused.value.errors == {"theme_id": said}
    assert (idea.answered_at, idea.version) == (None, 1)


def test_the_first_answer_ends_the_waiting_and_only_a_yes_accepts():
    idea = an_epic()
    assert idea.answer(NOT_NOW, None, BEN, MONDAY).words == "June"
    assert (idea.answered_at, idea.accepted_at) == (MONDAY, None)
    idea.answer(a_yes(), None, BEN, LATER)
    idea.answer(a_yes(), None, BEN, LATER.replace(day=26))
    assert (idea.answered_at, idea.accepted_at) == (MONDAY, LATER)


def test_what_has_left_the_funnel_waits_for_no_answer():
    with pytest.raises(NotAnIdea) as refused:
        an_epic("reviewing").answer(NOT_NOW, None, BEN, MONDAY)
    said = "PAY-12 is now in Reviewing, so it no longer waits for an answer."
    assert refused.value.sentence == said


def test_what_has_changed_since_it_was_seen_is_looked_at_again():
    idea = an_epic()
    idea.check_seen(None)  # it was named by its key
    idea.check_seen(1)
    idea.answer(NOT_NOW, None, BEN, MONDAY)
    with pytest.raises(MovedMeanwhile, match="PAY-12 has changed in the meantime"):
        idea.check_seen(1)


@pytest.mark.parametrize("kind", [AnswerKind.NOT_NOW, AnswerKind.QUESTION])
def test_not_now_and_a_question_need_words(kind):
    with pytest.raises(FieldMistakes) as found:
        IdeaAnswer.read({"kind": kind, "words": "  "})
    assert set(found.value.errors) == {"words"}
    assert IdeaAnswer.read({"kind": kind, "words": "because"}).words == "because"


def test_an_answer_is_not_a_novel():
    with pytest.raises(FieldMistakes) as found:
        IdeaAnswer.read({"kind": "yes", "words": "x" * (LONGEST + 1)})
    assert set(found.value.errors) == {"words"}
    assert "Up to 1,000 characters, please; this has 1,001." in found.value.sentence


def test_a_yes_takes_a_theme_or_why_there_is_none_but_not_both():
    with pytest.raises(FieldMistakes, match="not both"):
        IdeaAnswer.read(
            {"kind": "yes", "theme_id": "1", "theme_none_because": "law"},
            {"asks_theme": True, "themes": [("Checkout", 1)]},
        )


@pytest.mark.parametrize(
    ("typed", "kind", "words"),
    [
        ("yes", AnswerKind.YES, None),
        ("Yes, go on", None, None),
        ("YES: go on", AnswerKind.YES, "go on"),
        ("not now because the contract ends", AnswerKind.NOT_NOW, "the contract ends"),
        ("not now: June", AnswerKind.NOT_NOW, "June"),
        ("not now", AnswerKind.NOT_NOW, None),
        ("not now because", AnswerKind.NOT_NOW, None),
        ("yes because", AnswerKind.YES, None),
        ("yes because the law asks for it", AnswerKind.YES, "the law asks for it"),
        ("question Which\0 countries?", AnswerKind.QUESTION, "Which countries?"),
        ("maybe", None, None),
        ("questionable", None, None),
    ],
)
def test_an_answer_is_read_from_what_was_typed(typed, kind, words):
    if kind is AnswerKind.NOT_NOW and words is None:
        with pytest.raises(FieldMistakes, match="Say why not now"):
            IdeaAnswer.typed("PAY-12", typed)
        return
    if kind is None:
        with pytest.raises(WhichAnswer, match=r"What do you answer\? Type /epic answer PAY-12 yes"):
            IdeaAnswer.typed("PAY-12", typed)
        return
    assert IdeaAnswer.typed("PAY-12", typed) == IdeaAnswer(kind=kind, words=words)
