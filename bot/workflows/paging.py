"""Some of a kind, and pages of it, where not all of it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Top(Generic[T]):
    """Some of a kind, the most pressing first, and how many there are of it."""

    some: Sequence[T] = ()
    count: int = 0
    late: int = 0
    """How many of them are past a date that they have."""


NONE: Top[Any] = Top()


def page_of(page: int, total: int, size: int) -> tuple[int, int]:
    """The page that is there, which is the last one past the end, and how many there are."""
    pages = max(1, -(-total // size))
    return min(max(1, page), pages), pages
