"""Ageing: what is in flight for longer than the line.

An epic is past the line once its `day N` as people read it is greater than the line's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from models.flow.days import day_number, moment_of
from models.flow.figures import Clocks
from models.flow.line import Line


@dataclass(frozen=True, slots=True)
class Aged:
    """An epic in flight, by its id, and its day."""

    epic: int
    day: int
    crossed: bool
    """Whether it was not past the line before."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is past the line, the oldest first."""

    line: Line
    past: Sequence[Aged]

    @property
    def crossed(self) -> Sequence[Aged]:
        """Those that crossed it within the stretch."""
        return [each for each in self.past if each.crossed]

    @property
    def earlier(self) -> Sequence[Aged]:
        """Those that were past it before."""
        return [each for each in self.past if not each.crossed]


def aged(clocks: Clocks, moment: datetime, zone: ZoneInfo) -> Sequence[tuple[int, datetime, int]]:
    """Each epic in flight with its commitment and its day, the oldest first."""
    places = np.flatnonzero(clocks.in_flight)
    order = places[np.lexsort((clocks.epic[places], clocks.committed_us[places]))]
    found = []
    for place in order.tolist():
        since = moment_of(clocks.committed_us[place])
        found.append((int(clocks.epic[place]), since, day_number(since, moment, zone)))
    return found


def ageing(clocks: Clocks, line: Line, since: datetime, zone: ZoneInfo) -> Ageing:
    """What is past the line by the clocks' moment, and what crossed it after `since`."""
    past = [
        Aged(epic, day, crossed=day_number(committed_at, since, zone) <= line.day)
        for epic, committed_at, day in aged(clocks, clocks.as_of, zone)
        if day > line.day
    ]
    return Ageing(line, past)
