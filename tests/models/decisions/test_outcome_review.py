"""When an owner is asked what became of it, and what the last reading proposes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.decisions.follow_up.outcome_review import (
    Became,
    NoOutcomeYet,
    Occasion,
    OutcomeForm,
    OutcomeReview,
    asked_after_done,
    check_has_outcome,
    proposed,
)
from models.portfolio.portfolio import Phase
from tests.views.builders import ANA, MONDAY, an_epic

DONE_ON = date(2026, 8, 3)
WEEK = timedelta(weeks=1)


def a_review(occasion=Occasion.FOUR_WEEKS, became=None, due_on=DONE_ON + 4 * WEEK):
    return OutcomeReview(occasion=occasion, became=became, due_on=due_on)


def asked(weeks, *before):
    found = asked_after_done(DONE_ON, DONE_ON + weeks * WEEK, before)
    return found and found[0].value


def test_it_is_asked_four_weeks_after_done_and_after_twelve():
    assert [asked(n) for n in (0, 3.9, 4, 7.9, 8, 11.9)] == [
        *(None, None, "four weeks", "four weeks", None, None)
    ]
    assert asked_after_done(DONE_ON, date(2026, 9, 4), ()) == (
        Occasion.FOUR_WEEKS,
        date(2026, 8, 31),
    )
    assert [asked(n) for n in (12, 15.9, 16, 300)] == ["twelve weeks", "twelve weeks", None, None]


def test_it_is_asked_once_and_not_while_a_question_is_open():
    assert asked(5, a_review()) is None
    assert asked(5, a_review(became=Became.PARTLY)) is None
    assert asked(12, a_review()) is None
    look_again = a_review(Occasion.DECISION, due_on=DONE_ON + 6 * WEEK)
    assert asked(5, look_again) == "four weeks"
    assert asked(12, look_again) is None
    assert asked(13, a_review(Occasion.TWELVE_WEEKS, Became.PARTLY)) is None


@pytest.mark.parametrize(
    ("became", "again"),
    [
        (Became.REACHED, None),
        (Became.NO, None),
        (Became.PARTLY, "twelve weeks"),
        (Became.NOT_MEASURED, "twelve weeks"),
    ],
)
def test_after_twelve_weeks_it_is_asked_where_it_was_neither_reached_nor_given_up(became, again):
    assert asked(12, a_review(became=became)) == again


def test_what_was_said_before_four_weeks_are_over_may_settle_it():
    for became, before, since in (
        (Became.REACHED, None, None),
        (Became.NO, "four weeks", None),
        (Became.NOT_MEASURED, "four weeks", "four weeks"),
    ):
        looked = a_review(Occasion.DECISION, became, DONE_ON - WEEK)
        assert asked(4, looked) == before
        assert asked(4, a_review(Occasion.UNASKED, became, DONE_ON)) == since


@pytest.mark.parametrize(
    ("baseline", "target", "last", "became"),
    [
        (61, 68, 68, "reached"),
        (61, 68, 70, "reached"),
        (61, 68, "64.5", "partly"),
        (61, 68, "64.4", "no"),
        (61, 68, 60, "no"),
        (40, 20, 20, "reached"),
        (40, 20, 30, "partly"),
        (40, 20, "30.1", "no"),
        (40, 20, 45, "no"),
        (61, 68, None, None),
        (None, 68, 64, None),
        (61, None, 64, None),
        (61, 61, 61, None),
    ],
)
def test_the_last_reading_proposes_reached_at_the_target_and_partly_from_half_of_the_way(
    baseline, target, last, became
):
    figures = [None if each is None else Decimal(each) for each in (baseline, target, last)]
    assert proposed(*figures) == became


def test_an_answer_settles_what_is_due_and_one_of_reached_also_what_is_not():
    later = a_review(Occasion.DECISION, due_on=DONE_ON + 6 * WEEK)
    today = DONE_ON + 4 * WEEK
    assert a_review().is_answered_by(Became.PARTLY, today)
    assert not later.is_answered_by(Became.PARTLY, today)
    assert later.is_answered_by(Became.REACHED, today)
    assert not a_review(became=Became.NO).is_answered_by(Became.REACHED, today)


def test_an_answer_is_kept_with_who_gave_it():
    review = OutcomeReview.of(an_epic("done"), Occasion.FOUR_WEEKS, DONE_ON)
    review.answer(OutcomeForm(became=Became.PARTLY, note="Spain was flat"), ANA, MONDAY)
    assert (review.became, review.note) == ("partly", "Spain was flat")
    assert (review.by_user_id, review.at) == (ANA, MONDAY)


def test_an_outcome_is_recorded_from_delivering_on():
    check_has_outcome(an_epic("done"))
    check_has_outcome(an_epic("implementing", phase=Phase.DELIVERING))
    with pytest.raises(NoOutcomeYet, match=r"Testing the MVP\. Its outcome can be recorded once"):
        check_has_outcome(an_epic("implementing", phase=Phase.TESTING))
    with pytest.raises(NoOutcomeYet, match=r"in Stopped, so no outcome is expected"):
        check_has_outcome(an_epic("stopped"))
