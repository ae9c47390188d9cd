"""Counting: the examples of the rule, and what holds for all votes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decisions.tally import Ends, Tally, quorum_of

NAMES = ("persevere", "pivot", "stop", "wait", "split")


def counted(*votes, abstained=0, electors=9, recused=0):
    options = dict(zip(NAMES, votes, strict=False))
    return Tally(options, abstained, electors, quorum_of(electors), recused)


# of nine


@pytest.mark.parametrize(
    ("votes", "abstained", "winner"),
    [
        ((0, 0), 5, None),  # five abstentions pass nothing
        ((3, 2), 0, "persevere"),
        ((4, 2), 0, "persevere"),
        ((4, 4), 0, None),
        ((2, 3), 4, "pivot"),
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


@pytest.mark.parametrize(
    ("votes", "abstained", "winner"),
    [
        ((0, 0), 5, None),
        ((3, 2), 0, None),  # more than half, and not two thirds
        ((4, 2), 0, "persevere"),  # both
        ((4, 4), 0, None),
        ((6, 3), 0, "persevere"),
        ((5, 3), 0, None),
        ((2, 4), 0, "pivot"),
        ((3, 1), 0, None),  # without quorum
    ],
)
def test_two_thirds_of_all_votes_for_options_decide_once_the_quorum_is_there(
    votes, abstained, winner
):
    assert counted(*votes, abstained=abstained).by_two_thirds().winner == winner


@pytest.mark.parametrize(
    ("votes", "between"),
    [
        ((4, 3, 2), ("persevere", "pivot")),
        ((4, 2, 2), ("persevere", "pivot", "stop")),
        ((3, 3, 3), ("persevere", "pivot", "stop")),
        ((2, 3, 3), ("pivot", "stop")),
        ((1, 1, 3, 3, 1), ("stop", "wait")),
    ],
)
def test_of_three_or_more_the_two_first_and_who_shares_second_place_go_on(votes, between):
    assert counted(*votes).by_majority() == (Ends.SECOND_ROUND, between)


@pytest.mark.parametrize(
    ("votes", "ends", "options"),
    [
        ((5, 4), Ends.DECIDED, ("persevere",)),
        ((3, 4, 2), Ends.DECIDED, ("pivot",)),  # the most decide, also without half
        ((4, 4), Ends.TIED, ("persevere", "pivot")),
        ((3, 3, 3), Ends.TIED, ("persevere", "pivot", "stop")),
        ((2, 2), Ends.NO_QUORUM, ()),
    ],
)
def test_in_a_second_round_the_most_votes_decide_and_of_equals_the_tie_breaker(
    votes, ends, options
):
    assert counted(*votes).by_most() == (ends, options)


@pytest.mark.parametrize("votes", [(0, 0), (0, 0, 0)])
def test_abstentions_alone_end_it_in_either_round(votes):
    tally = counted(*votes, abstained=5)
    for verdict in (tally.by_majority(), tally.by_two_thirds(), tally.by_most()):
        assert verdict == (Ends.NOT_PASSED, ())


@pytest.mark.parametrize(
    ("votes", "abstained", "standing", "ends"),
    [
        ((1, 0), 4, 0, Ends.DECIDED),
        ((8, 1), 0, 1, Ends.NOT_PASSED),
        ((8, 1), 0, 0, Ends.DECIDED),  # it was set aside
        ((0, 1), 4, 0, Ends.NOT_PASSED),  # nobody said that there is none
        ((0, 0), 5, 0, Ends.NOT_PASSED),
        ((4, 0), 0, 0, Ends.NO_QUORUM),
    ],
)
def test_consent_takes_one_without_objection_and_no_objection_left(
    votes, abstained, standing, ends
):
    tally = counted(*votes, abstained=abstained)
    assert tally.by_consent("persevere", standing).ends is ends


# quorum


@pytest.mark.parametrize(("electors", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (9, 5)])
def test_the_quorum_is_half_of_the_electors_rounded_down_plus_one(electors, quorum):
    assert quorum_of(electors) == quorum


def test_who_has_a_stake_in_it_lowers_who_is_asked_and_not_the_quorum():
    tally = counted(4, 0, recused=4)
    assert (tally.asked, tally.quorum, tally.silent) == (5, 5, 1)
    assert tally.can_have_quorum
    assert tally.by_majority().ends is Ends.NO_QUORUM
    gone = Tally({"yes": 4, "no": 0}, 0, 9, 5, recused=1, left=3)
    assert (gone.asked, gone.silent, gone.can_have_quorum) == (5, 1, True)
    assert not counted(4, 0, recused=5).can_have_quorum
    assert counted(electors=3, recused=3).by_most().ends is Ends.NO_QUORUM


# what holds for all votes

sizes = st.integers(0, 60)
tallies = st.builds(
    lambda votes, abstained, silent, recused: counted(
        *votes,
        abstained=abstained,
        electors=sum(votes) + abstained + silent + recused,
        recused=recused,
    ),
    st.lists(sizes, min_size=2, max_size=5),
    sizes,
    sizes,
    st.integers(0, 5),
)
METHODS = (
    Tally.by_majority,
    Tally.by_two_thirds,
    Tally.by_most,
    lambda tally: tally.by_consent("persevere", tally.votes["pivot"]),
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
def test_what_two_thirds_decide_more_than_half_decides_alike(tally):
    if winner := tally.by_two_thirds().winner:
        assert tally.winner == winner


@given(tallies, st.sampled_from(METHODS))
def test_whatever_the_method_nothing_is_decided_without_the_quorum_of_the_opening(tally, method):
    assert (method(tally).ends is Ends.NO_QUORUM) == (tally.cast < quorum_of(tally.electors))


@given(tallies)
def test_a_second_round_has_two_options_or_more_and_none_left_out_has_more_votes(tally):
    verdict = tally.by_majority()
    if verdict.ends is Ends.SECOND_ROUND:
        least = min(tally.votes[name] for name in verdict.options)
        left = [votes for name, votes in tally.votes.items() if name not in verdict.options]
        assert len(verdict.options) >= 2
        assert all(votes < least for votes in left)


@given(tallies)
def test_every_vote_with_its_quorum_ends_after_two_rounds(tally):
    ends = {Ends.DECIDED, Ends.NOT_PASSED, Ends.TIED}
    if tally.has_quorum:
        assert tally.by_most().ends in ends
        assert tally.by_majority().ends in (ends | {Ends.SECOND_ROUND}) - {Ends.TIED}


@given(tallies, st.sampled_from(METHODS))
def test_who_abstains_instead_of_staying_silent_never_takes_a_win_away(tally, method):
    if (winner := method(tally).winner) and tally.silent:
        assert method(replace(tally, abstained=tally.abstained + 1)).winner == winner


@given(tallies, st.sampled_from(METHODS))
def test_a_vote_more_for_the_winner_never_takes_its_win_away(tally, method):
    if (winner := method(tally).winner) and tally.silent:
        votes = {**tally.votes, winner: tally.votes[winner] + 1}
        assert method(replace(tally, votes=votes)).winner == winner


@given(tallies, st.sampled_from(METHODS))
def test_the_order_of_the_options_changes_nothing(tally, method):
    other = replace(tally, votes=dict(reversed(list(tally.votes.items()))))
    assert method(other).ends is method(tally).ends
    assert set(method(other).options) == set(method(tally).options)


@given(tallies)
def test_every_elector_is_counted_once(tally):
    counted_once = tally.chosen + tally.abstained + tally.silent + tally.recused
    assert counted_once == tally.electors
