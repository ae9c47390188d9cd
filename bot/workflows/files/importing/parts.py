"""Parts of an import: what comes in together, so little of it that nobody waits long.

A part comes in whole or not at all; what was interrupted goes on from there when it is done again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LONGEST_PART_S = 0.5
"""Where a part took longer, the next are half as large: others wait for what it holds."""

FEWEST_AT_ONCE = 250
ROWS_AT_ONCE = 5_000
"""Of two cores in use, SQLite writes as many in 0.05 s, PostgreSQL in 0.25 s."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """Some of the items, which come in together, and where their rows are staged."""

    items: Sequence[Item]
    places: tuple[int, int]
    """The first and the last of their rows, from 1."""
    number: int
    begins: int
    """The place of its first item, from 0."""
    of: int
    """How many items there are in all."""
    noun: str
    """What one of them is called."""

    @property
    def ends(self) -> int:
        """The place after its last item."""
        return self.begins + len(self.items)

    @property
    def is_last(self) -> bool:
        """Whether no item follows it."""
        return self.ends == self.of

    @property
    def doubles(self) -> bool:
        """Whether there is about twice as much with it as when that was last so."""
        return self.number & (self.number - 1) == 0

    @property
    def noted(self) -> dict[str, str]:
        """What the audit log tells of a part, nothing where it is the whole."""
        return {} if len(self.items) == self.of else {"part": str(self)}

    def __str__(self) -> str:
        """ "epics 1 to 1,250 of 100,000"."""
        return f"{self.noun}s {self.begins + 1:,} to {self.ends:,} of {self.of:,}"


class Parts(Generic[Item]):
    """The items in their order, so many together that they have at most `most` rows, or are one.

    Of no items there is one part, which brings nothing in.
    """

    def __init__(
        self,
        items: Sequence[Item],
        noun: str,
        most: int = ROWS_AT_ONCE,
        rows_of: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        self.noun, self.most = noun, most
        self._items, self._rows_of = items, rows_of

    def __iter__(self) -> Iterator[Part[Item]]:
        number = begins = place = 0
        while begins < len(self._items) or not number:
            ends, rows = begins, 0
            while ends < len(self._items):
                more = rows + self._rows_of(self._items[ends])
                if ends > begins and more > self.most:
                    break
                ends, rows = ends + 1, more
            number += 1
            places = place + 1, place + rows
            items = self._items[begins:ends]
            yield Part(items, places, number, begins, len(self._items), self.noun)
            begins, place = ends, place + rows

    def took(self, seconds: float) -> None:
        """Hear how long a part took, by which the next are smaller."""
        if seconds > LONGEST_PART_S:
            self.most = max(self.most // 2, min(self.most, FEWEST_AT_ONCE))
