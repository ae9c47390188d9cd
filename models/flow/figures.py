"""The clock of every epic as of a moment, and what follows from it: set-based, in whole arrays.

Only what happened by the moment counts. An epic is committed with
its first ever entry into a state from the commitment point up to done, and done with its first
ever entry into done; no return moves either. Flow time is what lies between, in elapsed days;
what is done without a commitment before has none. Everything between that is not an active state
is waiting, and so is what was blocked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import Mistake
from models.flow.days import MICROSECONDS_PER_DAY, microseconds
from models.flow.percentiles import Days

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Meaning:
    """What standing in a state means, by the states' ids."""

    committed: frozenset[int]
    """From the commitment point up to done."""
    active: frozenset[int]
    done: frozenset[int]


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries into states, one place in each array for each; in any order."""

    epic: Ints
    state: Ints
    at_us: Ints
    """In microseconds since 1970."""
    rank: Ints
    """Orders those of one moment."""

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, datetime]]) -> "Entries":
        """The same of rows of epic, state and moment, in their order where moments are alike."""
        found = [(epic, state, microseconds(at)) for epic, state, at in rows]
        epic, state, at_us = np.array(found, dtype=np.int64).reshape(-1, 3).T
        return cls(epic, state, at_us, np.arange(len(found)))


@dataclass(frozen=True, slots=True)
class Commitments:
    """When epics were committed, as it was recorded: by their ids, in that order."""

    epic: Ints
    at_us: Ints
    """NEVER where one was not."""

    def of(self, epics: Ints) -> Ints:
        """The same of these epics, all of which are there."""
        return self.at_us[np.searchsorted(self.epic, epics)]


@dataclass(frozen=True, slots=True)
class Stays:
    """Stretches in which epics were blocked, one place in each array for each."""

    epic: Ints
    began_us: Ints
    ended_us: Ints
    """NEVER where it is not over."""


NO_STAYS = Stays(*(np.empty(0, dtype=np.int64) for _ in range(3)))


class NotInFlight(Mistake):
    """A forecast for an epic that is not between commitment and done."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not in flight on that day, so there is no forecast for it.")


@dataclass(frozen=True, slots=True)
class Clocks:
    """Of each epic known at the moment, in the order of ids: one place in each array."""

    as_of: datetime
    epic: Ints
    state: Ints
    in_flight: Flags
    committed_us: Ints
    """NEVER where it was never committed."""
    done_us: Ints
    """NEVER where it was never done."""
    has_flow_time: Flags
    """Whether it was committed before it was done."""
    active_us: Ints | None = None
    """Between commitment and done in active states, and not blocked; None where only what is
    recorded of the epics was read, not their histories."""

    @property
    def flow_days(self) -> Days:
        """Of each that has a flow time; of the others without meaning."""
        return (self.done_us - self.committed_us) / MICROSECONDS_PER_DAY

    @property
    def age_days(self) -> Days:
        """Of each in flight: how long ago it was committed; of the others without meaning."""
        return (microseconds(self.as_of) - self.committed_us) / MICROSECONDS_PER_DAY

    def finished_between(self, since: datetime, before: datetime) -> Flags:
        """Which were done within `[since, before)`."""
        return (self.done_us >= microseconds(since)) & (self.done_us < microseconds(before))

    def timed_between(self, since: datetime, before: datetime) -> Flags:
        return self.finished_between(since, before) & self.has_flow_time

    def place_in_flight(self, epic_id: int, name: str) -> int:
        """The place of an epic in flight, which is called so. Raises NotInFlight."""
        places = np.flatnonzero((self.epic == epic_id) & self.in_flight)
        if not len(places):
            raise NotInFlight(name)
        return int(places[0])

    def among(self, chosen: Flags) -> "Clocks":
        arrays = {each.name: getattr(self, each.name) for each in fields(self)[1:]}
        some: dict[str, Any] = {
            name: None if each is None else each[chosen] for name, each in arrays.items()
        }
        return replace(self, **some)

    def throughput(self, bounds: Iterable[datetime]) -> list[int]:
        """How many were done between each bound and the next."""
        edges = [microseconds(bound) for bound in bounds]
        return [int(count) for count in np.diff(np.searchsorted(np.sort(self.done_us), edges))]

    @property
    def took_time(self) -> Flags:
        """Which were done later than they were committed."""
        return self.has_flow_time & (self.done_us > self.committed_us)

    def efficiency(self) -> tuple[int, float | None]:
        """Over how many epics, and the sum of active time over the sum of flow times."""
        timed = self.took_time
        if not timed.any():
            return 0, None
        assert self.active_us is not None
        whole = int((self.done_us - self.committed_us)[timed].sum())
        return int(timed.sum()), int(self.active_us[timed].sum()) / whole


