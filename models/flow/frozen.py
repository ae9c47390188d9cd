"""Figures of flow as plain numbers, ids and words, which can be kept as they were."""

from collections.abc import Collection, Mapping, Sequence
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from models.epics.epic import Epic
from models.flow.ageing import Ageing
from models.flow.finishing import Finished, TimeToFinish
from models.flow.line import NEEDED, Line, TooThin


class Frozen(BaseModel):
    """Figures kept as they were shown; what an older one does not have is not known."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @property
    def names(self) -> set[int]:
        """The ids of the epics whose names are in it."""
        inside = [value.names for _, value in self if isinstance(value, Frozen)]
        return set().union(*inside)

    def without(self, hidden: Collection[int]) -> Self:
        """The same without the names of those epics; every number stays."""
        inside = {name: value.without(hidden) for name, value in self if isinstance(value, Frozen)}
        return self.model_copy(update=inside)


class FrozenEpic(Frozen):
    """An epic as it was called."""

    id: int
    key: str
    title: str

    @classmethod
    def of(cls, epic: Epic) -> "FrozenEpic":
        """The epic as it is called now."""
        return FrozenEpic(id=epic.id, key=epic.key, title=epic.title)


E = TypeVar("E", bound=FrozenEpic)


class Several(Frozen, Generic[E]):
    """So many epics, the first of them by name."""

    count: int = 0
    named: tuple[E, ...] = ()

    @property
    def names(self) -> set[int]:
        return {each.id for each in self.named}

    def without(self, hidden: Collection[int]) -> Self:
        """As many, without the names of those."""
        named = tuple(each for each in self.named if each.id not in hidden)
        return self.model_copy(update={"named": named})


class FrozenLine(Frozen):
    """By which day 85 of 100 finish, with its sample."""

    day: int
    n: int
    weeks: int
    of_stream: bool
    by_hand: bool = False


class FrozenTime(Frozen):
    """How long it takes from commitment to done, in days."""

    line: FrozenLine | None = None
    there: int = 0
    """How many finished where those are too few for a line."""
    needed: int = NEEDED
    held_day: int | None = None
    """The line as it was 13 weeks ago."""
    half_day: int | None = None
    half_day_before: int | None = None
    lately: int = 0
    """How many finished in the last 13 weeks, and of them so many within the line of then."""
    within: int | None = None

    @classmethod
    def of(cls, time: TimeToFinish) -> "FrozenTime":
        line, held = time.line, time.held
        if isinstance(line, TooThin):
            return FrozenTime(there=line.there, needed=line.needed)
        return FrozenTime(
            line=FrozenLine(
                day=line.day,
                n=line.n,
                weeks=line.weeks,
                of_stream=line.of_stream,
                by_hand=line.by_hand,
            ),
            held_day=held.day if isinstance(held, Line) else None,
            half_day=time.half_day,
            half_day_before=time.half_day_before,
            lately=len(time.lately),
            within=time.within,
        )


class FrozenAgeing(Frozen):
    """How many are past the line of the day: those that crossed it lately, and the others."""

    day: int
    crossed: Several[FrozenEpic]
    earlier: Several[FrozenEpic]
    crossed_ids: tuple[int, ...] = ()
    """All that crossed it, also those that are not named."""

    @classmethod
    def of(cls, found: Ageing, named: Mapping[int, FrozenEpic]) -> "FrozenAgeing":
        """What is past the line; those that are named stand first."""

        def several(ids: Sequence[int]) -> Several[FrozenEpic]:
            return Several(count=len(ids), named=tuple(named[id_] for id_ in ids if id_ in named))

        crossed, earlier = found.crossed.epic.tolist(), found.earlier.epic.tolist()
        return FrozenAgeing(
            day=found.line.day,
            crossed=several(crossed),
            earlier=several(earlier),
            crossed_ids=tuple(crossed),
        )

    @property
    def count(self) -> int:
        """How many are past it in all."""
        return self.crossed.count + self.earlier.count


class FrozenFlow(Frozen):
    """Finished, time to finish and ageing."""

    finished: Finished
    time: FrozenTime
    ageing: FrozenAgeing | None = None
    """None where there is no line yet."""


class FrozenDecisions(Frozen):
    """Decisions as flow: what closed, how long votes took, and what is open."""

    closed: int = 0
    """Votes."""
    alone: int = 0
    """What one person decided, or was decided in a room."""
    half_days: int | None = None
    """Half of the votes of the last 13 weeks took so many working days at most."""
    timed: int = 0
    """How many votes those are."""
    days_before: int | None = None
    """What a decision took before Tack, as set-up was told."""
    open: int = 0
    oldest_days: int = 0
    """How many days the oldest open one is open."""
    most_asked: int = 0
    """How many votes were opened to the one who was asked most; nobody is named."""

    @property
    def any(self) -> bool:
        return bool(self.closed or self.alone or self.open)


class FrozenMoney(Frozen):
    """Money between value streams, in minor units."""

    currency: str = "EUR"
    moved: int = 0
    """How many shifts needed nobody's yes."""
    moved_minor: int = 0
    asked: int = 0
    """How many wait for one."""
    asked_minor: int = 0
    returned_minor: int = 0
    """What was committed to epics that were stopped, and went back."""
    overspent: tuple[str, ...] = ()
    """The value streams that spent more than they had, by their names then."""

    @property
    def any(self) -> bool:
        return bool(self.moved or self.asked or self.returned_minor or self.overspent)
