import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow.percentiles import Spread, nearest_rank

DAYS = st.lists(st.floats(0, 10_000), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("percent", "value"), [(5, 15), (30, 20), (40, 20), (50, 35), (85, 50), (100, 50)]
)
def test_the_nearest_rank_of_a_small_sample(percent, value):
    assert nearest_rank([35, 20, 15, 50, 40], percent) == value


@given(DAYS, st.integers(1, 100))
def test_it_is_the_smallest_value_with_that_share_at_or_below_it(days, percent):
    found = nearest_rank(days, percent)
    assert found in days
    assert 100 * sum(day <= found for day in days) >= percent * len(days)
    assert 100 * sum(day < found for day in days) < percent * len(days)


def test_an_empty_sample_says_only_that_it_is():
    assert Spread.of(np.array([])) == Spread(0, {}, None, None, None)
