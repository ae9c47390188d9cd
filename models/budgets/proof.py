"""Proving a ledger: that it is whole, that it adds up, and that each shift ended as it says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.budgets.ledger import (
    SOURCE,
    Account,
    AccountKind,
    Between,
    EntryKind,
    Move,
    Purpose,
    set_aside,
    sums,
)
from models.budgets.shift import Outcome


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the ledger."""

    name: str
    """Its period and its number, such as "2026-0147"."""
    number: int
    kind: EntryKind
    shift_id: int | None
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Claim:
    """A shift as it says it stands."""

    shift_id: int
    giver: Account
    taker: Account
    minor: int
    outcome: Outcome | None
    silent: bool
    """Whether it asked nobody."""


def first_fault(entries: Iterable[Written], next_number: int) -> str | None:
    """What does not hold in a period's entries, in their order; None where all does."""
    balances: dict[Account, int] = defaultdict(int)
    left: dict[tuple[Account, Purpose], int] = defaultdict(int)
    expected = 1
    for entry in entries:
        if entry.number != expected:
            return f"entry {entry.name} follows {expected - 1}: one between is missing"
        expected += 1
        if not entry.moves:
            return f"entry {entry.name} moves nothing"
        for move in entry.moves:
            if move.minor <= 0 or move.source == move.to:
                return f"entry {entry.name} has a transfer that is none"
            if SOURCE in (move.source, move.to) and entry.kind is not EntryKind.FUNDING:
                return f"entry {entry.name} touches the source and is no funding"
            ends = [each for each in (move.source, move.to) if each.kind is AccountKind.COMMITTED]
            if bool(ends) != (move.purpose is not None):
                return f"entry {entry.name} does not say what is committed"
            for account, minor in ((move.source, -move.minor), (move.to, move.minor)):
                balances[account] += minor
                if move.purpose is not None and account.kind is AccountKind.COMMITTED:
                    left[account, move.purpose] += minor
                    if left[account, move.purpose] < 0:
                        return f"entry {entry.name} takes more than is left of a commitment"
        taken = {move.source for move in entry.moves} - {SOURCE}
        below = [each for each in taken if balances[each] < 0]
        if below and entry.kind is not EntryKind.SPEND:
            return f"entry {entry.name} takes {_called(below[0])} below 0"
    if expected != next_number:
        return f"the ledger ends with entry {expected - 1}, and {next_number - 1} were written"
    return None


def sums_fault(name: str, entries: Iterable[Written], kept: Mapping[Between, int]) -> str | None:
    """Where a period's entries are not what is kept of their sums; None where they are."""
    added: Counter[Between] = Counter()
    for entry in entries:
        added.update(sums(entry.kind, entry.moves))
    if added == kept:
        return None
    return f"the sums that are kept of {name} are not those of its transfers"


def shift_fault(claim: Claim, entries: Sequence[Written]) -> str | None:
    """Where a shift's entries are not those of what it says; None where they are."""
    found = {(entry.kind, tuple(entry.moves)) for entry in entries}
    if found == set(_expected(claim).items()) and len(found) == len(entries):
        return None
    return f"shift {claim.shift_id} is not in the ledger as it says it ended"


def undo_fault(first: Claim, back: Sequence[Claim]) -> str | None:
    """Where shifts that undo the first one go elsewhere, or bring back more than it moved."""
    for each in back:
        if (each.giver, each.taker) != (first.taker, first.giver):
            return (
                f"shift {each.shift_id} does not go back to where shift {first.shift_id} came from"
            )
    came_back = sum(each.minor for each in back if each.outcome is Outcome.MOVED)
    if came_back > (first.minor if first.outcome is Outcome.MOVED else 0):
        return f"more of shift {first.shift_id} came back than it moved"
    return None


def _expected(claim: Claim) -> Mapping[EntryKind, tuple[Move, ...]]:
    assert claim.giver.stream_id is not None
    held = set_aside(claim.giver.stream_id)
    if claim.silent:
        return {EntryKind.SHIFT: (Move(claim.giver, claim.taker, claim.minor),)}
    expected = {EntryKind.HOLD: (Move(claim.giver, held, claim.minor),)}
    if claim.outcome is Outcome.MOVED:
        expected[EntryKind.SHIFT] = (Move(held, claim.taker, claim.minor),)
    elif claim.outcome is not None:
        expected[EntryKind.RELEASE] = (Move(held, claim.giver, claim.minor),)
    return expected


def _called(account: Account) -> str:
    kind = (
        "what is available" if account.kind is AccountKind.FREE else account.kind.replace("_", " ")
    )
    return kind if account.stream_id is None else f"{kind} in value stream {account.stream_id}"
