"""Reading the ledger: what is in each account, and what the rules of a shift look at.

Pure arithmetic in whole minor units.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.budgets.ledger import Account, AccountKind, EntryKind, Move
from models.budgets.rules import Position
from models.errors import Mistake


class Overdrawn(Mistake):
    """A voluntary act that would take what a stream has available below 0."""

    def __init__(self) -> None:
        super().__init__("That is more than is available now. Nothing was moved.")


@dataclass(frozen=True, slots=True)
class Flow:
    """The sum that entries of one kind moved from one account to another in a period."""

    kind: EntryKind
    move: Move
    this_quarter_minor: int = 0
    """How much of it since the quarter began."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a stream has in a period, in minor units; `available` is below 0 where it overspent."""

    available: int = 0
    set_aside: int = 0
    committed: int = 0
    spent: int = 0

    @property
    def allocated(self) -> int:
        """All that is its own in the period, spent or not."""
        return self.available + self.set_aside + self.committed + self.spent

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(
            self.available + other.available,
            self.set_aside + other.set_aside,
            self.committed + other.committed,
            self.spent + other.spent,
        )


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger of a period, summed up."""

    flows: Sequence[Flow] = ()
    undone: Mapping[int, int] = field(default_factory=dict)
    """By stream, how much of what left it without approval in this quarter has come back."""
    _sums: Mapping[Account, int] = field(init=False)

    def __post_init__(self) -> None:
        sums = balances(flow.move for flow in self.flows)
        object.__setattr__(self, "_sums", sums)

    @property
    def total(self) -> int:
        """What is in all accounts together: always 0, for what is in one came out of another."""
        return sum(self._sums.values())

    @property
    def unallocated(self) -> int:
        """What is in the portfolio and in no stream."""
        return self._sums.get(Account(AccountKind.UNALLOCATED), 0)

    @property
    def stream_ids(self) -> frozenset[int]:
        """The streams that money went into or out of."""
        return frozenset(each.stream_id for each in self._sums if each.stream_id is not None)

    def balance(self, stream_id: int) -> Balance:
        kinds = (
            AccountKind.FREE,
            AccountKind.SET_ASIDE,
            AccountKind.COMMITTED,
            AccountKind.SPENT,
        )
        return Balance(*(self._sums.get(Account(kind, stream_id), 0) for kind in kinds))

    def has_budget(self, stream_id: int) -> bool:
        """Whether it was given money; without, what it has is not known."""
        given = (EntryKind.FUNDING, EntryKind.SHIFT, EntryKind.CARRY)
        return any(
            each.kind in given and each.move.to.stream_id == stream_id for each in self.flows
        )

    def position(self, stream_id: int) -> Position:
        """What the rules look at where the stream is to give.

        What is set aside for shifts that wait counts as moved out, so that two asked for at once
        do not pass a limit together that neither passes alone.
        """
        free = Account(AccountKind.FREE, stream_id)
        funded = taken = brought = silent = 0
        for flow in self.flows:
            move = flow.move
            if flow.kind is EntryKind.FUNDING:
                funded += move.minor * ((move.to == free) - (move.source == free))
            elif flow.kind is EntryKind.SHIFT:
                taken += move.minor * (move.source.stream_id == stream_id)
                brought += move.minor * (move.to == free)
                silent += flow.this_quarter_minor * (move.source == free)
        held = self.balance(stream_id).set_aside
        return Position(
            funded=funded,
            available=self.balance(stream_id).available,
            moved_silently=max(0, silent - self.undone.get(stream_id, 0)),
            moved_out=max(0, taken + held - brought),
        )

    def check(self, moves: Iterable[Move]) -> None:
        """Raise Overdrawn where the moves would take an account below 0 that may not be."""
        after = dict(self._sums)
        for move in moves:
            after[move.source] = after.get(move.source, 0) - move.minor
            after[move.to] = after.get(move.to, 0) + move.minor
            if move.source.kind is not AccountKind.SOURCE and after[move.source] < 0:
                raise Overdrawn


def balances(moves: Iterable[Move]) -> dict[Account, int]:
    """What is in each account after the moves; of all of them together it is 0."""
    sums: dict[Account, int] = defaultdict(int)
    for move in moves:
        sums[move.source] -= move.minor
        sums[move.to] += move.minor
    return dict(sums)
