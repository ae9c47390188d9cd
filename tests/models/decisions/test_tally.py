"""Counting: the examples of the rule, and what holds for all votes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decisions.tally import Tally, quorum_of


def counted(*votes, abstained=0, electors=9):
    options = dict(zip(("persevere", "pivot", "stop"), votes, strict=False))
    return Tally(options, abstained, electors, quorum_of(electors))


@pytest.mark.parametrize(
    ("votes", "abstained", "winner"),
    [
        ((0, 0), 5, None),  # of nine, five abstentions pass nothing
        ((3, 2), 0, "persevere"),
        ((4, 2), 0, "persevere"),
        ((4, 4), 0, None),
        ((4, 3, 2), 0, None),
        ((4, 2, 2), 0, None),
        ((3, 3, 3), 0, None),
        ((5, 2, 2), 0, "persevere"),
        ((6, 1, 0), 1, "persevere"),
        ((1, 0, 0), 4, "persevere"),
        ((0, 0, 4), 0, None),  # without quorum
        ((0, 0, 0), 0, None),
    ],
)
def test_more_than_half_of_all_votes_for_options_decides_once_the_quorum_is_there(
    votes, abstained, winner
):
    assert counted(*votes, abstained=abstained).winner == winner


@pytest.mark.parametrize(("electors", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (9, 5)])
def test_the_quorum_is_half_of_the_electors_rounded_down_plus_one(electors, quorum):
    assert quorum_of(electors) == quorum


tallies = st.builds(
    lambda votes, abstained, silent: counted(
        *votes, abstained=abstained, electors=sum(votes) + abstained + silent
    ),
    st.lists(st.integers(0, 60), min_size=2, max_size=3),
    st.integers(0, 60),
    st.integers(0, 60),
)


@given(tallies)
def test_a_winner_has_more_than_all_others_together_and_a_quorum_behind_it(tally):
    if tally.winner is None:
        over = [votes for votes in tally.votes.values() if 2 * votes > tally.chosen]
        assert not tally.has_quorum or not over
        return
    votes = tally.votes[tally.winner]
    assert votes > tally.chosen - votes
    assert 2 * tally.cast > tally.electors


@given(tallies)
def test_who_abstains_instead_of_staying_silent_never_takes_a_win_away(tally):
    if tally.winner is None or not tally.silent:
        return
    more = Tally(tally.votes, tally.abstained + 1, tally.electors, tally.quorum)
    assert more.winner == tally.winner


@given(tallies)
def test_a_vote_more_for_the_winner_never_takes_its_win_away(tally):
    if tally.winner is None or not tally.silent:
        return
    votes = {**tally.votes, tally.winner: tally.votes[tally.winner] + 1}
    assert Tally(votes, tally.abstained, tally.electors, tally.quorum).winner == tally.winner


@given(tallies)
def test_the_order_of_the_options_changes_nothing(tally):
    other = dict(reversed(list(tally.votes.items())))
    assert Tally(other, tally.abstained, tally.electors, tally.quorum).winner == tally.winner


@given(tallies)
def test_every_elector_is_counted_once(tally):
    assert tally.chosen + tally.abstained + tally.silent == tally.electors
