"""Actuals: what was spent, month by month. A fact is always booked, also where it overdraws."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.budgets.ledger import Account, AccountKind, Move, Purpose, committed, free
from models.errors import Mistake

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
BY_NUMBER = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.]\d{1,2})?", re.ASCII)
TURNED = re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})", re.ASCII)
BY_NAME = re.compile(r"(?P<name>[a-z]{3,9})\.? (?P<year>\d{4})", re.ASCII | re.IGNORECASE)
EARLIEST, LATEST = 1900, 2200


class NotAMonth(Mistake):
    """Text that is no month."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is not a month. Write it like 2026-05.")


class NotBegun(Mistake):
    """Spend of a month that is still to come."""

    def __init__(self, month: date) -> None:
        super().__init__(
            f"{month:%Y-%m} has not begun. Only what has already been spent can be booked."
        )


class NothingSpent(Mistake):
    """An amount of 0, which is no fact."""

    def __init__(self) -> None:
        super().__init__("Write an amount other than 0; one below 0 is a credit note.")


class BookedBefore(Mistake):
    """A reference that is already in the books."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"The reference {reference[:60]} is already in the books.")


class NotOver(Mistake):
    """Books to be closed for a month that is not over."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m} is not over yet. Close the books up to an earlier month.")


class NotReopened(Mistake):
    """Books to be closed up to an earlier month than they are."""

    def __init__(self, closed_to: date) -> None:
        super().__init__(
            f"The books are closed up to {closed_to:%Y-%m}, and a closed month stays closed."
        )


class Actual(Base):
    """What was spent in a month, or came back where it is below 0: of a stream, perhaps an epic."""

    __tablename__ = "actuals"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "reference"),
        Index(None, "epic_id"),
        Index(None, "period_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    month: Mapped[date] = mapped_column(Date)
    """Its first day."""
    booked_month: Mapped[date] = mapped_column(Date)
    """The same, or the first open one where that was closed already."""
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    cost_centre: Mapped[str | None] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime]
    by_user_id: Mapped[str | None] = mapped_column(String(32))

    @property
    def is_late(self) -> bool:
        """Whether its month was closed before it came."""
        return self.booked_month != self.month


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be booked."""

    month: date
    minor: int
    stream_id: int
    epic_id: int | None = None
    cost_centre: str | None = None
    reference: str | None = None


def parse_month(text: str) -> date:
    """The first day of the month in "2026-05", "2026-05-31", "05/2026" or "May 2026".

    Raises NotAMonth.
    """
    bare = text.strip()
    numbered = BY_NUMBER.fullmatch(bare) or TURNED.fullmatch(bare)
    named = BY_NAME.fullmatch(bare)
    if numbered:
        year, month = int(numbered["year"]), int(numbered["month"])
    elif named and named["name"].casefold()[:3] in MONTHS:
        year, month = int(named["year"]), MONTHS.index(named["name"].casefold()[:3]) + 1
    else:
        raise NotAMonth(text)
    if not (1 <= month <= 12 and EARLIEST <= year <= LATEST):
        raise NotAMonth(text)
    return date(year, month, 1)


def check_begun(month: date, today: date) -> None:
    """Raise NotBegun."""
    if month > today:
        raise NotBegun(month)


def check_fact(month: date, minor: int, today: date) -> None:
    """Raise NotBegun and NothingSpent."""
    check_begun(month, today)
    if minor == 0:
        raise NothingSpent


def month_to_book(month: date, closed_to: date | None) -> date:
    """The month itself, or the first after those whose books are closed."""
    return max(month, closed_to + timedelta(days=1)) if closed_to else month


def last_day_of(month: date) -> date:
    """Of the month that begins on that day."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def check_closes(month: date, closed_to: date | None, today: date) -> date:
    """The day up to which the books are closed. Raises NotOver and NotReopened."""
    last = last_day_of(month)
    if last >= today:
        raise NotOver(month)
    if closed_to is not None and last < closed_to:
        raise NotReopened(closed_to)
    return last


def spend_moves(
    stream_id: int, minor: int, left: Sequence[tuple[Purpose, int]] = ()
) -> Sequence[Move]:
    """Out of what is left of its commitments, in their order, then out of what is free.

    Below 0, back into what is free.
    """
    spent, here = Account(AccountKind.SPENT, stream_id), free(stream_id)
    if minor < 0:
        return [Move(spent, here, -minor)]
    moves = []
    for purpose, held in left:
        taken = min(minor, held)
        minor -= taken
        moves.append(Move(committed(stream_id), spent, taken, purpose))
    moves.append(Move(here, spent, minor))
    return [move for move in moves if move.minor > 0]


def spent_in(moves: Sequence[Move], stream_id: int) -> int:
    """What the moves add to what the stream has spent."""
    spent = Account(AccountKind.SPENT, stream_id)
    return sum(move.minor * ((move.to == spent) - (move.source == spent)) for move in moves)


def spent_share(spent: int | None, mvp_cost: int | None) -> int | None:
    """How many per cent of its MVP's cost an epic has spent, rounded down; None if not known."""
    return max(0, spent) * 100 // mvp_cost if spent is not None and mvp_cost else None
