"""Some of a kind, where not all of it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pile(Generic[T]):
    """Some of a kind, the most pressing first, and how many there are of it."""

    some: Sequence[T] = ()
    count: int = 0
    late: int = 0
    """How many of them are past a date that they have."""


NONE: Pile[Any] = Pile()
