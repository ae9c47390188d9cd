"""The target's day gone by short of it: when it is asked about, and answered once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.evidence.target import AnsweredAlready, TargetCheck, is_short, short_because
from tests.views.builders import ANA, BEN, MONDAY, an_epic

SUNDAY = date(2026, 5, 17)


def an_mvp(target_on=SUNDAY, baseline=61, target=68):
    return an_epic(
        "implementing",
        indicator="Completion, %",
        baseline=baseline and Decimal(baseline),
        target=target and Decimal(target),
        target_on=target_on,
    )


@pytest.mark.parametrize(
    ("epic", "value", "short"),
    [
        (an_mvp(), "64.2", True),
        (an_mvp(), "68", False),
        (an_mvp(), "70", False),
        (an_mvp(target_on=MONDAY.date()), "64.2", False),
        (an_mvp(target_on=None), "64.2", False),
        (an_mvp(baseline=40, target=20), "21", True),
        (an_mvp(baseline=40, target=20), "19", False),
        (an_mvp(baseline=None), "64.2", False),
    ],
)
def test_it_is_short_once_the_day_has_gone_by_and_the_figure_is_not_there(epic, value, short):
    assert is_short(epic, Decimal(value), MONDAY) is short


def test_it_says_what_was_to_be_and_what_is():
    assert short_because(an_mvp(), Decimal("64.2"), SUNDAY) == (
        "Completion was to be at 68 % by 17 May 2026, and is at 64.2 %."
    )


def test_the_owner_has_three_working_days_and_one_answer():
    check = TargetCheck.of(an_mvp(), Decimal("64.2"), MONDAY)
    assert (check.needed_on, check.target_on) == (date(2026, 5, 21), SUNDAY)
    check.answer("two markets began in August", ANA, MONDAY + timedelta(days=1))
    assert (check.because, check.answered_by) == ("two markets began in August", ANA)
    with pytest.raises(AnsweredAlready, match="answered already: /epic show PAY-12 says"):
        check.answer(None, BEN, MONDAY)
