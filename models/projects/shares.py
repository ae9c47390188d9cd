"""How a project is shared between value streams, as people write it: "PAY:60; ONB:40"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.errors import Mistake
from models.fields import did_you_mean, folded, tidy
from models.portfolio.portfolio import ValueStream

WHOLE = Decimal(100)
PIECE = re.compile(r"(?P<stream>.+?)(?:\s*[:=]\s*|\s+)(?P<percent>\d{1,3}(?:[.,]\d{1,6})?)\s*%?")

SAYS_PERCENT = re.compile(r"[:=]\s*[\d.,]+\s*%?$|\d\s*%$")


class NotShares(Mistake):
    """Text that does not say which value stream has how much."""

    def __init__(self, piece: str) -> None:
        super().__init__(
            f"“{piece[:60]}” is not a share. Write each value stream with its percent, "
            "for example PAY:60; ONB:40."
        )


class SharesOff(Mistake):
    """Shares that are not the whole."""

    def __init__(self, total: Decimal) -> None:
        super().__init__(f"The shares add up to {spell_percent(total)}, not 100.")


class NothingShared(Mistake):
    """A value stream with a share of nothing."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream[:80]} has a share of 0: leave it out, or give it more.")


class StreamTwice(Mistake):
    """A value stream with two shares of one project."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream[:80]} is named twice: give it one share.")


class UnknownStream(Mistake):
    """A share of a value stream that is not there."""

    def __init__(self, stream: str, there: Iterable[str]) -> None:
        names = list(there)
        guess = did_you_mean(stream, names)
        super().__init__(
            f"There is no value stream {stream[:60]}. Choose from {', '.join(names)}.{guess}"
        )


Shares = tuple[tuple[int, Decimal], ...]
"""The ids of value streams, and the percent of each."""


@dataclass(frozen=True, slots=True)
class Share:
    """A value stream, by its name or its letters, and its percent."""

    stream: str
    percent: Decimal


def parse_shares(text: str) -> Sequence[Share]:
    """The shares of "PAY:60; ONB:40" or "Payments 60 %; Onboarding 40 %"; a name alone has all.

    Raises NotShares, NothingShared, StreamTwice and SharesOff.
    """
    pieces = [piece for piece in map(str.strip, re.split(r"[;|\n]", text)) if piece]
    if len(pieces) == 1:
        parts = [part for part in map(str.strip, re.split(r",\s", text)) if part]
        pieces = parts if all(map(PIECE.fullmatch, parts)) else pieces
    if len(pieces) == 1 and SAYS_PERCENT.search(pieces[0]) is None:
        return [Share(tidy(pieces[0]), WHOLE)]
    return checked([_share(piece) for piece in pieces])


def checked(shares: Sequence[Share]) -> Sequence[Share]:
    """The same, once they are of different streams and the whole.

    Raises NothingShared, StreamTwice and SharesOff.
    """
    seen: set[str] = set()
    for share in shares:
        if folded(share.stream) in seen:
            raise StreamTwice(share.stream)
        if share.percent <= 0:
            raise NothingShared(share.stream)
        seen.add(folded(share.stream))
    total = sum((share.percent for share in shares), Decimal())
    if total != WHOLE:
        raise SharesOff(total)
    return shares


def of_streams(shares: Iterable[Share], streams: Iterable[ValueStream]) -> Shares:
    """The same by ids: streams are named, or called by their letters.

    Raises UnknownStream and StreamTwice.
    """
    there = list(streams)
    by_word = {stream.key_prefix.casefold(): stream for stream in there}
    by_word |= {folded(stream.name): stream for stream in there}
    found: dict[int, Decimal] = {}
    for share in shares:
        stream = by_word.get(folded(share.stream))
        if stream is None:
            raise UnknownStream(share.stream, [each.name for each in there])
        if stream.id in found:
            raise StreamTwice(stream.name)
        found[stream.id] = share.percent
    return tuple(found.items())


def spell_shares(shares: Iterable[Share]) -> str:
    """ "PAY:60;ONB:40"; a stream that has all of it stands alone."""
    parts = list(shares)
    if len(parts) == 1:
        return parts[0].stream
    return ";".join(f"{share.stream}:{spell_percent(share.percent)}" for share in parts)


def spell_percent(percent: Decimal) -> str:
    """ "60", "33.34"."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(piece: str) -> Share:
    found = PIECE.fullmatch(piece)
    if found is None:
        raise NotShares(piece)
    stream = " ".join(found["stream"].split())
    return Share(stream, Decimal(found["percent"].replace(",", ".")))
