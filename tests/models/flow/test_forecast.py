"""Forecasts are exact, not sampled."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow.forecast import FinishForecast, NoForecast, Pace, backtest, finish_of
from models.flow.line import Line, Sample, whole

COUNTS = st.lists(st.integers(0, 6), min_size=1, max_size=6)
MORE = st.integers(1, 4)
MONDAY = datetime(2026, 5, 18, 7, tzinfo=UTC)


def by_hand(counts, weeks, items):
    """How likely so many or more are, each draw of weeks written out."""
    sums = Counter(sum(drawn) for drawn in product(counts, repeat=weeks))
    return sum(n for count, n in sums.items() if count >= items), len(counts) ** weeks


@given(COUNTS, MORE, st.sampled_from([50, 70, 85, 95]))
def test_at_least_is_the_largest_count_that_reaches_the_confidence(counts, weeks, percent):
    found = Pace(counts).at_least(weeks, percent)
    reached, of = by_hand(counts, weeks, found)
    assert 100 * reached >= percent * of
    more, of = by_hand(counts, weeks, found + 1)
    assert 100 * more < percent * of


@given(COUNTS, MORE, st.sampled_from([50, 85, 95]))
def test_weeks_for_is_the_smallest_number_of_weeks_that_reaches_it(counts, items, percent):
    found = Pace(counts).weeks_for(items, percent)
    if found is None:
        assert not any(counts)
        return
    if len(counts) ** found > 50_000:
        return
    reached, of = by_hand(counts, found, items)
    assert 100 * reached >= percent * of
    fewer, of = by_hand(counts, found - 1, items)
    assert 100 * fewer < percent * of


@given(COUNTS, st.integers(1, 30), st.integers(1, 40))
def test_more_weeks_never_finish_less_and_more_confidence_never_promises_more(counts, weeks, items):
    pace = Pace(counts)
    for percent in (50, 85, 95):
        assert pace.at_least(weeks + 1, percent) >= pace.at_least(weeks, percent)
    assert pace.at_least(weeks, 95) <= pace.at_least(weeks, 85) <= pace.at_least(weeks, 50)
    if any(counts):
        assert pace.weeks_for(items, 95) >= pace.weeks_for(items, 85)
        assert pace.weeks_for(items + 1, 85) >= pace.weeks_for(items, 85)


@pytest.mark.parametrize("source", ["python-peps", "kubernetes-keps"])
def test_a_real_portfolio_is_forecast_as_its_reference_says(real_data, source):
    reference = json.loads((real_data / source / "reference.json").read_text())
    for as_of in reference["as_of"]:
        pace = Pace([week["done"] for week in as_of["throughput_26_iso_weeks"]])
        for name, expected in as_of["forecast_exact"].items():
            number = int(name.split("_")[-2])
            if name.startswith("weeks"):
                assert {p: pace.weeks_for(number, int(p)) for p in expected} == expected
            else:
                counts = expected["at_least_with_confidence"]
                assert {p: pace.at_least(number, int(p)) for p in counts} == counts
                assert pace.mean(number) == pytest.approx(expected["mean"], abs=1e-6)


def test_where_next_to_nothing_finishes_no_week_is_named_beyond_a_thousand():
    assert Pace([0] * 26).weeks_for(1, 50) is None
    assert Pace([0] * 25 + [1]).weeks_for(900, 85) is None
    assert Pace([0] * 25 + [1]).weeks_for(1, 50) == 18


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ([7] + [0] * 25, "needs 8 finished epics in 26 weeks, there are 7"),
        ([5, 5, 5, 5] + [0] * 22, "needs 5 weeks in which an epic finished, there are 4 of 26"),
        ([4, 1, 1, 1, 1] + [0] * 21, None),
    ],
)
def test_people_are_shown_none_where_the_sample_is_thin(counts, why):
    assert Pace(counts).too_thin == why


def a_line(*days):
    sample = Sample(of_stream=False, weeks=26, days=np.array(days, dtype=np.float64))
    return Line(whole(sample.days, 85), whole(sample.days, 50), sample)


def test_an_epic_is_forecast_from_those_that_took_longer_than_it_has():
    line = a_line(*range(10, 200, 10))  # 10, 20 ... 190
    found = finish_of(MONDAY - timedelta(days=100), MONDAY, line)
    assert found == FinishForecast(
        half_days=150,
        most_days=180,
        n=9,
        of=19,
        half_at=MONDAY + timedelta(days=50),
        most_at=MONDAY + timedelta(days=80),
    )
    assert finish_of(MONDAY - timedelta(days=110), MONDAY, line).n == 8
    none = finish_of(MONDAY - timedelta(days=120), MONDAY, line)
    assert none == NoForecast(7, 19)
    assert none.why == "7 of the 19 took longer than it has"


@given(st.lists(st.integers(0, 400), min_size=8, max_size=40), st.integers(0, 400))
def test_a_forecast_is_a_member_of_the_sample_and_never_earlier_than_the_line(days, age):
    line = a_line(*days)
    found = finish_of(MONDAY - timedelta(days=age), MONDAY, line)
    if isinstance(found, FinishForecast):
        assert {found.half_days, found.most_days} <= set(days)
        assert found.most_days >= line.days
        assert found.half_days > age


def test_looking_back_a_months_forecast_is_drawn_from_the_weeks_before_it_and_held_to_those_after():
    mondays = [(MONDAY + timedelta(weeks=week)).date() for week in range(50)]
    found = backtest(mondays, [2] * 40 + [0] * 10)
    assert [str(each.on) for each in found.trials] == [
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]
    assert [each.forecast[4, 85] for each in found.trials] == [8, 8, 8, 8, 4]
    assert [each.came[4] for each in found.trials] == [8, 8, 6, 0, 0]
    assert [each.came.get(12) for each in found.trials] == [24, 16, 6, None, None]
    assert (found.held(4, 50), found.held(4, 85), found.held(12, 85)) == ((2, 5), (2, 5), (1, 3))
    thin = backtest(mondays, [0] * 50)
    assert thin.trials[0].thin == "needs 8 finished epics in 26 weeks, there are 0"
    assert (thin.held(4, 50), backtest([], []).trials) == ((0, 0), [])
