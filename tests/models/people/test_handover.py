"""What is someone's goes to another, all or a part. No database."""

import pytest

from models.people.handover import (
    Holding,
    Holdings,
    Kind,
    NothingChosen,
    OwnsOtherThings,
    TheirsAlready,
)

BEN, CLEO = "U0BEN", "U0CLEO"
EPICS, STREAMS = [Holding(1, "PAY-1"), Holding(2, "PAY-2")], [Holding(1, "Payments")]
HELD = Holdings(BEN, {Kind.EPICS: EPICS, Kind.STREAMS: STREAMS})


def test_a_part_is_what_was_chosen_of_what_there_is():
    assert HELD.part_for(CLEO, list(Kind), None) == {Kind.EPICS: EPICS, Kind.STREAMS: STREAMS}
    assert HELD.part_for(CLEO, [Kind.STREAMS, Kind.ROLES], HELD.stamp) == {Kind.STREAMS: STREAMS}


@pytest.mark.parametrize("kinds", [[], [Kind.ROLES]])
def test_something_is_handed_over(kinds):
    with pytest.raises(NothingChosen):
        HELD.part_for(CLEO, kinds, None)


def test_nobody_is_handed_what_is_theirs():
    with pytest.raises(TheirsAlready):
        HELD.part_for(BEN, [Kind.EPICS], None)


def test_a_form_that_showed_other_things_is_not_taken():
    before = Holdings(BEN, {Kind.EPICS: EPICS})
    with pytest.raises(OwnsOtherThings):
        HELD.part_for(CLEO, [Kind.EPICS], before.stamp)
