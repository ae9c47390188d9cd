"""Counting votes, in whole numbers only: a quorum, and what each method takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Ends(StrEnum):
    """What a count comes to."""

    DECIDED = "decided"
    """With one option."""
    NOT_PASSED = "not passed"
    """With none: no option has what the method takes."""
    NO_QUORUM = "no quorum"
    """Too few voted."""
    SECOND_ROUND = "second round"
    """It goes on between the options that are named."""
    TIED = "tied"
    """The tie-breaker chooses among the options that are named."""


class Verdict(NamedTuple):
    """What a count comes to, and with which options."""

    ends: Ends
    options: tuple[str, ...] = ()

    @property
    def winner(self) -> str | None:
        """The option it is decided with."""
        return self.options[0] if self.ends is Ends.DECIDED else None


def quorum_of(electors: int) -> int:
    """How many of so many electors must vote: half of them rounded down, plus one."""
    return electors // 2 + 1


@dataclass(frozen=True, slots=True)
class Tally:
    """How many votes each option has, and how many abstained; each elector counts once.

    An abstention counts for the quorum and for nothing else. The quorum is that of the opening,
    however many are left to vote since.
    """

    votes: Mapping[str, int]
    abstained: int
    electors: int
    """At the opening."""
    quorum: int
    recused: int = 0
    """Who has a stake in it."""
    left: int = 0
    """Who left Slack without a vote."""

    def __post_init__(self) -> None:
        assert min((*self.votes.values(), self.abstained, self.recused, self.left), default=0) >= 0
        assert self.cast <= self.asked, "more ballots than electors"

    @property
    def asked(self) -> int:
        """The electors who are left to vote."""
        return self.electors - self.recused - self.left

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
        """How many who are left did not vote."""
        return self.asked - self.cast

    @property
    def has_quorum(self) -> bool:
        """Whether enough voted for it to count."""
        return self.cast >= self.quorum

    @property
    def can_have_quorum(self) -> bool:
        """Whether enough are left to vote."""
        return self.asked >= self.quorum

    @property
    def winner(self) -> str | None:
        """The option with more than half of all votes for options; None for none, or no quorum."""
        return self.by_majority().winner

    def by_majority(self) -> Verdict:
        """More than half of all votes for options decides; else, of three or more, a second round.

        Where nobody chose anything there is nothing to go on with.
        """
        verdict = self._by_share(lambda votes: 2 * votes > self.chosen)
        if verdict.ends is Ends.NOT_PASSED and len(self.votes) > 2 and self.chosen:
            return Verdict(Ends.SECOND_ROUND, self.leading)
        return verdict

    def by_two_thirds(self) -> Verdict:
        """Two thirds of all votes for options, or more, decide."""
        return self._by_share(lambda votes: 3 * votes >= 2 * self.chosen)

    def by_consent(self, yes: str, standing: int) -> Verdict:
        """At least one says `yes`, and no objection is left standing."""
        if not self.has_quorum:
            return Verdict(Ends.NO_QUORUM)
        if self.votes[yes] and not standing:
            return Verdict(Ends.DECIDED, (yes,))
        return Verdict(Ends.NOT_PASSED)

    def by_most(self) -> Verdict:
        """Of a second round: the most votes decide, and between equals the tie-breaker."""
        if not self.has_quorum:
            return Verdict(Ends.NO_QUORUM)
        most = max(self.votes.values())
        if not most:
            return Verdict(Ends.NOT_PASSED)
        first = tuple(name for name, votes in self.votes.items() if votes == most)
        return Verdict(Ends.DECIDED if len(first) == 1 else Ends.TIED, first)

    @property
    def leading(self) -> tuple[str, ...]:
        """The two options with the most votes, and any that share the second place."""
        second = sorted(self.votes.values(), reverse=True)[1]
        return tuple(name for name, votes in self.votes.items() if votes >= second)

    def _by_share(self, is_enough: Callable[[int], bool]) -> Verdict:
        if not self.has_quorum:
            return Verdict(Ends.NO_QUORUM)
        for name, votes in self.votes.items():
            if votes and is_enough(votes):
                return Verdict(Ends.DECIDED, (name,))
        return Verdict(Ends.NOT_PASSED)
