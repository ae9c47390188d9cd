"""A page of a portfolio's value streams."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.portfolio import Portfolio, ValueStream


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A value stream in a list: how many are in flight there, and how many may."""

    stream: ValueStream
    in_flight: int
    most: int | None


@dataclass(frozen=True, slots=True)
class StreamPage:
    """One page of a portfolio's value streams."""

    portfolio: Portfolio
    lines: Sequence[StreamLine]
    number: int
    pages: int
    total: int
