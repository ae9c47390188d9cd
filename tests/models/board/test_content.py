from decimal import Decimal

from models.board.content import FrozenOutcomes, FrozenReading


def test_what_was_read_of_an_epic_goes_with_its_name_and_the_count_of_outcomes_stays():
    ours = FrozenReading(id=1, key="PAY-1", figure="Completion", value=Decimal(64))
    secret = FrozenReading(id=2, key="PAY-2", figure="Refusals", value=Decimal(3))
    of_before = FrozenReading(key="PAY-3", figure="Calls", value=Decimal(9))
    outcomes = FrozenOutcomes(reached=1, recorded=2, read=(ours, secret, of_before))
    assert outcomes.names == {1, 2}
    assert outcomes.without({2}) == FrozenOutcomes(reached=1, recorded=2, read=(ours, of_before))


def test_outcomes_are_stored_under_the_name_they_had_before():
    kept = {"reached": 1, "told": 2, "not_measured": 0, "read": ()}
    outcomes = FrozenOutcomes(reached=1, recorded=2)
    assert (FrozenOutcomes.model_validate(kept), outcomes.model_dump(by_alias=True)) == (
        outcomes,
        kept,
    )
