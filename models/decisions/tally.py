"""Counting votes, in whole numbers only: a quorum, and more than half."""

from collections.abc import Mapping
from dataclasses import dataclass


def quorum_of(electors: int) -> int:
    """How many of so many electors must vote: half of them rounded down, plus one."""
    return electors // 2 + 1


@dataclass(frozen=True, slots=True)
class Tally:
    """How many votes each option has, and how many abstained; each elector counts once.

    An abstention counts for the quorum and for nothing else.
    """

    votes: Mapping[str, int]
    abstained: int
    electors: int
    quorum: int

    def __post_init__(self) -> None:
        assert min((*self.votes.values(), self.abstained), default=0) >= 0
        assert self.cast <= self.electors, "more ballots than electors"

    @property
    def chosen(self) -> int:
        """The votes for options."""
        return sum(self.votes.values())

    @property
    def cast(self) -> int:
        """How many voted, those who abstained included."""
        return self.chosen + self.abstained

    @property
    def silent(self) -> int:
        """How many electors did not vote."""
        return self.electors - self.cast

    @property
    def has_quorum(self) -> bool:
        """Whether enough voted for it to count."""
        return self.cast >= self.quorum

    @property
    def winner(self) -> str | None:
        """The option with more than half of all votes for options; None for none, or no quorum."""
        if not self.has_quorum:
            return None
        over_half = (name for name, votes in self.votes.items() if 2 * votes > self.chosen)
        return next(over_half, None)
