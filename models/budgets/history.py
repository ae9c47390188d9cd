"""The history of a period: whose entries are looked at."""

from collections.abc import Iterable

from models.errors import Mistake
from models.fields import did_you_mean, plain_key
from models.portfolio.portfolio import Portfolio, ValueStream, stream_called


class NoSuchStream(Mistake):
    """A name that no value stream of the portfolio has."""

    def __init__(self, typed: str, portfolio: str, there: Iterable[str] = ()) -> None:
        guess = did_you_mean(typed, there)
        super().__init__(
            f"{portfolio} has no value stream “{typed[:60]}”.{guess} /budget show lists them."
        )


def stream_of(portfolio: Portfolio, typed: str) -> ValueStream:
    """The stream that was typed, also one that has ended. Raises NoSuchStream."""
    found = stream_called(plain_key(typed), portfolio.value_streams)
    if found is None:
        raise NoSuchStream(typed, portfolio.name, (each.name for each in portfolio.value_streams))
    return found
