"""Decisions of before, counted anew by their rule. No database."""

from decimal import Decimal

import pytest

from models.decisions.register.past import Agreement, agreement, passes, reads_as, tally_of

HALF, TWO_THIRDS = None, Decimal("66.7")


@pytest.mark.parametrize(
    ("votes", "threshold", "passed"),
    [
        ((3, 2, 0, 9), HALF, True),
        ((3, 2, 0, 9), TWO_THIRDS, False),
        ((4, 2, 0, 9), TWO_THIRDS, True),
        ((4, 4, 0, 9), HALF, False),
        ((0, 0, 5, 9), HALF, False),
        ((0, 0, 5, 9), TWO_THIRDS, False),
        ((3, 0, 1, 9), HALF, False),  # four of nine are no quorum
        ((3, 0, 2, 9), HALF, True),
        ((1, 0, 0, None), HALF, True),  # of nobody knows how many
        ((2, 1, 0, 4), Decimal(66), True),
        ((2, 1, 0, 4), Decimal(67), True),
        ((9, 0, 0, 9), Decimal(75), None),
        ((2, 1, 0, 3), Decimal(50), True),
    ],
)
def test_votes_pass_by_more_than_half_or_by_two_thirds(votes, threshold, passed):
    assert passes(tally_of(*votes), threshold) is passed


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("Accepted", True),
        ("not_passed", False),
        ("No-Go", False),
        ("Go", True),
        ("deferred", None),
        ("", None),
    ],
)
def test_an_outcome_says_yes_or_no_or_neither(outcome, says):
    assert reads_as(outcome) is says


def test_an_outcome_agrees_or_not_or_cannot_be_counted():
    won, tie = tally_of(3, 2, 0, 5), tally_of(3, 3, 4, 10)
    assert agreement(won, None, "accepted") is Agreement.AGREES
    assert agreement(tie, None, "rejected") is Agreement.AGREES
    assert agreement(tie, None, "accepted") is Agreement.DISAGREES
    unknown = [(None, None, "accepted"), (won, None, "deferred"), (won, Decimal(75), "accepted")]
    assert {agreement(*each) for each in unknown} == {Agreement.UNKNOWN}
