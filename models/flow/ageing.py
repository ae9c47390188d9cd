"""Ageing: what is in flight for longer than the line.

An epic is past the line once its `day N` as people read it is greater than the line's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from models.calendar import days_between
from models.flow.days import microseconds, moment_of
from models.flow.figures import Clocks, Flags, Ints
from models.flow.line import Line


@dataclass(frozen=True, slots=True)
class Aged:
    """Epics in flight, the oldest first: one place in each array for each."""

    epic: Ints
    committed_us: Ints
    as_of: datetime
    zone: ZoneInfo

    def __len__(self) -> int:
        return len(self.epic)

    def some(self, first: int = 0, end: int | None = None) -> Sequence[tuple[int, int]]:
        """Those at these places, each by its id and with its day."""
        found = zip(
            self.epic[first:end].tolist(), self.committed_us[first:end].tolist(), strict=True
        )
        return [
            (epic, days_between(moment_of(since_us), self.as_of, self.zone))
            for epic, since_us in found
        ]

    def nearest_rank(self, percent: int) -> int:
        """The smallest day that so many of 100 are on or before."""
        place = len(self) - -(-len(self) * percent // 100)
        [(_, day)] = self.some(place, place + 1)
        return day

    def first(self, most: int) -> Sequence[int]:
        """The ids of so many of them."""
        found: list[int] = self.epic[:most].tolist()
        return found

    def past(self, day: int, moment: datetime | None = None) -> Flags:
        """Which have a greater day, by that moment where one is named."""
        on = (moment or self.as_of).astimezone(self.zone).date() - timedelta(days=day)
        return self.committed_us < microseconds(datetime.combine(on, time(), self.zone))

    def among(self, chosen: Flags) -> "Aged":
        return Aged(self.epic[chosen], self.committed_us[chosen], self.as_of, self.zone)


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is past the line: what crossed it within a stretch, and what was past it before."""

    line: Line
    past: Aged
    is_new: Flags
    """Which of them crossed it within the stretch."""

    @property
    def crossed(self) -> Aged:
        return self.past.among(self.is_new)

    @property
    def earlier(self) -> Aged:
        return self.past.among(~self.is_new)


def aged(clocks: Clocks, zone: ZoneInfo) -> Aged:
    """Each epic in flight by the clocks' moment; of one moment in the order of their ids."""
    places = np.flatnonzero(clocks.in_flight)
    order = places[np.lexsort((clocks.epic[places], clocks.committed_us[places]))]
    return Aged(clocks.epic[order], clocks.committed_us[order], clocks.as_of, zone)


def ageing(clocks: Clocks, line: Line, since: datetime, zone: ZoneInfo) -> Ageing:
    """What is past the line by the clocks' moment, and what crossed it after `since`."""
    every = aged(clocks, zone)
    past = every.among(every.past(line.day))
    return Ageing(line, past, ~past.past(line.day, since))
