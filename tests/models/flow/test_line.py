from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow.forecast import NoForecast, finish_of
from models.flow.line import Line, Sample, TooThin, line_of

NOW = datetime(2026, 5, 18, tzinfo=UTC)


def days(*found):
    return np.array(found, dtype=float)


def samples(*counts):
    """The stream's of 26 weeks and the portfolio's of 26, 52 and 104, with so many in each."""
    ways = ((True, 26), (False, 26), (False, 52), (False, 104))
    return [
        Sample(of_stream, weeks, np.arange(1.0, count + 1))
        for (of_stream, weeks), count in zip(ways, counts, strict=True)
    ]


@pytest.mark.parametrize(
    ("counts", "of_stream", "weeks", "n"),
    [
        ((8, 20, 30, 40), True, 26, 8),
        ((7, 20, 30, 40), False, 26, 20),
        ((0, 7, 8, 9), False, 52, 8),
        ((3, 5, 7, 9), False, 104, 9),
    ],
)
def test_the_line_is_of_the_first_sample_of_eight(counts, of_stream, weeks, n):
    line = line_of(samples(*counts))
    assert (line.of_stream, line.weeks, line.n) == (of_stream, weeks, n)


def test_with_fewer_than_eight_anywhere_it_says_how_many_there_are():
    assert line_of(samples(1, 2, 2, 3)) == TooThin(there=3, needed=8)


def test_the_line_and_the_half_are_whole_days_rounded_up():
    line = line_of([Sample(False, 26, days(3.5, 3, 9, 9, 9, 9, 40.1, 50))])
    assert (line.day, line.half_day) == (41, 9)


@given(st.lists(st.floats(0, 5_000), min_size=8, max_size=80))
def test_85_of_100_finished_within_the_line_as_it_is_told(found):
    line = line_of([Sample(False, 26, days(*found))])
    assert isinstance(line, Line)
    assert 100 * sum(day <= line.day for day in found) >= 85 * len(found)
    assert 100 * sum(day <= line.day - 1 for day in found) < 85 * len(found)


def test_a_line_set_by_hand_is_used_only_where_too_few_have_finished():
    thin = [Sample(False, 104, days(3, 4))]
    line = line_of(thin, 120)
    assert (line.day, line.days, line.n, line.by_hand) == (120, 120.0, 0, True)
    assert line_of([Sample(False, 26, days(*range(1, 9)))], 120).by_hand is False
    found = finish_of(NOW - timedelta(days=9), NOW, line)
    assert isinstance(found, NoForecast)
    assert found.why == "the line was set by hand"
