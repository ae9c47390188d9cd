"""The capacity of a stream: one figure a month, committed for the months that are left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from models.budgets.commitments.commitment import commit_move
from models.budgets.ledger import AccountKind, Move, Purpose, committed, free
from models.budgets.spend import last_day_of
from models.errors import Mistake
from models.form import Amount, Choice, Facts, Form
from models.portfolio.portfolio import Portfolio, Stage, ValueStream


class NoCapacity(Mistake):
    """Committing capacity where no stream is funded by it."""

    def __init__(self, portfolio: str) -> None:
        super().__init__(
            f"No value stream of {portfolio} is capacity-funded. /portfolio streams changes that."
        )


class CapacityForm(Form):
    """What a stream's capacity costs a month; `streams` are those that are funded by it."""

    value_stream_id: Annotated[int, Choice(label="Which value stream?", options="streams")]
    monthly_minor: Annotated[
        int,
        Amount(
            label="How much a month, {currency}?",
            hint="It is committed for every month left, and replaces an earlier figure. "
            "0 commits nothing.",
            example="40k",
            any=True,
        ),
    ]

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """A capacity costs something, or nothing."""
        if self.monthly_minor < 0:
            yield "monthly_minor", "Write 0 or more."


def streams_of_capacity(portfolio: Portfolio) -> Sequence[ValueStream]:
    """Those in use that are funded by it."""
    return [each for each in portfolio.open_streams if each.stage is Stage.CAPACITY_FUNDED]


@dataclass(frozen=True, slots=True)
class Month:
    """What of a stream's capacity is committed to a month: what is left, and what was spent."""

    month: date
    left: int = 0
    used: int = 0


def months_left(today: date, ends_on: date) -> Sequence[date]:
    """The first days of this month and of those after it, up to the period's last."""
    found, month = [], today.replace(day=1)
    while month <= ends_on:
        found.append(month)
        month = date.fromordinal(last_day_of(month).toordinal() + 1)
    return found


def capacity_moves(stream_id: int, monthly: int, months: Sequence[Month]) -> Sequence[Move]:
    """What brings each month to the figure; of what was spent nothing comes back."""
    moves = []
    for each in months:
        purpose, more = Purpose(month=each.month), monthly - each.left - each.used
        if more > 0:
            moves.append(commit_move(stream_id, more, purpose))
        elif (back := min(-more, each.left)) > 0:
            moves.append(Move(committed(stream_id), free(stream_id), back, purpose))
    return moves


def taken_by(moves: Sequence[Move]) -> int:
    """How much less is available after them."""
    return sum(
        move.minor if move.source.kind is AccountKind.FREE else -move.minor for move in moves
    )
