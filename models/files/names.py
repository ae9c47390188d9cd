"""What the rows of an import name: value streams and people, as they are known here."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.errors import Mistake
from models.fields import did_you_mean, folded, tidy
from models.portfolio.portfolio import Portfolio
from models.portfolio.setup import LONGEST_NAME

MEMBER = re.compile(r"<?@?([UW][A-Z0-9]{4,20})(?:\|[^>]*)?>?")
NOBODY: Mapping[str, str] = MappingProxyType({})


class NoSuchStream(Mistake):
    """A row about a value stream that is not there, where none is to be made."""

    def __init__(self, named: str, there: Iterable[str]) -> None:
        names = list(there)
        guess = did_you_mean(named, names)
        known = f"{', '.join(names)}{guess and '.'}{guess}"
        super().__init__(f"there is no value stream {named[:60]}; choose from {known}")


class NoSuchProject(Mistake):
    """A row about a project that is neither in the file nor in the portfolio."""

    def __init__(self, named: str) -> None:
        super().__init__(f"there is no project {named[:60]}, neither here nor in the file")


class StreamNameTooLong(Mistake):
    """A value stream with a name longer than is kept."""

    def __init__(self, named: str) -> None:
        super().__init__(f"value stream: up to {LONGEST_NAME} characters, this has {len(named)}")


class StreamNames:
    """The value streams of a portfolio, None where it is yet to be made, and those rows add.

    Where none may be founded, an unknown one is a mistake.
    """

    def __init__(self, portfolio: Portfolio | None, may_found: bool) -> None:
        streams = portfolio.value_streams if portfolio else []
        self.new: list[str] = []
        self._may_found = may_found
        self._open = [stream.name for stream in streams if stream.ended_at is None]
        self._by_word = {stream.key_prefix.casefold(): stream.name for stream in streams}
        self._by_word |= {folded(stream.name): stream.name for stream in streams}
        self._heirs = {stream.name: stream.successor.name for stream in streams}

    def named(self, word: str) -> str:
        """The stream of that name or those letters, by its own name.

        Raises NoSuchStream and StreamNameTooLong.
        """
        name = self._by_word.get(folded(word))
        if name is None:
            if not self._may_found:
                raise NoSuchStream(word, self._open)
            if len(word) > LONGEST_NAME:
                raise StreamNameTooLong(word)
            name = self._by_word[folded(word)] = tidy(word)
            self.new.append(name)
        return name

    def today(self, word: str) -> str:
        """The same; of one that was merged into another, the one its work is in today."""
        name = self.named(word)
        return self._heirs.get(name, name)


class People:
    """Members by their ids, or by the names given; who is none is remembered."""

    def __init__(self, by_name: Mapping[str, str]) -> None:
        self.unknown: set[str] = set()
        self._by_name = by_name

    def member(self, named: str | None) -> str | None:
        """The id of a member; None where nobody is named, or nobody of this workspace."""
        if named is None:
            return None
        found = MEMBER.fullmatch(named)
        user_id = found[1] if found else self._by_name.get(folded(named))
        if user_id is None:
            self.unknown.add(named)
        return user_id
