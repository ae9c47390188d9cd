"""What is asked where a decision is opened, or recorded as it was taken in the room."""

from datetime import date, timedelta

import pytest

from models.decisions.form import DecisionForm, RecordForm, WithdrawForm
from models.errors import FieldMistakes

TODAY = date(2026, 5, 18)
CHOICES = [("Persevere", "persevere"), ("Pivot", "pivot"), ("Stop", "stop")]
OPENING = {"today": TODAY, "last": TODAY + timedelta(days=28), "options": CHOICES, "moves": True}
RECORDING = {"today": TODAY, "options": CHOICES, "order": "persevere, pivot, stop"}
RECORDED = {"outcome": "persevere", "why": "64 % after six weeks", "present": "U0BEN"}


def refused(form, answers, facts):
    """What is said, by the fields at which it stands."""
    try:
        form.read(answers, facts)
    except FieldMistakes as found:
        return found.errors
    return {}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("Spain", "Write two to 5 answers, each on a line of its own."),
        ("1\n2\n3\n4\n5\n6", "Write two to 5 answers, each on a line of its own."),
        ("Spain\nspain", "Two answers are the same. Write each once."),
        ("a\n" + "b" * 41, "An answer has up to 40 characters, to fit on a button."),
        ("Spain\n\nFrance", None),
        (None, None),
    ],
)
def test_a_free_question_has_two_to_five_answers_that_differ(answers, said):
    asked = {"asks": "Which market?", "answers": answers, "closes_on": "2026-05-25"}
    found = refused(DecisionForm, asked, OPENING | {"free": True})
    assert found == ({"answers": said} if said else {})


def test_a_free_question_is_written():
    found = refused(DecisionForm, {"asks": " ", "closes_on": "2026-05-25"}, OPENING | {"free": 1})
    assert found == {"asks": "Write the question as people will read it."}


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ("2026-05-25", "Choose a day after it closes."),
        ("2026-05-26", None),
        ("2028-05-15", None),
        ("2028-05-16", "15 May 2028 at the latest."),
    ],
)
def test_it_is_looked_at_again_after_it_closes_and_within_two_years(again, said):
    answers = {"closes_on": "2026-05-25", "look_again_on": again}
    assert refused(DecisionForm, answers, OPENING) == ({"look_again_on": said} if said else {})


@pytest.mark.parametrize(
    ("closes_on", "is_taken"),
    [("2026-05-18", False), ("2026-05-19", True), ("2026-06-15", True), ("2026-06-16", False)],
)
def test_people_can_vote_until_tomorrow_at_least_and_no_decision_drags_on(closes_on, is_taken):
    found = refused(DecisionForm, {"closes_on": closes_on}, OPENING)
    assert list(found) == ([] if is_taken else ["closes_on"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcome": None}, {"outcome": "Choose what was decided."}),
        ({"counted": "2, 1, 0"}, {}),
        (
            {"counted": "2, 1"},
            {"counted": "Write 3 numbers, such as 6, 1, 0: persevere, pivot, stop."},
        ),
        (
            {"counted": "2, 1, -1"},
            {"counted": "Write 3 numbers, such as 6, 1, 0: persevere, pivot, stop."},
        ),
        ({"link": "https://example.com/minutes"}, {}),
        (
            {"link": "minutes of May"},
            {"link": "Write the whole address, beginning with https://."},
        ),
    ],
)
def test_what_was_decided_in_the_room_is_named_and_counted_by_its_options(more, said):
    assert refused(RecordForm, RECORDED | more, RECORDING) == said


def test_who_withdraws_a_decision_says_why():
    assert refused(WithdrawForm, {"why": " "}, {}) == {"why": "A reason is needed."}
