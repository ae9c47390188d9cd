"""What narrows a list of decisions, and how it is read from what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from models.epics.listing import is_key, read_key
from models.fields import UNSTORABLE, folded

Which = Literal["all", "open", "decided", "undecided", "before"]
"""Which decisions are listed; those of before are of another place, and were decided there."""

LONGEST_NAME = 8
"""How many words a name of a stream is tried with."""


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """What narrows the list: all of it at once."""

    which: Which = "all"
    mine: bool = False
    """Asked of the viewer, opened by them, or about an epic of theirs."""
    portfolio_id: int | None = None
    stream_id: int | None = None
    epic_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed behind `/decision list`: the rest of it is searched for."""

    which: Which = "all"
    mine: bool = False
    stream_id: int | None = None
    epic_key: str | None = None
    text: str = ""
    number: int = 1


def read_typed(typed: str, streams: Mapping[str, int]) -> Typed:
    """Read "open payments mine refunds 2"; `streams` are their ids by names and prefixes.

    The first of each kind counts; what is none of them is searched for.
    """
    names = {folded(name): id_ for name, id_ in streams.items()}
    left, number = UNSTORABLE.sub("", typed).split(), 1
    if left and left[-1].isascii() and left[-1].isdigit():
        number = max(1, int(left.pop()[:6]))
    which: Which | None = None
    mine, stream_id, epic_key = False, None, None
    text: list[str] = []
    while left:
        size, found = _stream(left, names) if stream_id is None else (0, None)
        if found is not None:
            stream_id = found
            del left[:size]
            continue
        word = left.pop(0)
        kind = _which(word)
        if kind is not None and which is None:
            which = kind
        elif word.casefold() == "mine":
            mine = True
        elif epic_key is None and "-" in word and is_key(word):
            epic_key = read_key(word)
        else:
            text.append(word)
    return Typed(which or "all", mine, stream_id, epic_key, " ".join(text), number)


def _which(word: str) -> Which | None:
    return next((each for each in get_args(Which) if each == word.casefold()), None)


def _stream(words: Iterable[str], names: Mapping[str, int]) -> tuple[int, int | None]:
    """How many of the first words name a stream, and which; the longest name wins."""
    first = list(words)[:LONGEST_NAME]
    for size in range(len(first), 0, -1):
        found = names.get(folded(" ".join(first[:size])))
        if found is not None:
            return size, found
    return 0, None
