from itertools import accumulate
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow.noise import Compared, bursts, compare, differ

COUNTS = st.lists(st.integers(0, 40), min_size=13, max_size=13)


def evenly(count, weeks=13):
    return [(count + place) // weeks for place in range(weeks)]


@pytest.mark.parametrize(
    ("a", "b", "differs"),
    [
        (0, 0, False),
        (5, 0, False),
        (6, 0, True),
        (15, 13, False),
        (20, 8, True),
        (19, 8, False),
        (9, 8, False),
    ],
)
def test_two_counts_differ_where_chance_is_below_5_percent(a, b, differs):
    assert differ(a, b) == differ(b, a) == differs


def test_two_counts_differ_exactly_where_the_sum_of_the_tail_says_so():
    for n in range(1, 200):
        tails = accumulate(comb(n, i) for i in range(n // 2 + 1))
        assert [differ(n - k, k) for k in range(n // 2 + 1)] == [40 * t < 2**n for t in tails]


@pytest.mark.parametrize(
    ("a", "b", "differs"), [(50_310, 49_689, True), (50_309, 49_690, False), (99_999, 0, True)]
)
def test_counts_of_a_hundred_thousand_are_compared_as_well(a, b, differs):
    assert differ(a, b) is differs


@pytest.mark.parametrize(
    ("lately", "before", "said"),
    [
        (evenly(15), evenly(13), Compared.USUAL),
        (evenly(25), evenly(8), Compared.MORE),
        (evenly(8), evenly(25), Compared.FEWER),
        ([17, *evenly(8, 12)], evenly(8), Compared.USUAL),
        ([40, 1], [12], Compared.USUAL),
        ([], [], Compared.USUAL),
    ],
)
def test_more_is_said_only_where_it_holds_without_the_largest_week(lately, before, said):
    assert compare(lately, before) is said


@given(COUNTS, COUNTS)
def test_more_one_way_is_fewer_the_other_way_and_never_against_the_counts(lately, before):
    other = {Compared.MORE: Compared.FEWER, Compared.FEWER: Compared.MORE}
    said = compare(lately, before)
    assert compare(before, lately) is other.get(said, Compared.USUAL)
    if said is not Compared.USUAL:
        assert differ(sum(lately), sum(before))
        assert (said is Compared.MORE) == (sum(lately) > sum(before))


@given(COUNTS)
def test_the_same_again_is_never_more_or_fewer(counts):
    assert compare(counts, counts) is Compared.USUAL


@pytest.mark.parametrize(
    ("weeks", "places"),
    [([0, 1, 5, 3], [2]), ([1, 2, 2, 1], []), ([3, 0, 3], [0, 2]), ([0, 0], []), ([0, 1], [1])],
)
def test_a_week_that_holds_half_or_more_is_found(weeks, places):
    assert bursts(weeks) == places
