from decimal import Decimal

from models.board.content import OutcomesTold, ReadingTold


def test_what_was_read_of_an_epic_goes_with_its_name_and_the_count_of_outcomes_stays():
    ours = ReadingTold(id=1, key="PAY-1", figure="Completion", value=Decimal(64))
    secret = ReadingTold(id=2, key="PAY-2", figure="Refusals", value=Decimal(3))
    of_before = ReadingTold(key="PAY-3", figure="Calls", value=Decimal(9))
    outcomes = OutcomesTold(reached=1, told=2, read=(ours, secret, of_before))
    assert outcomes.names == {1, 2}
    assert outcomes.without({2}) == OutcomesTold(reached=1, told=2, read=(ours, of_before))
