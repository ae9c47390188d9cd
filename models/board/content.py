"""What a digest tells, kept with it once it is sent: later changes of its epics change no digit."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Self

from pydantic import Field

from models.flow.flow import Load
from models.flow.frozen import Frozen, FrozenDecisions, FrozenEpic, FrozenFlow, FrozenMoney, Several


class FrozenStop(FrozenEpic):
    """An epic that was stopped, where and why."""

    value_stream: str
    reason: str | None = None
    came_back: str | None = None
    """ "€19,000 went back to Payments"."""
    in_flight_days: int = 0


class FrozenDecision(FrozenEpic):
    """A decision by its key, on an epic, and how it ended."""

    decision: str
    outcome: str
    """In words: "persevere", "no majority"."""


class Changes(Frozen):
    """What became of epics between two moments.

    `in_flight_before + came_in + reopened - finished - stopped - back = in_flight_now`, where an
    epic that came in and finished or was stopped within the time is in both.
    """

    new_ideas: int = 0
    came_in: Several[FrozenEpic] = Several()
    reopened: Several[FrozenEpic] = Several()
    finished: Several[FrozenEpic] = Several()
    stopped: Several[FrozenStop] = Several()
    back: Several[FrozenEpic] = Several()
    stopped_ideas: int = 0
    """Those that were stopped before anything was committed."""
    decided: Several[FrozenDecision] = Several()
    """Those that closed and ended no epic: what was stopped is told as that."""

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        several = (getattr(each, "count", each) for _, each in self)
        return any(several)

    @property
    def net(self) -> int:
        """How many more are in flight than before."""
        came = self.came_in.count + self.reopened.count
        return came - self.finished.count - self.stopped.count - self.back.count


class Standing(Frozen):
    """How many stood in a column, a value stream or a theme, by its name then."""

    id: int
    name: str
    load: Load


class InFlight(Frozen):
    """What stood between commitment and done at a moment, against the limits of then."""

    whole: Load
    columns: tuple[Standing, ...] = ()
    """Each column between commitment and done by its state, also where nothing stands."""
    streams: tuple[Standing, ...] = ()
    """Those with something in flight or with a limit, by their names."""
    themes: tuple[Standing, ...] = ()
    """The most first; without those that serve none."""
    without_theme: int = 0
    before: int | None = None
    """How much did at the beginning of what is told of; None of one of before this was kept."""

    @property
    def over(self) -> list[Standing]:
        """The streams over their limits, the most crowded first."""
        found = [each for each in self.streams if each.load.over]
        return sorted(found, key=lambda each: (-each.load.over, each.name))


class FrozenSlip(Frozen):
    """A milestone that is behind its date, and the epics that point to its project."""

    project_id: int
    project: str
    milestone: str
    days: int
    epics: Several[FrozenEpic] = Several()


class OnTheirDates(Frozen):
    """Of the milestones that were agreed, how many came or are to come when they were."""

    on_date: int = 0
    agreed: int = 0
    slip: FrozenSlip | None = None
    """The one that is behind the most."""


class FrozenReading(Frozen):
    """Where the indicator of an epic was read again."""

    id: int | None = None
    """The epic's; None in what was kept before it was."""
    key: str
    figure: str
    unit: str = ""
    value: Decimal
    change: Decimal | None = None
    """Since it was read before; None where it was not."""


class FrozenOutcomes(Frozen):
    """Of the epics of which it is known what became of them, how many reached their target."""

    reached: int = 0
    recorded: int = Field(default=0, alias="told")
    """Of so many, without those that were not measured."""
    not_measured: int = 0
    read: tuple[FrozenReading, ...] = ()
    """What was read in the week, the last first."""

    @property
    def names(self) -> set[int]:
        return {each.id for each in self.read if each.id is not None}

    def without(self, hidden: Collection[int]) -> Self:
        """The same without what was read of those epics; how many reached their target stays."""
        read = tuple(each for each in self.read if each.id not in hidden)
        return self.model_copy(update={"read": read})


class FrozenScope(Frozen):
    """What it tells of: a portfolio, or one value stream by its name then."""

    portfolio_id: int
    stream_id: int | None = None
    stream: str | None = None
    time_zone: str
    """By whose calendar its days are meant."""


class Content(Frozen):
    """What a digest tells but for what it asks for, which follows the present."""

    scope: FrozenScope
    is_beginning: bool = False
    """Whether it is the first one of a portfolio that begins: nothing is late in it yet."""
    is_quiet: bool = False
    """Whether one line says it all: nothing changed and nothing waits."""
    changes: Changes
    in_flight: InFlight
    milestones: OnTheirDates
    flow: FrozenFlow
    outcomes: FrozenOutcomes = FrozenOutcomes()
    decisions: FrozenDecisions = FrozenDecisions()
    money: FrozenMoney = FrozenMoney()
    open_total: int = 0
    """How many epics were neither done nor stopped."""
    finished_since_live: int = 0

    @property
    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)
