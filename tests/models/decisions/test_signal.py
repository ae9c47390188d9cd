"""What is measured and speaks for a decision: when it is asked about, and answered once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from models.decisions.signal import (
    AnsweredAlready,
    SignalCheck,
    has_crossed,
    past_line,
    short_of_target,
    used_up,
)
from models.portfolio.portfolio import Phase
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
    assert (short_of_target(epic, Decimal(value), MONDAY) is not None) is short


def test_it_says_what_was_to_be_and_what_is():
    assert short_of_target(an_mvp(), Decimal("64.2"), MONDAY).says == (
        "Completion was to be at 68 % by 17 May 2026, and is at 64.2 %."
    )


@pytest.mark.parametrize(
    ("cost", "spent", "phase", "says"),
    [
        (6_000_000, 5_999_999, Phase.TESTING, None),
        (6_000_000, 6_000_000, Phase.TESTING, "cost €60k, and all of it has been spent."),
        (6_000_000, 6_210_000, Phase.TESTING, "cost €60k, and €62.1k has been spent."),
        (6_000_000, 6_210_000, Phase.DELIVERING, None),
        (None, 6_210_000, Phase.TESTING, None),
        (0, 6_210_000, Phase.TESTING, None),
    ],
)
def test_an_mvp_is_asked_about_once_it_has_spent_what_it_was_to_cost(cost, spent, phase, says):
    found = used_up(an_epic("implementing", phase=phase, mvp_cost_minor=cost), spent)
    assert (found and found.says) == (says and f"The MVP was to {says}")


BERLIN = ZoneInfo("Europe/Berlin")
COMMITTED = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
"""The sixth in Berlin."""


@pytest.mark.parametrize(
    ("here_since", "at", "crossed"),
    [
        (datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 4, 16, 12, tzinfo=UTC), False),
        (datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 4, 16, 23, tzinfo=UTC), True),
        (datetime(2026, 4, 16, 12, tzinfo=UTC), datetime(2026, 5, 16, tzinfo=UTC), True),
        (datetime(2026, 4, 17, 12, tzinfo=UTC), datetime(2026, 5, 16, tzinfo=UTC), False),
    ],
)
def test_the_line_is_crossed_by_days_of_the_zone_and_not_where_it_was_past_it_before(
    here_since, at, crossed
):
    assert has_crossed(100, COMMITTED, here_since, at, BERLIN) is crossed


def test_it_says_its_day_and_by_which_epics_the_line_is_drawn():
    epic = an_epic("implementing", committed_at=MONDAY - timedelta(days=143))
    assert past_line(epic, 120, "drawn from 27", MONDAY).says == (
        "It is on day 143, and 85 of 100 epics finish by day 120 (drawn from 27)."
    )


def test_the_owner_has_three_working_days_and_one_answer():
    epic = an_mvp()
    check = SignalCheck.of(epic, short_of_target(epic, Decimal("64.2"), MONDAY), MONDAY)
    assert (check.needed_on, check.mark) == (date(2026, 5, 21), "2026-05-17")
    check.answer("two markets began in August", ANA, MONDAY + timedelta(days=1))
    assert (check.because, check.answered_by) == ("two markets began in August", ANA)
    with pytest.raises(AnsweredAlready, match="/epic show PAY-12 shows where it stands"):
        check.answer(None, BEN, MONDAY)
