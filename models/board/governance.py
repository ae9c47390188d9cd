"""Governance as flow: how decisions are taken in 13 weeks, beside the 13 before.

How long one takes is the number of working days from opening to close; half take no longer than
their nearest-rank median. What one person decides, or a room, is counted apart from votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.flow.percentiles import nearest_rank

FEWEST = 3
"""Of fewer decisions no duration is shown."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A decision that has ended, and what is counted of it."""

    is_vote: bool
    working_days: int
    is_lately: bool
    """Whether that was in the last 13 weeks; else in the 13 before."""
    has_case: bool
    """Whether it was about an epic whose evidence was kept with it."""
    is_fresh: bool
    """Whether an item of that was younger than 60 days."""
    is_decided: bool
    is_stop: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Votes, or what was decided otherwise, in 13 weeks."""

    count: int
    before: int
    """In the 13 weeks before."""
    half_days: int | None
    """Half took so many working days at most; None of too few."""
    half_days_before: int | None

    @classmethod
    def of(cls, ended: Sequence[Ended]) -> "Taken":
        lately = [each.working_days for each in ended if each.is_lately]
        before = [each.working_days for each in ended if not each.is_lately]
        return cls(len(lately), len(before), half_of(lately), half_of(before))


def half_of(days: Sequence[int]) -> int | None:
    """The median in working days; None of too few."""
    return int(nearest_rank(days, 50)) if len(days) >= FEWEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """How decisions are taken, as of a moment."""

    ended: Sequence[Ended]
    """Of the last 26 whole weeks."""
    open: int
    oldest_days: int
    """For how many days the oldest open one is open."""
    days_before: int | None
    """How many working days one took before Tack."""
    shifts: int
    """How many moved money in 13 weeks."""
    silent: int
    """How many of them asked nobody."""

    @property
    def votes(self) -> Taken:
        return Taken.of([each for each in self.ended if each.is_vote])

    @property
    def others(self) -> Taken:
        """What one person decided, or a room."""
        return Taken.of([each for each in self.ended if not each.is_vote])

    @property
    def lately(self) -> Sequence[Ended]:
        """Those of the last 13 weeks."""
        return [each for each in self.ended if each.is_lately]

    @property
    def cases(self) -> int:
        """How many of those kept the evidence on an epic."""
        return sum(each.has_case for each in self.lately)

    @property
    def fresh(self) -> int:
        """How many of those had an item younger than 60 days."""
        return sum(each.is_fresh for each in self.lately)

    @property
    def decided(self) -> int:
        """How many came to something."""
        return sum(each.is_decided for each in self.lately)

    @property
    def stopped(self) -> int:
        """How many of those stopped an epic."""
        return sum(each.is_stop for each in self.lately)
