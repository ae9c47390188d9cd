"""Proving a ledger: each way in which it can be wrong is said, with the entry it is in."""

from datetime import date

import pytest

from models.budgets.ledger import (
    SOURCE,
    UNALLOCATED,
    Account,
    AccountKind,
    EntryKind,
    Move,
    Purpose,
    committed,
    free,
    funding_moves,
    set_aside,
    sums,
)
from models.budgets.proof import Claim, Written, first_fault, shift_fault, sums_fault, undo_fault
from models.budgets.shift import Outcome

SPENT = Account(AccountKind.SPENT, 1)
PAY, MAY = Purpose(epic_id=12), Purpose(month=date(2026, 5, 1))
HOLD, SHIFT, RELEASE = EntryKind.HOLD, EntryKind.SHIFT, EntryKind.RELEASE


def written(*entries, shift_id=None):
    """Entries of a kind and its moves, numbered as they come."""
    return [
        Written(f"2026-{number:04}", number, kind, shift_id, moves)
        for number, (kind, *moves) in enumerate(entries, start=1)
    ]


FUNDED = (EntryKind.FUNDING, *funding_moves(1, 100))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ((HOLD, Move(free(1), set_aside(1), 100)), None),
        ((EntryKind.SPEND, Move(free(1), SPENT, 101)), None),
        ((EntryKind.COMMIT, Move(free(1), committed(1), 100, PAY)), None),
        ((HOLD,), "moves nothing"),
        ((HOLD, Move(free(1), set_aside(1), 0)), "has a transfer that is none"),
        ((HOLD, Move(free(1), free(1), 5)), "has a transfer that is none"),
        ((SHIFT, Move(free(1), SOURCE, 5)), "touches the source and is no funding"),
        ((EntryKind.COMMIT, Move(free(1), committed(1), 5)), "does not say what is committed"),
        ((HOLD, Move(free(1), set_aside(1), 5, PAY)), "does not say what is committed"),
        (
            (HOLD, Move(free(1), set_aside(1), 101)),
            "takes what is available in value stream 1 below 0",
        ),
        ((SHIFT, Move(set_aside(1), free(2), 1)), "takes set aside in value stream 1 below 0"),
        ((SHIFT, Move(UNALLOCATED, free(1), 1)), "takes unallocated below 0"),
    ],
)
def test_an_entry_that_does_not_hold_is_named(entry, fault):
    named = f"entry 2026-0002 {fault}" if fault else None
    assert first_fault(written(FUNDED, entry), 3) == named


def test_of_a_commitment_no_more_is_taken_than_went_into_it():
    commits = (EntryKind.COMMIT, Move(free(1), committed(1), 40, PAY))
    by_month = (EntryKind.COMMIT, Move(free(1), committed(1), 40, MAY))
    spends = (EntryKind.SPEND, Move(committed(1), SPENT, 41, PAY))
    entries = written(FUNDED, commits, by_month, spends)
    assert first_fault(entries, 5) == "entry 2026-0004 takes more than is left of a commitment"


def test_entries_are_numbered_without_a_gap_up_to_the_last():
    first, second, third = written(FUNDED, FUNDED, FUNDED)
    assert first_fault([first, second, third], 4) is None
    assert first_fault([first, third], 4) == "entry 2026-0003 follows 1: one between is missing"
    assert first_fault([first, second], 4) == "the ledger ends with entry 2, and 3 were written"


def test_what_is_kept_of_the_sums_is_those_of_the_transfers():
    entries = written(FUNDED, FUNDED)
    kept = sums(EntryKind.FUNDING, [move for entry in entries for move in entry.moves])
    assert sums_fault("2026", entries, kept) is None
    kept[EntryKind.FUNDING, UNALLOCATED, free(1)] += 1
    fault = "the sums that are kept of 2026 are not those of its transfers"
    assert sums_fault("2026", entries, kept) == fault


HELD = (HOLD, Move(free(1), set_aside(1), 5))
MOVED = (SHIFT, Move(set_aside(1), free(2), 5))
BACK = (RELEASE, Move(set_aside(1), free(1), 5))
AT_ONCE = (SHIFT, Move(free(1), free(2), 5))


@pytest.mark.parametrize(
    ("outcome", "silent", "entries", "holds"),
    [
        (None, False, [HELD], True),
        (None, False, [HELD, BACK], False),
        (Outcome.MOVED, False, [HELD, MOVED], True),
        (Outcome.MOVED, False, [HELD, MOVED, MOVED], False),
        (Outcome.MOVED, False, [HELD], False),
        (Outcome.MOVED, False, [HELD, BACK], False),
        (Outcome.MOVED, False, [AT_ONCE], False),
        (Outcome.MOVED, True, [AT_ONCE], True),
        (Outcome.MOVED, True, [HELD, MOVED], False),
        (Outcome.DECLINED, False, [HELD, BACK], True),
        (Outcome.TAKEN_BACK, False, [HELD, BACK, BACK], False),
        (Outcome.LAPSED, False, [HELD, MOVED], False),
        (Outcome.LAPSED, False, [], False),
    ],
)
def test_a_shift_is_in_the_ledger_as_it_ended_and_once(outcome, silent, entries, holds):
    claim = Claim(7, free(1), free(2), 5, outcome, silent)
    fault = None if holds else "shift 7 is not in the ledger as it says it ended"
    assert shift_fault(claim, written(*entries, shift_id=7)) == fault


def test_what_undoes_a_shift_goes_back_and_brings_no_more_than_it_moved():
    first = Claim(1, free(1), free(2), 5, Outcome.MOVED, silent=True)

    def back(id_, minor, outcome=Outcome.MOVED, source=2, to=1):
        return Claim(id_, free(source), free(to), minor, outcome, silent=False)

    assert undo_fault(first, []) is None
    assert undo_fault(first, [back(2, 3), back(3, 2), back(4, 5, Outcome.LAPSED)]) is None
    assert undo_fault(first, [back(2, 3), back(3, 3)]) == "more of shift 1 came back than it moved"
    elsewhere = "shift 2 does not go back to where shift 1 came from"
    assert undo_fault(first, [back(2, 1, source=1, to=2)]) == elsewhere
    declined = Claim(1, free(1), free(2), 5, Outcome.DECLINED, silent=False)
    assert undo_fault(declined, [back(2, 1)]) == "more of shift 1 came back than it moved"
