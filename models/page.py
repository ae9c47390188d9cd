"""Pages: what fits on one screen of a list of epics, or of a board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.epic import Epic
from models.portfolio import Portfolio, State, ValueStream


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list of epics; pages count from 1, and an empty list has one page."""

    epics: Sequence[Epic]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """What a person chose to see of a portfolio: one state page by page, or the first of each.

    The counts are of the stream chosen, in every state.
    """

    portfolio: Portfolio
    counts: Mapping[State, int]
    value_stream: ValueStream | None
    state: State | None
    page: Page | None
    first: Mapping[State, Sequence[Epic]]

    @property
    def total(self) -> int:
        """How many epics stand anywhere on it."""
        return sum(self.counts.values())
