"""The one next step on a card, by the state of the epic, word for word."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.views.epics import next_step
from bot.workflows.board.card import Card, NextStep
from models.decisions.decision import Way
from models.decisions.question import Question
from models.epics.answer import Answer, AnswerKind
from models.epics.blocking import Blocking
from models.epics.limit import FullPlace
from models.portfolio.portfolio import Phase
from tests.views.builders import (
    ANA,
    BEN,
    LIVE_AT,
    MONDAY,
    a_card,
    a_decision,
    a_portfolio,
    a_step,
    an_epic,
    closed,
)
from tests.views.reading import written

REVIEWED = {
    "indicator": "Completion",
    "baseline": Decimal(61),
    "target": Decimal(68),
    "target_on": date(2026, 9, 30),
}
FULL = FullPlace("Payments", None, 5, 5, "PAY-9")


def step_of(epic, *, day=1, **more):
    """The line and the button of an epic's card on a day of its stay."""
    card = Card(epic, a_step(epic), epic.state_entered_at + timedelta(days=day - 1), **more)
    button = next_step.next_button(card)
    return written(next_step.next_line(card)), button and button["text"]["text"]


def an_answer(kind, words=None):
    return Answer(kind=kind, words=words, by_user_id=BEN, at=MONDAY)


def test_an_idea_waits_for_its_first_answer():
    said = ("*Next:* @Ben answers by {Mon 1 Jun}.", "Answer this idea")
    assert step_of(an_epic()) == said


def test_a_late_answer_says_when_it_was_due():
    line, _ = step_of(an_epic(), day=16)
    assert line == "*Next:* waiting for @Ben's answer, due {Mon 1 Jun}."


@pytest.mark.parametrize(("weeks_live", "late"), [(3, False), (5, True)])
def test_nothing_is_late_in_the_first_four_weeks(weeks_live, late):
    epic = an_epic(since=MONDAY)
    now = MONDAY + timedelta(days=21)
    epic.portfolio.live_at = now - timedelta(weeks=weeks_live)
    card = Card(epic, a_step(epic), now)
    assert card.is_late is late
    line = written(next_step.next_line(card))
    assert line == f"*Next:* waiting for @Ben's answer{', due {Mon 1 Jun}' if late else ''}."


def test_a_question_waits_for_the_one_who_proposed_it():
    epic = an_epic(answered_at=MONDAY)
    question = an_answer(AnswerKind.QUESTION, "Which *countries*?")
    line, button = step_of(epic, answer=question)
    assert line.startswith("*@Ben asks* {Mon 18 May}: Which ")
    assert button == "Reply"


def test_a_reply_is_read_on_the_card_and_waits_for_the_answer():
    epic = an_epic(answered_at=MONDAY)
    reply = an_answer(AnswerKind.REPLY, "Germany and *Austria*")
    line, button = step_of(epic, answer=reply)
    assert line.startswith("*@Ben replies* {Mon 18 May}: Germany and ")
    assert line.endswith(". *Next:* waiting for @Ben's answer.")
    assert button == "Answer this idea"


def test_not_now_says_why_and_can_be_answered_again():
    epic = an_epic(answered_at=MONDAY)
    later = an_answer(AnswerKind.NOT_NOW, "the contract ends in June")
    assert step_of(epic, answer=later) == (
        "Not now, said @Ben {Mon 18 May}: the contract ends in June.",
        "Answer this idea",
    )


def test_after_a_yes_what_is_still_open_is_asked_for():
    epic = an_epic(answered_at=MONDAY, accepted_at=MONDAY)
    assert step_of(epic) == (
        "Accepted. *Next:* 1 answer open before the review: a theme or why there is none.",
        "Add 1 answer",
    )


def test_fields_that_are_missing_are_named_with_a_button_to_fill_them():
    assert step_of(an_epic("reviewing", **REVIEWED)) == (
        "*Next:* 2 answers open before analysis: the stop line, the cost of the MVP.",
        "Add 2 answers",
    )


def test_ready_tells_its_place_in_line_and_what_opens_one():
    epic = an_epic("ready")
    assert step_of(epic, place=2, full=[FULL]) == (
        "*2nd in line.* Payments has 5 of 5 in flight; "
        "a place opens when PAY-9 is done or stopped.",
        "See Payments board",
    )
    assert step_of(epic, place=1) == (
        "*1st in line.* *Next:* testing the MVP. There is a place now.",
        "Move to Testing the MVP",
    )


@pytest.mark.parametrize(
    ("days", "since"), [(0, "since today"), (1, "1 day"), (6, "6 days"), (1_234, "1,234 days")]
)
def test_blocked_says_for_how_long_why_and_who_said_so(days, since):
    epic = an_epic("ready")
    waits = "waits for the contract with the bank"
    epic.blocking = Blocking(reason=waits, by_user_id=ANA, at=MONDAY)
    assert step_of(epic, day=days + 1) == (
        f"*Blocked {since}:* waits for the contract with the bank (@Ana).",
        "Unblock",
    )


def without_decisions():
    """A portfolio in which persevering is a move."""
    portfolio = a_portfolio()
    portfolio.state("implementing").exit_requires = ["mvp_judged"]
    return portfolio


