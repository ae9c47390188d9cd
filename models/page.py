"""Pages: what fits on one screen of a list of epics, of a board, or of what waits for someone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from models.column import Column
from models.epic import Epic
from models.flow import Load
from models.policy import Requirement
from models.portfolio import Phase, Portfolio, ValueStream
from models.project import Milestone, Project
from models.theme import Theme

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list of epics; pages count from 1, and an empty list has one page."""

    epics: Sequence[Epic]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Pile(Generic[T]):
    """Some of a kind, the most pressing first, and how many there are of it."""

    some: Sequence[T] = ()
    count: int = 0


NONE: Pile[Any] = Pile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What someone chose to see of a portfolio's board; None stands for all."""

    value_stream_id: int | None = None
    state_id: int | None = None
    phase: Phase | None = None
    theme_id: int | None = None
    no_theme: bool = False
    mine: bool = False
    text: str | None = None
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether it leaves out epics that stand in the columns seen."""
        return bool(self.theme_id or self.no_theme or self.mine or self.text)


ALL = Chosen()
NO_LOAD = Load(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """What a person chose to see of a portfolio: one column page by page, or the first of each.

    `loads` are of the portfolio, or the stream chosen, as a whole; `counts` of what the rest of
    the choice leaves.
    """

    portfolio: Portfolio
    value_stream: ValueStream | None
    chosen: Chosen
    counts: Mapping[Column, int]
    loads: Mapping[Column, Load]
    in_flight: Load
    phases_together: Load = NO_LOAD
    """Both columns of implementing, where a limit holds for them together."""
    themes: Sequence[Theme] = ()
    """Those that can be chosen."""
    in_flight_of_themes: Sequence[tuple[str, int]] = ()
    """The most first; without those that serve none."""
    in_flight_without_theme: int = 0
    column: Column | None = None
    page: Page | None = None
    first: Mapping[Column, Sequence[Epic]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many epics stand anywhere on it."""
        return sum(self.counts.values())

    @property
    def theme(self) -> Theme | None:
        """The theme chosen."""
        return next((each for each in self.themes if each.id == self.chosen.theme_id), None)


@dataclass(frozen=True, slots=True)
class Slip:
    """A milestone that is behind its date, and the keys of the epics that point to its project."""

    project: Project
    milestone: Milestone
    days: int
    epics: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits for one person: some of each kind, the most pressing first."""

    answers: Pile[Epic] = NONE
    blocked: Pile[Epic] = NONE
    lacking: Pile[tuple[Epic, Sequence[Requirement]]] = NONE
    """Epics with what their next state asks and a form can still say."""
    quiet: Pile[tuple[Epic, datetime]] = NONE
    unowned: Pile[Epic] = NONE
    streams: Pile[ValueStream] = NONE
    slips: Pile[Slip] = NONE

    @property
    def count(self) -> int:
        """How many things wait."""
        piles = (
            self.answers,
            self.blocked,
            self.lacking,
            self.quiet,
            self.unowned,
            self.streams,
            self.slips,
        )
        return sum(pile.count for pile in piles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at a portfolio, and what they are to it."""

    user_id: str
    is_admin: bool = False
    may_propose: bool = True
    has_part: bool = True
    """Whether they own something in it, or have a role."""
