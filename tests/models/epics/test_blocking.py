"""What blocks an epic: one reason at a time, with an end, and none for what has ended."""

from datetime import UTC, datetime

import pytest

from models.epics.blocking import LONGEST, AlreadyBlocked, AlreadyEnded, NotBlocked
from models.errors import FieldMistakes
from tests.views.builders import ANA, BEN, MONDAY, an_epic

LATER = MONDAY.replace(day=25)
LATE_ON_MONDAY = datetime(2026, 5, 18, 22, 30, tzinfo=UTC)
"""Tuesday in Berlin."""


def test_an_epic_is_blocked_for_a_reason_until_it_is_unblocked():
    epic = an_epic("reviewing")
    blocking = epic.block(" waits for the bank ", ANA, MONDAY)
    assert (blocking.reason, blocking.by_user_id, blocking.at) == (
        "waits for the bank",
        ANA,
        MONDAY,
    )
    assert epic.blocking is blocking
    epic.unblock(BEN, LATER)
    assert (blocking.ended_by, blocking.ended_at, epic.blocking) == (BEN, LATER, None)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("  ", "Say what it waits for, so that someone can help."),
        ("x" * (LONGEST + 1), "Up to 500 characters, please; this has 501."),
    ],
)
def test_a_reason_is_needed_and_is_not_a_novel(reason, sentence):
    epic = an_epic("reviewing")
    with pytest.raises(FieldMistakes) as refused:
        epic.block(reason, ANA, MONDAY)
    assert refused.value.errors == {"reason": sentence}
    assert epic.blocking is None


def test_a_second_reason_waits_until_the_first_one_has_ended():
    epic = an_epic("reviewing")
    first = epic.block("waits for the bank", ANA, MONDAY)
    with pytest.raises(AlreadyBlocked) as refused:
        epic.block("waits for legal", BEN, LATER)
    assert refused.value.sentence == (
        "PAY-12 is already blocked: waits for the bank. Unblock it first."
    )
    assert epic.blocking is first


def test_what_is_not_blocked_is_not_unblocked():
    with pytest.raises(NotBlocked, match="PAY-12 is not blocked"):
        an_epic("reviewing").unblock(BEN, MONDAY)


def test_what_has_ended_is_not_blocked_and_says_since_which_day_by_the_clock_there():
    with pytest.raises(AlreadyEnded) as refused:
        an_epic("stopped", since=LATE_ON_MONDAY).block("the contract", ANA, LATER)
    assert refused.value.sentence == (
        "PAY-12 has been in Stopped since 19 May 2026, so it can no longer be blocked."
    )


@pytest.mark.parametrize(("to", "ends"), [("ready", False), ("done", True), ("stopped", True)])
def test_what_blocked_it_ends_where_its_way_ends(to, ends):
    epic = an_epic("reviewing")
    blocking = epic.block("waits for the bank", ANA, MONDAY)
    epic.move(epic.portfolio.state(to), BEN, None, LATER)
    assert (epic.blocking is None, blocking.ended_by) == ((True, BEN) if ends else (False, None))
