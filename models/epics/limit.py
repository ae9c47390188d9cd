"""Limits to the work in progress, and the places that are full."""

from dataclasses import dataclass

from models.epics.column import Column
from models.portfolio.portfolio import Phase, WipLimit


def covers(limit: WipLimit, stream_id: int, column: Column) -> bool:
    """Whether an epic of the stream that stands there counts for the limit."""
    if limit.value_stream_id not in (None, stream_id) or limit.phase not in (None, column.phase):
        return False
    if limit.state_id is None:
        return column.state.committed
    return limit.state_id == column.state.id


@dataclass(frozen=True, slots=True)
class FullPlace:
    """Somewhere no epic fits in, and the epic that is likely to make room first."""

    scope: str
    """The value stream, or the portfolio."""
    where: str | None
    """The column; None for all in flight."""
    standing: int
    most: int
    next_key: str | None = None
    is_last: bool = True
    """Whether who leaves it forward is done."""

    @property
    def phrase(self) -> str:
        """ "Payments has 5 of 5 in flight; a place opens when PAY-9 is done or stopped"."""
        count = f"{self.standing:,} of {self.most:,}"
        full = (
            f"{self.where} is full ({count} in {self.scope})"
            if self.where
            else f"{self.scope} has {count} in flight"
        )
        who = self.next_key or "one of them"
        leaves = "is done or stopped" if self.is_last else "moves on or is stopped"
        return f"{full}; a place opens when {who} {leaves}"


def is_last(limit: WipLimit, column: Column) -> bool:
    """Whether who leaves the limit's place forward is done with it all."""
    if limit.phase is Phase.TESTING:
        return False
    return limit.state_id is None or column.state.phased
