"""Which ballots count, whatever order they came in from different people."""

from hypothesis import given
from hypothesis import strategies as st

from models.decisions.ballots import counted
from models.decisions.votes import Ballot

PEOPLE = ("U0ANA", "U0BEN", "U0CLEO")
presses = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(["stop", "pivot", "abstain", "recused"]),
        st.sampled_from([None, "U0ELI"]),
    ),
    max_size=12,
)


def chosen(pressed):
    """What counts of each who voted, where these came one after the other."""
    ballots = [
        Ballot(number=number, user_id=who, choice=choice, cast_by=by)
        for number, (who, choice, by) in enumerate(pressed, 1)
    ]
    return {who: (each.choice, each.cast_by) for who, each in counted(ballots).items()}


@given(presses, st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_of_different_people_never_matters(pressed, random):
    queues = {who: [each for each in pressed if each[0] == who] for who in PEOPLE}
    shuffled = []
    while any(queues.values()):
        who = random.choice([who for who, queue in queues.items() if queue])
        shuffled.append(queues[who].pop(0))
    assert chosen(shuffled) == chosen(pressed)


@given(presses)
def test_each_elector_counts_once_with_their_own_last_ballot_before_any_of_a_stand_in(pressed):
    for who, (choice, by) in chosen(pressed).items():
        theirs = [each for each in pressed if each[0] == who]
        own = [each for each in theirs if each[2] is None]
        assert (who, choice, by) == (own or theirs)[-1]
