"""Shifts: money asked to go from one value stream to another, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.budgets.period import FundingPeriod
from models.budgets.seats import Seat
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio, ValueStream


class Outcome(StrEnum):
    """How a shift ended."""

    MOVED = "moved"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


ENDED_AS = {
    Outcome.MOVED: "the money has moved",
    Outcome.DECLINED: "it was declined",
    Outcome.TAKEN_BACK: "it was taken back",
    Outcome.LAPSED: "it lapsed",
}


class AlreadyEnded(Mistake):
    """Something about a request that has ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"This request has already ended: {ENDED_AS[outcome]}.")


class ClosedAt(Mistake):
    """An answer that came when the time was over."""

    def __init__(self, closed: str) -> None:
        super().__init__(f"This request has already ended: it closed at {closed}.")


class Shift(Base):
    """A shift of money within a funding period, asked for at a moment.

    One that asks nobody is moved at that moment and has no approvals. While it is open its amount
    is set aside in the giving stream.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="above_zero"),
        CheckConstraint("from_stream_id <> to_stream_id", name="to_another_stream"),
        Index(None, "portfolio_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    from_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    to_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    outcome: Mapped[Outcome | None] = mapped_column(stored_by_value(Outcome))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))
    """Nobody where it lapsed; of a shift that was approved, who said yes last."""
    ended_because: Mapped[str | None] = mapped_column(Text)

    portfolio: Mapped[Portfolio] = relationship()
    period: Mapped[FundingPeriod] = relationship()
    from_stream: Mapped[ValueStream] = relationship(foreign_keys=from_stream_id)
    to_stream: Mapped[ValueStream] = relationship(foreign_keys=to_stream_id)
    approvals: Mapped[list["Approval"]] = relationship(
        order_by="Approval.id", back_populates="shift"
    )

    @property
    def work_key(self) -> str:
        """The key of the work that lets it lapse."""
        return f"shift:{self.id}"

    @property
    def open_seats(self) -> list["Approval"]:
        """Those whose yes is still missing."""
        return [each for each in self.approvals if each.at is None]

    def check_is_open(self, at: datetime, closed: str) -> None:
        """Raise AlreadyEnded or ClosedAt; `closed` spells its last moment.

        What comes in that moment comes too late, also where the clock has not struck yet.
        """
        if self.outcome is not None:
            raise AlreadyEnded(self.outcome)
        if at >= self.lapses_at:
            raise ClosedAt(closed)

    def end(self, outcome: Outcome, by: str | None, at: datetime, because: str | None) -> None:
        """Note how it ended; the ledger says what became of the money."""
        self.outcome, self.ended_at, self.ended_by, self.ended_because = outcome, at, by, because


class Approval(Base):
    """One yes that a shift needs: in whose place, and who said it when."""

    __tablename__ = "shift_approvals"
    __table_args__ = (UniqueConstraint("shift_id", "seat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    seat: Mapped[Seat] = mapped_column(stored_by_value(Seat))
    user_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime | None]

    shift: Mapped[Shift] = relationship(back_populates="approvals")

    def give(self, user_id: str, at: datetime) -> None:
        """Say yes."""
        self.user_id, self.at = user_id, at
