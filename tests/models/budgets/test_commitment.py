"""What a decision commits: the MVP's cost at go, the rest at persevere, what is left at the end."""

import pytest

from models.budgets.commitments.commitment import Claim, Costs, claim_of, release_moves
from models.budgets.ledger import Move, Purpose, committed, free
from models.decisions.question import Choice, Question

GO, MVP = Question.GO, Question.MVP


@pytest.mark.parametrize(
    ("question", "outcome", "costs", "claim"),
    [
        (GO, Choice.YES, Costs(60, 420), Claim(60)),
        (GO, Choice.YES, Costs(None, 420), Claim(0)),
        (GO, Choice.YES, Costs(80, 420, decided=60), Claim(20)),
        (GO, Choice.YES, Costs(50, 420, decided=60), Claim(-10)),
        (GO, Choice.NO, Costs(60, 420, decided=60), Claim(-60)),
        (MVP, Choice.PERSEVERE, Costs(60, 420, decided=60), Claim(360)),
        (MVP, Choice.PERSEVERE, Costs(60, 420), Claim(360)),
        (MVP, Choice.PERSEVERE, Costs(80, 420, decided=60), Claim(360)),
        (MVP, Choice.PERSEVERE, Costs(60, None, decided=60), Claim(0)),
        (MVP, Choice.PERSEVERE, Costs(60, 50, decided=60), Claim(0)),
        (MVP, Choice.STOP, Costs(60, 420, decided=60), None),
        (MVP, None, Costs(60, 420), None),
        (Question.FREE, Choice.YES, Costs(60, 420), None),
    ],
)
def test_go_commits_the_mvp_and_persevere_the_rest_less_what_was_decided(
    question, outcome, costs, claim
):
    assert claim_of(question, outcome, costs) == claim


def test_what_of_the_rest_falls_into_this_period_is_committed_and_the_remainder_promised():
    costs = Costs(60, 420, decided=60)
    assert claim_of(MVP, Choice.PERSEVERE, costs, 100) == Claim(100, promised=260)
    assert claim_of(MVP, Choice.PERSEVERE, costs, 0) == Claim(0, promised=360)
    assert claim_of(MVP, Choice.PERSEVERE, costs, 500) == Claim(360)


@pytest.mark.parametrize(("available", "short"), [(360, 0), (359, 1), (0, 360), (-10, 370)])
def test_what_is_short_is_what_the_stream_lacks_to_the_last_cent(available, short):
    assert Claim(360).short(available) == short
    assert Claim(-1).short(available) == 0


def test_no_more_is_released_than_is_left_and_than_is_asked():
    epic = Purpose(7)
    left = {(committed(1), epic): 30, (committed(2), epic): 20}
    first, second = (Move(committed(1), free(1), 30, epic), Move(committed(2), free(2), 20, epic))
    assert release_moves(left) == [first, second]
    assert release_moves(left, 30) == [first]
    assert release_moves(left, 45)[1].minor == 15
