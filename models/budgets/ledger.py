"""The ledger: entries of transfers between accounts, appended and never changed.

Each transfer moves a whole amount of minor units from one account to another, so that an entry is
balanced by its shape. Balances are the sums of the transfers; what was moved in all between each
two accounts is kept beside them, so that a balance does not take longer with each year's entries.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value


class AccountKind(StrEnum):
    """Where money is; all but the first two are of one value stream."""

    SOURCE = "source"
    """Where it comes from and goes back to: only funding touches it."""
    UNALLOCATED = "unallocated"
    """In the portfolio, and in no stream yet."""
    FREE = "free"
    SET_ASIDE = "set_aside"
    """For a shift that waits for someone's yes."""
    COMMITTED = "committed"
    """To an epic that was decided on, or to a month of the stream's capacity."""
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a funding period: its kind, and whose it is."""

    kind: AccountKind
    stream_id: int | None = None


SOURCE, UNALLOCATED = Account(AccountKind.SOURCE), Account(AccountKind.UNALLOCATED)


def free(stream_id: int) -> Account:
    return Account(AccountKind.FREE, stream_id)


def set_aside(stream_id: int) -> Account:
    """What a stream holds for shifts that are asked for."""
    return Account(AccountKind.SET_ASIDE, stream_id)


def committed(stream_id: int) -> Account:
    """What a stream keeps for its epics, or for its capacity."""
    return Account(AccountKind.COMMITTED, stream_id)


class EntryKind(StrEnum):
    """What an entry is about."""

    FUNDING = "funding"
    SPEND = "spend"
    """What was spent, or came back: a fact, also where nothing is left."""
    HOLD = "hold"
    """Sets the money of a shift aside that was asked for."""
    SHIFT = "shift"
    """Moves it to another stream: from what was set aside, or at once from what is free."""
    RELEASE = "release"
    """Gives back what was set aside, as the shift was declined, taken back, or lapsed; or what is
    left of a commitment."""
    COMMIT = "commit"
    """Commits money to an epic, or to a month of capacity."""
    CARRY = "carry"
    """Takes money along to another stream: of an epic that goes there, or of a merged stream."""


class Entry(Base):
    """One entry of a period's ledger, by its number in it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("period_id", "number"),
        UniqueConstraint("shift_id", "kind"),
        Index(None, "portfolio_id"),
        Index(None, "period_id", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(stored_by_value(EntryKind))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    """A shift is held once, moved once, and released once."""
    at: Mapped[datetime]
    by_user_id: Mapped[str | None] = mapped_column(String(32))
    """Nobody where it came by the clock."""
    reason: Mapped[str | None] = mapped_column(Text)

    transfers: Mapped[list["Transfer"]] = relationship(order_by="Transfer.id")

    @property
    def moves(self) -> list["Move"]:
        """Its transfers."""
        return [each.move for each in self.transfers]


class Transfer(Base):
    """Money that went from one account to another, in minor units."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="above_zero"),
        CheckConstraint(
            "from_kind <> to_kind OR COALESCE(from_stream_id, 0) <> COALESCE(to_stream_id, 0)",
            name="to_another_account",
        ),
        CheckConstraint(
            "(from_kind IN ('source', 'unallocated')) = (from_stream_id IS NULL) AND "
            "(to_kind IN ('source', 'unallocated')) = (to_stream_id IS NULL)",
            name="of_a_stream_or_the_portfolio",
        ),
        Index(None, "entry_id"),
        Index(None, "epic_id"),
        Index(None, "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    from_kind: Mapped[AccountKind] = mapped_column(stored_by_value(AccountKind))
    from_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    to_kind: Mapped[AccountKind] = mapped_column(stored_by_value(AccountKind))
    to_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """The epic to which it is committed, or was."""
    month: Mapped[date | None] = mapped_column(Date)
    """The first day of the month whose capacity it is committed to, or was."""

    @property
    def move(self) -> "Move":
        """What it moved."""
        source = Account(self.from_kind, self.from_stream_id)
        to = Account(self.to_kind, self.to_stream_id)
        is_for = Purpose(self.epic_id, self.month)
        return Move(source, to, self.amount_minor, is_for if is_for != Purpose() else None)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What committed money is for: an epic, or a month of the stream's capacity."""

    epic_id: int | None = None
    month: date | None = None


class TransferSum(Base):
    """The sum of a period's transfers between two accounts in entries of one kind, in minor units.

    It is added to where an entry is written, and held against the transfers by verifying.
    """

    audited = False
    __tablename__ = "ledger_sums"

    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"), primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(stored_by_value(EntryKind), primary_key=True)
    from_kind: Mapped[AccountKind] = mapped_column(stored_by_value(AccountKind), primary_key=True)
    from_stream_id: Mapped[int] = mapped_column(primary_key=True)
    """0 where the account is the portfolio's."""
    to_kind: Mapped[AccountKind] = mapped_column(stored_by_value(AccountKind), primary_key=True)
    to_stream_id: Mapped[int] = mapped_column(primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Move:
    """A transfer to be, or the sum of all of one kind that there were between two accounts.

    What goes into or out of what is committed says what it is for.
    """

    source: Account
    to: Account
    minor: int
    purpose: Purpose | None = None


def funding_moves(stream_id: int, minor: int) -> list["Move"]:
    """What gives a stream so much, or where it is below 0 takes it back."""
    if minor > 0:
        return [Move(SOURCE, UNALLOCATED, minor), Move(UNALLOCATED, free(stream_id), minor)]
    return [Move(free(stream_id), UNALLOCATED, -minor), Move(UNALLOCATED, SOURCE, -minor)]


def taken_back(moves: Sequence[Move]) -> list[Move]:
    """What undoes the moves: the last first, each to where it came from."""
    return [replace(move, source=move.to, to=move.source) for move in reversed(moves)]


Between = tuple[EntryKind, Account, Account]
"""A kind of entries, the account money went from, and the one it went to."""


def sums(kind: EntryKind, moves: Iterable[Move]) -> Counter[Between]:
    """What the moves of an entry add to the sums that are kept, in minor units."""
    added: Counter[Between] = Counter()
    for move in moves:
        added[kind, move.source, move.to] += move.minor
    return added