def test_after_two_quiet_weeks_it_is_asked_whether_all_is_still_right():
    epic = an_epic("implementing", phase=Phase.TESTING, portfolio=without_decisions())
    assert step_of(epic, day=15, updated_at=MONDAY) == (
        "Last update 14 days ago. *Is this still right?*",
        "Still right",
    )
    assert step_of(epic, day=14, updated_at=MONDAY)[1] == "Persevere: move to Delivering"


def test_a_tested_mvp_waits_for_its_judgement_and_goes_on_to_delivering():
    epic = an_epic("implementing", phase=Phase.TESTING, portfolio=without_decisions())
    assert step_of(epic) == (
        "*Next:* persevere, pivot or stop, when its MVP has shown enough.",
        "Persevere: move to Delivering",
    )
    epic.phase = Phase.DELIVERING
    assert step_of(epic) == ("*Next:* done, when its outcome is in use.", "Move to Done")


def test_where_a_decision_is_asked_for_it_is_the_next_step_unless_the_epic_is_quiet():
    epic = an_epic("implementing", phase=Phase.TESTING)
    assert a_card(epic).next is NextStep.ASK
    assert step_of(epic)[0].startswith("*Next:* persevere, pivot or stop, when its MVP has shown")
    assert step_of(epic, day=15, updated_at=MONDAY)[1] == "Still right"


def test_what_stood_against_a_go_is_what_is_missing():
    known = {"full_cost_minor": 1, "horizon": 1, "evidence_on": MONDAY.date()}
    epic = an_epic("analyzing", **known)
    go = a_decision(epic, question=Question.GO, electors=[BEN], terms={"way": Way.ALONE}.items())
    go.decide("no", "Nobody has talked to the bank", BEN, MONDAY)
    card = Card(epic, a_step(epic), MONDAY, decision=go)
    assert card.next is NextStep.ASK
    assert written(next_step.next_line(card)) == (
        "*Not yet*, decided {Mon 18 May}: Nobody has talked to the bank. "
        "*Next:* go for the MVP, when the case is clear enough to decide on."
    )
    vote = closed(a_decision(epic, question=Question.GO), "yes", "no", at=MONDAY)
    card = Card(epic, a_step(epic), MONDAY, decision=vote)
    said = written(next_step.next_line(card))
    assert said.startswith("*Not yet*, decided {Mon 18 May}: 1 go, 1 not yet.")


def test_stopped_says_what_was_learned():
    epic = an_epic("stopped")
    card = a_card(epic, "implementing", reason="completion stayed below 63 %")
    card.last.learned = "customers trust the bank page, not ours"
    card.last.released_minor = 19_000_00
    epic.committed_at = card.last.at - timedelta(days=74)
    assert written(next_step.next_line(card)) == (
        "Stopped {Mon 18 May}, after 74 days in flight: completion stayed below 63 %. "
        "€19,000 went back to Payments. Learned: customers trust the bank page, not ours. "
        "Thank you for finding it out."
    )


def test_a_label_inside_a_sentence_begins_small_unless_it_is_letters():
    portfolio = a_portfolio()
    portfolio.state("ready").label = "IT review"
    known = {"full_cost_minor": 1, "horizon": 1, "evidence_on": MONDAY.date()}
    epic = an_epic("analyzing", portfolio=portfolio, go_at=MONDAY, **known)
    assert step_of(epic)[0].startswith("*Next:* IT review, when")


@pytest.mark.parametrize("step", list(NextStep))
def test_every_step_has_words(step):
    cards = {each.next: each for each in every_card()}
    assert next_step.next_line(cards[step])


def every_card():
    """A card at each step there is."""
    blocked = an_epic("ready")
    blocked.blocking = Blocking(reason="waits", by_user_id=ANA, at=MONDAY)
    asked = an_epic(answered_at=MONDAY)
    testing = an_epic("implementing", phase=Phase.TESTING, portfolio=without_decisions())
    delivering = an_epic("implementing", phase=Phase.DELIVERING)
    nowhere = an_epic("implementing", phase=Phase.DELIVERING)
    nowhere.portfolio.states.remove(nowhere.portfolio.state("done"))
    ready = an_epic("ready")
    quiet = {"updated_at": LIVE_AT}
    held = a_decision(testing)
    held.hold(BEN, MONDAY, MONDAY + timedelta(days=1))
    waiting = closed(a_decision(testing), "yes", "yes", at=MONDAY)
    waiting.waiting_for = "there is no place in Delivering"
    return [
        a_card(an_epic("done", done_at=MONDAY)),
        a_card(an_epic("stopped")),
        Card(testing, a_step(testing), MONDAY, decision=a_decision(testing)),
        Card(testing, a_step(testing), MONDAY, decision=held),
        Card(testing, a_step(testing), MONDAY, decision=waiting),
        Card(testing, a_step(testing), MONDAY, lacks_minor=60_000_00, short_minor=40_000_00),
        a_card(blocked),
        a_card(an_epic()),
        Card(asked, a_step(asked), MONDAY, answer=an_answer(AnswerKind.QUESTION, "Which?")),
        a_card(an_epic("reviewing")),
        Card(ready, a_step(ready), MONDAY, full=[FULL], place=3),
        Card(testing, a_step(testing), MONDAY, **quiet),
        a_card(testing),
        a_card(an_epic("implementing", phase=Phase.TESTING)),
        a_card(delivering),
        a_card(nowhere),
    ]
