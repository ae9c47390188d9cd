"""Where every epic stood at a moment, and how old it was: pure functions over its history.

Only what had happened by the moment counts, an
epic that did not exist yet is not known, and work in progress is whatever stands between the
commitment point and done.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

STATES = ("funnel", "reviewing", "analyzing", "ready", "implementing", "done", "stopped")
"""The default states in board order."""

WIP_STATES = frozenset({"reviewing", "analyzing", "ready", "implementing"})
"""From leaving the funnel up to, but not including, done."""

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Load:
    """How many epics stand somewhere at once, and how many may; None for any number."""

    count: int
    most: int | None = None

    @property
    def over(self) -> int:
        """By how many it is over its limit; 0 where it is not."""
        return 0 if self.most is None else max(0, self.count - self.most)

    @property
    def is_full(self) -> bool:
        """Whether there is a limit and it is reached exactly."""
        return self.count == self.most

    @property
    def said(self) -> str:
        """ "3", "5 of 5, full", "6 of 5, over by 1"."""
        if self.most is None:
            return f"{self.count:,}"
        words = f"{self.count:,} of {self.most:,}"
        if self.over:
            return f"{words}, over by {self.over:,}"
        return f"{words}, full" if self.is_full else words


@dataclass(frozen=True, slots=True)
class Move:
    """One entry into a state."""

    to_state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StreamChange:
    """A change of the value stream."""

    from_stream: str
    to_stream: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """An epic's moves, oldest first; moves of the same moment keep the order they came in.

    `value_stream` is the one of today, `went` the changes that led there, oldest first.
    """

    value_stream: str
    moves: Sequence[Move]
    went: Sequence[StreamChange] = ()

    def stream_at(self, moment: datetime) -> str:
        for change in self.went:
            if change.at > moment:
                return change.from_stream
        return self.value_stream

    def state_at(self, moment: datetime) -> str | None:
        """The state at the moment, or None where the epic was not known yet."""
        state = None
        for move in self.moves:
            if move.at > moment:
                break
            state = move.to_state
        return state

    def committed_at(self, wip_states: frozenset[str] = WIP_STATES) -> datetime | None:
        """The first ever entry into a state of work in progress; later returns do not move it."""
        return next((move.at for move in self.moves if move.to_state in wip_states), None)

    def done_at(self) -> datetime | None:
        """The first ever entry into done; reopening does not move it."""
        return next((move.at for move in self.moves if move.to_state == "done"), None)

    def age_days(self, moment: datetime) -> float | None:
        """Elapsed days since commitment while in progress at the moment, else None."""
        committed_at = self.committed_at()
        if committed_at is None or self.state_at(moment) not in WIP_STATES:
            return None
        return (moment - committed_at).total_seconds() / SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Standing:
    """How many epics of a value stream stood in a state, and in which column of it."""

    state: str
    column: str | None
    value_stream: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """What stood where at a moment."""

    as_of: datetime
    items_known: int
    count_per_state: Mapping[str, int]
    wip_total: int
    wip_per_value_stream: Mapping[str, int]
    count_per_column: Mapping[str, int] = field(default_factory=dict)
    """Of the states that have columns."""

    @classmethod
    def of(
        cls,
        moment: datetime,
        standing: Iterable[Standing],
        states: Sequence[str] = STATES,
        in_flight: Collection[str] = WIP_STATES,
    ) -> "Board":
        """The board of those that stood anywhere.

        `states` are the portfolio's in the order of its board, `in_flight` those of work in
        progress.
        """
        per_state: Counter[str] = Counter()
        per_stream: Counter[str] = Counter()
        per_column: Counter[str] = Counter()
        for each in standing:
            per_state[each.state] += each.count
            if each.column:
                per_column[each.column] += each.count
            if each.state in in_flight:
                per_stream[each.value_stream] += each.count
        return cls(
            as_of=moment,
            items_known=per_state.total(),
            count_per_state={state: per_state[state] for state in states},
            wip_total=per_stream.total(),
            wip_per_value_stream=dict(sorted(per_stream.items())),
            count_per_column=dict(sorted(per_column.items(), reverse=True)),
        )


def over_since(
    histories: Iterable[History],
    value_stream: str,
    most: int,
    moment: datetime,
    wip_states: frozenset[str] = WIP_STATES,
) -> datetime | None:
    """Since when more than `most` epics are in progress in the stream; None where they are not."""
    count, since = 0, None
    for at, change in sorted(_wip_changes(histories, value_stream, moment, wip_states)):
        count += change
        since = (since or at) if count > most else None
    return since


def _wip_changes(
    histories: Iterable[History], value_stream: str, moment: datetime, wip_states: frozenset[str]
) -> Iterator[tuple[datetime, int]]:
    """When an epic began or ceased to be in progress in the stream: +1 or -1."""
    for history in histories:
        moments = {move.at for move in history.moves} | {change.at for change in history.went}
        counted = False
        for at in sorted(each for each in moments if each <= moment):
            here = history.stream_at(at) == value_stream
            counts = here and history.state_at(at) in wip_states
            if counts != counted:
                yield at, 1 if counts else -1
                counted = counts