def clocks_recorded(
    moment: datetime, meaning: Meaning, epic: Ints, state: Ints, committed_us: Ints, done_us: Ints
) -> Clocks:
    """The same but for active time, from when epics were committed and done, and where they stood.

    What came after the moment is not known yet.
    """
    now_us = microseconds(moment)
    committed, done = (np.where(each <= now_us, each, NEVER) for each in (committed_us, done_us))
    return Clocks(
        as_of=moment,
        epic=epic,
        state=state,
        in_flight=_is_in(state, meaning.committed) & (committed < NEVER),
        committed_us=committed,
        done_us=done,
        has_flow_time=(committed <= done) & (done < NEVER),
    )


def clocks_at(
    moment: datetime,
    entries: Entries,
    meaning: Meaning,
    blocked: Stays = NO_STAYS,
    recorded: Commitments | None = None,
) -> Clocks:
    """The clock of every epic that was known at the moment.

    Where it was recorded when they were committed, that holds: a commitment point that was changed
    since concerns those that were not committed by then.
    """
    now_us = microseconds(moment)
    moves, epic, state, at = _in_order(entries, blocked, now_us)
    starts = np.flatnonzero(np.diff(epic, prepend=-1)) if len(epic) else np.empty(0, np.int64)
    if not len(starts):
        none, no = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
        return Clocks(moment, none, none, no, none, none, no, none)
    places = np.arange(len(epic))
    entered = np.where(moves != 0, -1, state)
    standing = state[np.maximum.accumulate(np.where(moves == 0, places, 0))]
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(epic))))
    if recorded is None:
        commits = _is_in(entered, meaning.committed)
    else:
        commits = (moves == 0) & (at >= recorded.of(epic[starts])[group])
    committed = _first(commits, starts)
    done = _first(_is_in(entered, meaning.done), starts)
    state_at = standing[np.append(starts[1:], len(epic)) - 1]
    lasted = np.diff(at, append=now_us)
    counts = _is_in(standing, meaning.active) & (np.cumsum(moves) == 0)
    counts &= (places >= committed[group]) & (places < done[group]) & (done[group] < NEVER)
    return Clocks(
        as_of=moment,
        epic=epic[starts],
        state=state_at,
        in_flight=_is_in(state_at, meaning.committed) & (committed < NEVER),
        committed_us=_at(at, committed),
        done_us=_at(at, done),
        has_flow_time=(committed < done) & (done < NEVER),
        active_us=np.add.reduceat(np.where(counts, lasted, 0), starts),
    )


def _in_order(entries: Entries, blocked: Stays, now_us: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Everything by epic and time: 0 for an entry, 1 where it is blocked, -1 where no more.

    What is blocked still is so up to the moment, so that the sum within an epic comes to 0.
    """
    known = entries.at_us <= now_us
    held = (blocked.began_us <= now_us) & np.isin(blocked.epic, entries.epic[known])
    epic = np.concatenate([entries.epic[known], blocked.epic[held], blocked.epic[held]])
    at = np.concatenate(
        [entries.at_us[known], blocked.began_us[held], np.minimum(blocked.ended_us[held], now_us)]
    )
    count = int(held.sum())
    kind = np.repeat(np.array([0, 1, -1]), [int(known.sum()), count, count])
    state = np.concatenate([entries.state[known], np.full(2 * count, -1)])
    rank = np.concatenate([entries.rank[known], np.full(2 * count, NEVER)])
    order = np.lexsort((-kind, rank, at, epic))
    return kind[order], epic[order], state[order], at[order]


def _is_in(states: Ints, wanted: frozenset[int]) -> Flags:
    return np.isin(states, list(wanted))


def _first(found: Flags, starts: Ints) -> Ints:
    """The place of the first that is found in each epic's part; NEVER where none is."""
    places = np.where(found, np.arange(len(found)), NEVER)
    first: Ints = np.minimum.reduceat(places, starts)
    return first


def _at(at_us: Ints, places: Ints) -> Ints:
    return np.where(places < NEVER, at_us[np.minimum(places, len(at_us) - 1)], NEVER)
