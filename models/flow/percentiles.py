"""Percentiles by nearest rank, and how a sample of days is spread.

Nearest rank: the smallest value with at least p % of the sample at or below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PERCENTS = (50, 85, 95)
"""Those that are shown of a sample."""

Days = npt.NDArray[np.float64]


def nearest_rank(days: Days | Sequence[float], percent: int) -> float:
    """The smallest value with at least so many of a hundred at or below it; the sample has one."""
    ordered = np.sort(np.asarray(days, dtype=np.float64))
    rank = -(-percent * len(ordered) // 100)
    return float(ordered[max(rank, 1) - 1])


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample of days in a few numbers; of an empty one only that it is."""

    n: int
    nearest_rank: Mapping[int, float]
    """By percent."""
    mean: float | None
    shortest: float | None
    longest: float | None

    @classmethod
    def of(cls, days: Days) -> "Spread":
        if not len(days):
            return cls(0, {}, None, None, None)
        ranks = {percent: nearest_rank(days, percent) for percent in PERCENTS}
        return cls(len(days), ranks, float(days.mean()), float(days.min()), float(days.max()))
