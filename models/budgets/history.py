"""The history of a period: whose entries are looked at."""

from models.errors import Mistake
from models.fields import plain_key
from models.portfolio.portfolio import Portfolio, ValueStream


class NoSuchStream(Mistake):
    """A name that no value stream of the portfolio has."""

    def __init__(self, typed: str, portfolio: str) -> None:
        super().__init__(
            f"{portfolio} has no value stream “{typed[:60]}”. /budget show lists them."
        )


def stream_called(portfolio: Portfolio, typed: str) -> ValueStream:
    """The stream of that name or key prefix, also one that has ended. Raises NoSuchStream."""
    wanted = plain_key(typed).casefold()
    for stream in portfolio.value_streams:
        if wanted in {stream.name.casefold(), stream.key_prefix.casefold()}:
            return stream
    raise NoSuchStream(typed, portfolio.name)
