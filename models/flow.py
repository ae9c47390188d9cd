"""Where every epic stood at a moment, and how old it was: pure functions over its history.

The rules are PRODUCT.md's clock and board: only what had happened by the moment counts, an
epic that did not exist yet is not known, and work in progress is whatever stands between the
commitment point and done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

STATES = ("funnel", "reviewing", "analyzing", "ready", "implementing", "done", "stopped")
"""The default states in the order of the board."""

WIP_STATES = frozenset({"reviewing", "analyzing", "ready", "implementing"})
"""From leaving the funnel up to, but not including, done."""

SECONDS_PER_DAY = 86_400


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
        """The value stream at the moment."""
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
class Board:
    """What stood where at a moment."""

    as_of: datetime
    items_known: int
    count_per_state: Mapping[str, int]
    wip_total: int
    wip_per_value_stream: Mapping[str, int]


def board_at(histories: Iterable[History], moment: datetime) -> Board:
    """Count the epics per state and the work in progress per value stream at the moment."""
    per_state: Counter[str] = Counter()
    per_stream: Counter[str] = Counter()
    for history in histories:
        state = history.state_at(moment)
        if state is None:
            continue
        per_state[state] += 1
        if state in WIP_STATES:
            per_stream[history.stream_at(moment)] += 1
    return Board(
        as_of=moment,
        items_known=per_state.total(),
        count_per_state={state: per_state[state] for state in STATES},
        wip_total=per_stream.total(),
        wip_per_value_stream=dict(sorted(per_stream.items())),
    )
