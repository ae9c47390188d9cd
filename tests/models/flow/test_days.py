from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import days_between
from models.flow.days import days_taken, microseconds, moment_of, whole_weeks

BERLIN = ZoneInfo("Europe/Berlin")
CENTURY_US = 100 * 365 * 86_400 * 10**6
MOMENTS = st.integers(0, CENTURY_US).map(moment_of)
"""From 1970 on."""


def test_from_5_march_to_18_may_is_day_74_and_the_day_itself_is_0():
    march = datetime(2026, 3, 5, 22, tzinfo=UTC)
    assert days_between(march, datetime(2026, 5, 18, 7, tzinfo=UTC), BERLIN) == 74
    assert days_between(march, march, BERLIN) == 0
    assert days_between(march, march + timedelta(hours=1), BERLIN) == 1  # midnight there


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        (datetime(2026, 5, 17, 21, 59, 58, tzinfo=UTC), "2026-05-11"),
        (datetime(2026, 5, 17, 21, 59, 59, tzinfo=UTC), "2026-05-18"),
        (datetime(2026, 5, 18, 7, tzinfo=UTC), "2026-05-18"),
    ],
)
def test_a_week_is_whole_from_its_last_second_in_the_zone_on(moment, ends):
    bounds = whole_weeks(moment, BERLIN, 26)
    assert f"{bounds[-1]:%Y-%m-%d}" == ends
    assert len(bounds) == 27


@given(MOMENTS, st.integers(1, 104))
def test_weeks_are_mondays_midnights_that_follow_each_other(moment, count):
    bounds = whole_weeks(moment, BERLIN, count)
    assert all((b.weekday(), b.hour, b.minute) == (0, 0, 0) for b in bounds)
    days = [b.date() for b in bounds]
    assert [(b - a).days for a, b in pairwise(days)] == [7] * count
    assert bounds[-1] <= moment + timedelta(seconds=1) < bounds[-1] + timedelta(days=7, hours=1)


@given(MOMENTS)
def test_a_moment_comes_back_from_its_microseconds(moment):
    assert moment_of(microseconds(moment)) == moment


@pytest.mark.parametrize(
    ("since", "until", "days"), [(1, 20, 19), (20, 20, 0), (20, 1, None), (None, 1, None)]
)
def test_what_was_done_before_it_was_committed_took_no_number_of_days(since, until, days):
    ends = [day and datetime(2026, 5, day, tzinfo=UTC) for day in (since, until)]
    assert days_taken(*ends) == days
